/*
title: 出生与死亡
title_en: Births and deaths
description: 每月按接生或填报机构所在县市区计的出生人数与死亡人数，同一人以一份证明计。
description_en: Births and deaths of each month by the county of the institution that attended or reported; each person counts once.
grain: [month, county]
owner: health
columns:
  county: {title: 县市区, title_en: County}
  month: {title: 月份, title_en: Month, level: 1, masking: none, why: 只到月份，且只有人数}
  births: {title: 出生, title_en: Births, level: 1, masking: none, why: 只有人数}
  deaths: {title: 死亡, title_en: Deaths, level: 1, masking: none, why: 只有人数}
expectations:
  no_negative:
    title: 人数不为负
    title_en: No negative counts
    sql: SELECT month FROM ads.births_deaths WHERE births < 0 OR deaths < 0
*/
WITH happened AS (
  SELECT strftime(born_at, '%Y-%m') AS month, institution_code, 1 AS births, 0 AS deaths
  FROM dwd.vital.births
  UNION ALL
  SELECT strftime(died_on, '%Y-%m'), institution_code, 0, 1 FROM dwd.vital.deaths
)
SELECT h.month, coalesce(i.county, '') AS county, CAST(sum(h.births) AS INTEGER) AS births,
  CAST(sum(h.deaths) AS INTEGER) AS deaths
FROM happened AS h
LEFT JOIN dwd.vital.institutions AS i ON i.institution_code = h.institution_code
WHERE h.month IS NOT NULL
GROUP BY ALL
