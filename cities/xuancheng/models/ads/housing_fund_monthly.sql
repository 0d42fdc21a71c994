/*
title: 公积金缴存与提取
title_en: Housing fund by month
description: 每月缴存额、缴存账户数、提取额（元）。
description_en: "Deposits, paying accounts and withdrawals of each month (yuan)."
grain: [month]
owner: housing_fund
columns:
  month: {title: 月份, title_en: Month}
  deposited: {title: 缴存额, title_en: Deposited, level: 1, masking: none, why: 全市合计}
  accounts: {title: 缴存账户, title_en: Accounts, level: 1, masking: none, why: 只有户数}
  withdrawn: {title: 提取额, title_en: Withdrawn, level: 1, masking: none, why: 全市合计}
*/
WITH moved AS (
  SELECT left(d.month, 4) || '-' || right(d.month, 2) AS month,
    d.employer_amount + d.person_amount AS deposited, a.account_number, 0 AS withdrawn
  FROM dwd.housing_fund.deposits AS d
  LEFT JOIN dwd.housing_fund.accounts AS a ON a.account_number = d.account_number
  UNION ALL
  SELECT strftime(withdrawn_at, '%Y-%m'), 0, NULL, amount FROM dwd.housing_fund.withdrawals
)
SELECT month, CAST(sum(deposited) AS DECIMAL(18, 2)) AS deposited,
  CAST(count(DISTINCT account_number) AS INTEGER) AS accounts,
  CAST(sum(withdrawn) AS DECIMAL(18, 2)) AS withdrawn
FROM moved
GROUP BY month
