/*
title: 社会保险缴费
title_en: Social insurance by month
description: 每月各险种的缴费人数与缴费额（元），及在领养老待遇人数。
description_en: "People who paid and what they paid (yuan) for each scheme and month, with the people who draw a pension."
grain: [month, scheme]
owner: human_resources
columns:
  month: {title: 月份, title_en: Month}
  payers: {title: 缴费人数, title_en: Payers, level: 1, masking: none, why: 只有人数}
  paid: {title: 缴费额, title_en: Paid, level: 1, masking: none, why: 全市合计}
  pensioners: {title: 在领待遇人数, title_en: Pensioners, level: 1, masking: none, why: 只有人数}
*/
WITH drawing AS (SELECT count(*) AS people FROM dwd.social_insurance.benefits WHERE ended_on IS NULL)
SELECT left(p.month, 4) || '-' || right(p.month, 2) AS month, p.scheme,
  CAST(count(DISTINCT p.person_number) AS INTEGER) AS payers,
  CAST(sum(p.employer_amount + p.person_amount) AS DECIMAL(18, 2)) AS paid,
  CAST(any_value(d.people) AS INTEGER) AS pensioners
FROM dwd.social_insurance.payments AS p
CROSS JOIN drawing AS d
GROUP BY ALL
