/*
title: 年龄结构
title_en: Age structure
description: 户籍在本市且健在的人，按县市区、性别与五岁一组计数。
description_en: "Living people registered in the city, counted by county, sex and five years of age."
grain: [county, sex, age_from]
owner: public_security
columns:
  county: {title: 县市区, title_en: County}
  sex: {title: 性别, title_en: Sex, level: 1, masking: none, why: 只有人数}
  age_from: {title: 年龄组起, title_en: Age group from, level: 1, masking: none, why: 只有人数}
  people: {title: 人数, title_en: People, level: 1, masking: none, why: 只有人数}
expectations:
  nobody_unborn:
    title: 没有负的年龄
    title_en: Nobody is unborn
    sql: SELECT age_from FROM ads.age_structure WHERE age_from < 0
*/
SELECT left(p.division, 6) AS county, p.sex,
  CAST(least(date_sub('year', p.birth_date, d.day) // 5 * 5, 100) AS INTEGER) AS age_from,
  CAST(count(*) AS INTEGER) AS people
FROM lib.population AS p
CROSS JOIN ads.data_day AS d
WHERE p.registered = '1' AND p.died_on IS NULL AND p.birth_date IS NOT NULL
  AND p.birth_date <= d.day
GROUP BY ALL
