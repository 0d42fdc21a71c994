/*
title: 即将到期的证照
title_en: Licences about to expire
description: 基准日起九十天内到期的有效证照，按种类与发证机关计数。
description_en: "Valid licences that expire within ninety days of the data's day, counted by kind and issuer."
grain: [kind, issuer]
owner: data_resources
columns:
  kind_title: {title: 证照名称, title_en: Kind of licence}
  licences: {title: 到期证照数, title_en: Licences that expire}
*/
SELECT l.kind, any_value(l.kind_title) AS kind_title, l.issuer,
  CAST(count(*) AS INTEGER) AS licences
FROM lib.licence AS l
CROSS JOIN ads.data_day AS d
WHERE l.state = '有效' AND l.valid_to BETWEEN d.day AND d.day + INTERVAL 90 DAY
GROUP BY l.kind, l.issuer
