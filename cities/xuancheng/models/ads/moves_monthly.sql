/*
title: 户籍迁移
title_en: Moves by month
description: 每月户籍迁入、迁出、市内移居与注销的人次。
description_en: "People who moved in, moved out, moved within the city or were cancelled in each month."
grain: [month]
owner: public_security
columns:
  month: {title: 月份, title_en: Month}
  moved_in: {title: 迁入, title_en: Moved in}
  moved_out: {title: 迁出, title_en: Moved out}
  moved_within: {title: 市内迁移, title_en: Moved within the city}
  cancelled: {title: 注销, title_en: Cancelled, level: 1, masking: none, why: 只有人次}
*/
WITH happened AS (
  SELECT strftime(moved_on, '%Y-%m') AS month, kind FROM dwd.household.moves
  UNION ALL
  SELECT strftime(cancelled_on, '%Y-%m'), 'cancelled' FROM dwd.household.cancellations
)
SELECT month, CAST(count(*) FILTER (WHERE kind = '1') AS INTEGER) AS moved_in,
  CAST(count(*) FILTER (WHERE kind = '2') AS INTEGER) AS moved_out,
  CAST(count(*) FILTER (WHERE kind = '3') AS INTEGER) AS moved_within,
  CAST(count(*) FILTER (WHERE kind = 'cancelled') AS INTEGER) AS cancelled
FROM happened
GROUP BY month
