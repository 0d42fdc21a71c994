/*
title: 流动人口
title_en: Incomers by town
description: 在宣流动人口按居住房屋所在乡镇街道与来宣原因计数。
description_en: Incoming residents counted by the town or subdistrict of their dwelling and by reason.
grain: [division, reason]
owner: public_security
columns:
  division: {title: 乡镇街道, title_en: Township}
  people: {title: 人数, title_en: People, level: 1, masking: none, why: 只有人数}
*/
SELECT coalesce(d.address__division, '') AS division, r.reason, CAST(count(*) AS INTEGER) AS people
FROM dwd.incomers.residents AS r
LEFT JOIN dwd.incomers.dwellings AS d ON d.dwelling_number = r.dwelling_number
WHERE r.left_on IS NULL
GROUP BY ALL
