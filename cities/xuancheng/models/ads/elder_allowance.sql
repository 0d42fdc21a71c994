/*
title: 高龄津贴对象
title_en: Old-age allowance
description: 户籍在本市、健在且年满八十周岁的人，及其最近一个月是否在领高龄津贴；不在领者即应发未发。
description_en: "Living people of eighty and over registered in the city, and whether the newest month paid them the allowance of the aged; who was not paid has missed it."
grain: [person_id]
owner: civil_affairs
columns:
  county: {title: 县市区, title_en: County}
  age: {title: 周岁, title_en: Age, level: 2, masking: none, why: 只留周岁，不含出生月日}
  receives: {title: 是否在领, title_en: Receives it, level: 2, masking: none, why: 只留是或否，不含金额与证件号}
expectations:
  old_enough:
    title: 对象都年满八十周岁
    title_en: Everyone is eighty or older
    sql: SELECT person_id FROM ads.elder_allowance WHERE age < 80
*/
WITH latest AS (SELECT max(month) AS month FROM dwd.civil.allowances WHERE kind = '高龄津贴'),
paid AS (
  SELECT DISTINCT l.entity_id AS person_id
  FROM dwd.civil.allowances AS a
  JOIN latest AS m ON m.month = a.month
  JOIN lib.person_links AS l ON l._row = a."_row" AND l.table_name = 'civil.allowances'
  WHERE a.kind = '高龄津贴'
)
SELECT p.person_id, p.division, left(p.division, 6) AS county,
  CAST(date_sub('year', p.birth_date, d.day) AS INTEGER) AS age,
  r.person_id IS NOT NULL AS receives
FROM lib.population AS p
CROSS JOIN ads.data_day AS d
LEFT JOIN paid AS r ON r.person_id = p.person_id
WHERE p.registered = '1' AND p.died_on IS NULL
  AND date_sub('year', p.birth_date, d.day) >= 80
