/*
title: 在校学生
title_en: Students
description: 每所学校的在读学生、其中随迁子女（流动人口库有其监护人）与当年转入转出。
description_en: "Enrolled pupils of each school, how many of them came with incoming parents (a guardian is in the incomers' system), and this year's transfers in and out."
grain: [school_code]
owner: education
columns:
  name: {title: 学校名称, title_en: School}
  county: {title: 县市区, title_en: County}
  students: {title: 在读学生, title_en: Students, level: 1, masking: none, why: 只有人数}
  of_incomers: {title: 随迁子女, title_en: Children of incomers, level: 1, masking: none, why: 只有人数}
  moved_out: {title: 转出, title_en: Moved out, level: 1, masking: none, why: 只有人数}
*/
WITH guardians AS (SELECT DISTINCT id_number FROM dwd.incomers.residents WHERE left_on IS NULL),
gone AS (
  SELECT from_school AS name, count(*) AS moved_out
  FROM dwd.students.transfers WHERE kind IN ('1', '3') GROUP BY from_school
)
SELECT s.school_code, any_value(s.name) AS name, any_value(s.county) AS county,
  CAST(count(t.student_number) AS INTEGER) AS students,
  CAST(count(t.student_number) FILTER (WHERE g.id_number IS NOT NULL) AS INTEGER) AS of_incomers,
  CAST(coalesce(any_value(o.moved_out), 0) AS INTEGER) AS moved_out
FROM dwd.students.schools AS s
LEFT JOIN dwd.students.students AS t ON t.school_code = s.school_code AND t.status = '01'
LEFT JOIN guardians AS g ON g.id_number = t.guardian_id_number
LEFT JOIN gone AS o ON o.name = s.name
GROUP BY s.school_code
