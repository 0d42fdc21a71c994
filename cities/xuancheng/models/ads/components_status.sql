/*
title: 部件完好
title_en: State of components
description: 部件按县市区与大类计数，及破损、丢失件数。
description_en: "Components counted by county and class, with how many are damaged and how many lost."
grain: [county, major]
owner: urban_management
columns:
  components: {title: 部件数, title_en: Components}
  broken: {title: 破损或丢失, title_en: Broken or missing}
*/
SELECT county, major, CAST(count(*) AS INTEGER) AS components,
  CAST(count(*) FILTER (WHERE status IN ('1', '2')) AS INTEGER) AS broken
FROM lib.component
GROUP BY ALL
