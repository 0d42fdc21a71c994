"""The libraries' door: models, builds, queries, golden records, findings and trace.

Everything takes the actor first. What shows values leaves an entry per thing and hands out
nothing before that entry is durable; results are frozen dataclasses of plain values, so that
a page and its ``.csv`` and ``.json`` twins render the same object.
"""

from citybrain.engines.libraries.errors import (
    Unknown,
)
from citybrain.engines.libraries.exporting import (
    export_query,
)
from citybrain.engines.libraries.objections import (
    answer_objection,
    object_to,
    objections,
)
from citybrain.engines.libraries.quality import (
    quality,
    quality_department,
    quality_rules,
    quality_table,
)
from citybrain.engines.libraries.quality_views import (
    ColumnQuality,
    DepartmentQuality,
    MendRow,
    ObjectionRow,
    OddRow,
    QualityRow,
    QualityView,
    RuleRow,
    TableQualityView,
    TrendPoint,
)
from citybrain.engines.libraries.querying import (
    past_queries,
    past_query,
    run_query,
    save_query,
    saved_query,
    workbench,
)
from citybrain.engines.libraries.standards import (
    BoundField,
    ElementRow,
    ElementView,
    StandardsView,
    standard,
    standards,
    standards_fields,
)
from citybrain.engines.libraries.views_query import (
    Answer,
    ColumnHint,
    PastRow,
    QueryFault,
    ResultColumn,
    SavedRow,
    Spot,
    TableHint,
    WorkbenchView,
)

__all__ = [
    "Answer",
    "BoundField",
    "ColumnHint",
    "ColumnQuality",
    "DepartmentQuality",
    "ElementRow",
    "ElementView",
    "MendRow",
    "ObjectionRow",
    "OddRow",
    "PastRow",
    "QualityRow",
    "QualityView",
    "QueryFault",
    "ResultColumn",
    "RuleRow",
    "SavedRow",
    "Spot",
    "StandardsView",
    "TableHint",
    "TableQualityView",
    "TrendPoint",
    "Unknown",
    "WorkbenchView",
    "answer_objection",
    "export_query",
    "object_to",
    "objections",
    "past_queries",
    "past_query",
    "quality",
    "quality_department",
    "quality_rules",
    "quality_table",
    "run_query",
    "save_query",
    "saved_query",
    "standard",
    "standards",
    "standards_fields",
    "workbench",
]
