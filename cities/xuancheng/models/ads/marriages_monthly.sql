/*
title: 婚姻登记
title_en: Marriages and divorces
description: 每月各登记机关的结婚与离婚对数，补领不计。
description_en: Couples married and divorced at each registry office in each month; certificates issued again do not count.
grain: [month, office]
owner: civil_affairs
columns:
  month: {title: 月份, title_en: Month}
  marriages: {title: 结婚登记, title_en: Marriages}
  divorces: {title: 离婚登记, title_en: Divorces}
*/
SELECT strftime(registered_on, '%Y-%m') AS month, office,
  CAST(count(*) FILTER (WHERE kind = '结婚') AS INTEGER) AS marriages,
  CAST(count(*) FILTER (WHERE kind = '离婚') AS INTEGER) AS divorces
FROM dwd.civil.marriages
GROUP BY ALL
