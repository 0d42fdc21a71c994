/*
title: 医保结算
title_en: Medical settlements by month
description: 每月每级医疗机构的结算人次、基金支付与个人负担（元），及当月异地就医备案。
description_en: "Bills, payments by the fund and by people (yuan) of each month and grade of institution, with that month's filings for treatment elsewhere."
grain: [month, level]
owner: medical_insurance
columns:
  month: {title: 月份, title_en: Month}
  level: {title: 医院等级, title_en: Level of hospital}
  visits: {title: 人次, title_en: Visits, level: 1, masking: none, why: 只有人次}
  fund_paid: {title: 基金支付, title_en: Paid by the fund, level: 1, masking: none, why: 全市合计}
  person_paid: {title: 个人负担, title_en: Paid by patients, level: 1, masking: none, why: 全市合计}
  remote_filings: {title: 异地备案, title_en: Remote filings, level: 1, masking: none, why: 只有件数}
*/
WITH filed AS (
  SELECT strftime(filed_at, '%Y-%m') AS month, count(*) AS filings
  FROM dwd.medical.remote_filings GROUP BY ALL
)
SELECT strftime(s.settled_at, '%Y-%m') AS month, coalesce(i.level, '99') AS level,
  CAST(count(*) AS INTEGER) AS visits, CAST(sum(s.fund_paid) AS DECIMAL(18, 2)) AS fund_paid,
  CAST(sum(s.person_paid) AS DECIMAL(18, 2)) AS person_paid,
  CAST(coalesce(any_value(f.filings), 0) AS INTEGER) AS remote_filings
FROM dwd.medical.settlements AS s
LEFT JOIN dwd.vital.institutions AS i ON i.institution_code = s.institution_code
LEFT JOIN filed AS f ON f.month = strftime(s.settled_at, '%Y-%m')
GROUP BY ALL
