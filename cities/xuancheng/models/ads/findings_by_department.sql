/*
title: 待核对的数据问题
title_en: Findings by department
description: 各部门应核对的分歧与不可能之事，按库、种类与表计数。
description_en: "Disagreements and impossibilities for each department to check, counted by library, kind and table."
grain: [department, library, kind, table_name]
owner: data_resources
columns:
  title: {title: 名称, title_en: Title}
  title_en: {title: 英文名称, title_en: English title}
  findings: {title: 线索数, title_en: Findings}
*/
SELECT department, library, kind, any_value(title) AS title, any_value(title_en) AS title_en,
  table_name, CAST(count(*) AS INTEGER) AS findings
FROM lib.findings
GROUP BY department, library, kind, table_name
