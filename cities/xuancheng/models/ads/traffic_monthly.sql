/*
title: 交通违法与车辆检验
title_en: Traffic offences and inspections
description: 每月交通违法起数、未处理起数、记分，及检验车次与合格率。
description_en: "Traffic violations of each month, those not yet dealt with and penalty points, with inspections and the share that passed."
grain: [month]
owner: public_security
columns:
  month: {title: 月份, title_en: Month}
  offences: {title: 违法起数, title_en: Offences, level: 1, masking: none, why: 只有起数}
  open: {title: 未处理, title_en: Open, level: 1, masking: none, why: 只有起数}
  points: {title: 记分, title_en: Points, level: 1, masking: none, why: 全市合计}
  inspections: {title: 检验车次, title_en: Inspections, level: 1, masking: none, why: 只有车次}
  passed: {title: 合格率, title_en: Share passed, level: 1, masking: none, why: 比率}
*/
WITH happened AS (
  SELECT strftime(happened_at, '%Y-%m') AS month, 1 AS offence,
    CASE settled WHEN '0' THEN 1 ELSE 0 END AS open, points, 0 AS inspection, 0 AS passed
  FROM dwd.vehicles.violations
  UNION ALL
  SELECT strftime(i.inspected_at, '%Y-%m'), 0, 0, 0, 1, CASE i.result WHEN '1' THEN 1 ELSE 0 END
  FROM dwd.vehicles.inspections AS i
)
SELECT month, CAST(sum(offence) AS INTEGER) AS offences, CAST(sum(open) AS INTEGER) AS open,
  CAST(sum(points) AS INTEGER) AS points, CAST(sum(inspection) AS INTEGER) AS inspections,
  round(sum(passed) / nullif(sum(inspection), 0), 3) AS passed
FROM happened
GROUP BY month
