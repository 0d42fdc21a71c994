/*
title: 数据基准日
title_en: Day of the data
description: 各业务表中最晚的业务日期，年龄与时限都以此日计算，而不以运行的日期计算。
description_en: "The latest day of business in any table. Ages and limits are counted from this day, not from the day of a run."
owner: data_resources
columns:
  day: {title: 数据基准日, title_en: Day of the data}
expectations:
  one_row:
    title: 只有一行且有日期
    title_en: One row with a day
    sql: SELECT count(*) AS n, count(day) AS days FROM ads.data_day HAVING count(*) <> 1 OR count(day) <> 1
*/
SELECT max(day) AS day
FROM (
  SELECT max(CAST(received_at AS DATE)) AS day FROM dwd.hotline.tickets
  UNION ALL SELECT max(CAST(settled_at AS DATE)) FROM dwd.medical.settlements
  UNION ALL SELECT max(CAST(recorded_at AS DATE)) FROM dwd.household.moves
  UNION ALL SELECT max(registered_on) FROM dwd.civil.marriages
)
