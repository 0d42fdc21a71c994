/*
title: 宏观指标现值
title_en: Latest indicators
description: 每个指标、地区最近一月的数值、单位、口径与同比。
description_en: "The newest month of each indicator and area: value, unit, basis and growth over the year before."
grain: [indicator, area]
owner: statistics
columns:
  month: {title: 最近一期, title_en: Newest period}
  value: {title: 数值, title_en: Value}
  unit: {title: 单位, title_en: Unit}
  caliber: {title: 口径, title_en: Caliber}
  growth: {title: 同比（%）, title_en: "Growth on the year before, %"}
*/
SELECT indicator, area, max(period) AS month, arg_max(value, period) AS value,
  arg_max(unit, period) AS unit, arg_max(caliber, period) AS caliber,
  arg_max(growth, period) AS growth
FROM lib.macro_economy
WHERE period_kind = 'month'
GROUP BY indicator, area
