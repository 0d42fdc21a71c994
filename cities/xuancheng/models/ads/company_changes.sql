/*
title: 企业变更
title_en: Company changes
description: 每月各项变更登记的次数，及当月新增股东出资（万元）。
description_en: "Changes of registered items in each month, and capital of new shareholders (ten thousand yuan)."
grain: [month, item]
owner: market_regulation
columns:
  month: {title: 月份, title_en: Month}
  changes: {title: 变更件数, title_en: Changes}
  invested: {title: 认缴额（万元）, title_en: "Subscribed, 10,000 yuan"}
*/
WITH invested AS (
  SELECT strftime(subscribed_on, '%Y-%m') AS month, sum(amount) AS amount
  FROM dwd.companies.shareholders GROUP BY ALL
)
SELECT strftime(c.changed_on, '%Y-%m') AS month, c.item, CAST(count(*) AS INTEGER) AS changes,
  CAST(coalesce(any_value(i.amount), 0) AS DECIMAL(20, 4)) AS invested
FROM dwd.companies.changes AS c
LEFT JOIN invested AS i ON i.month = strftime(c.changed_on, '%Y-%m')
GROUP BY ALL
