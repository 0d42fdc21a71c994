/*
title: 热线办理
title_en: Hotline by month
description: 每月每个承办单位的受理、办结、超时件数，平均办理时长（小时）与满意率（满意以上占已评价）。
description_en: "Tickets received, finished and late for each unit and month, average hours to finish, and share of satisfied callers among those who rated."
grain: [month, handled_by]
owner: data_resources
columns:
  month: {title: 月份, title_en: Month}
  received: {title: 受理, title_en: Received}
  finished: {title: 办结, title_en: Finished}
  late: {title: 超期, title_en: Late}
  hours: {title: 平均用时（小时）, title_en: Hours on average}
  satisfied: {title: 满意率, title_en: Share satisfied}
expectations:
  not_more_late_than_received:
    title: 超时不多于受理
    title_en: No more late than received
    sql: SELECT month FROM ads.tickets_monthly WHERE late > received
*/
SELECT strftime(received_at, '%Y-%m') AS month, handled_by, CAST(count(*) AS INTEGER) AS received,
  CAST(count(finished_at) AS INTEGER) AS finished,
  CAST(count(*) FILTER (WHERE late) AS INTEGER) AS late, round(avg(hours), 1) AS hours,
  round(count(*) FILTER (WHERE satisfaction IN ('4', '5'))
    / nullif(count(*) FILTER (WHERE satisfaction <> '0'), 0), 3) AS satisfied
FROM lib.event
WHERE event_kind = 'ticket'
GROUP BY ALL
