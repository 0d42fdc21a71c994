/*
title: 市场主体
title_en: Companies by status
description: 法人库中的登记主体，按县市区、行业门类与登记状态计数，附注册资本合计（万元）。
description_en: "Entities of the library of legal persons, counted by county, section of industry and status, with their registered capital (ten thousand yuan)."
grain: [county, industry, status]
owner: market_regulation
columns:
  companies: {title: 户数, title_en: Companies}
  capital: {title: 注册资本（万元）, title_en: "Registered capital, 10,000 yuan"}
expectations:
  status_known:
    title: 登记主体都有状态
    title_en: Every registered company has a status
    sql: SELECT county FROM ads.companies_by_status WHERE status IS NULL
*/
SELECT county, industry, status, CAST(count(*) AS INTEGER) AS companies,
  CAST(sum(capital) AS DECIMAL(20, 4)) AS capital
FROM lib.legal_person
WHERE status IS NOT NULL
GROUP BY ALL
