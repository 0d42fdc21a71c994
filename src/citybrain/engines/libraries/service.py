"""The libraries' door: models, builds, queries, golden records, findings and trace.

Everything takes the actor first. What shows values leaves an entry per thing and hands out
nothing before that entry is durable; results are frozen dataclasses of plain values, so that
a page and its ``.csv`` and ``.json`` twins render the same object.
"""

from typing import TYPE_CHECKING

from citybrain.base.doors import opener

if TYPE_CHECKING:
    from citybrain.engines.libraries.browsing import RowsAsked, browse_library, is_of_rows
    from citybrain.engines.libraries.building import (
        build,
        build_of,
        builds,
        enqueue_build,
    )
    from citybrain.engines.libraries.days import end_of
    from citybrain.engines.libraries.deciding import field_orders
    from citybrain.engines.libraries.descent import (
        lineage_of,
        lineage_starts,
    )
    from citybrain.engines.libraries.drafting import draft_model, format_query, not_answered
    from citybrain.engines.libraries.errors import (
        Unknown,
    )
    from citybrain.engines.libraries.exporting import (
        export_query,
    )
    from citybrain.engines.libraries.finding import (
        STATES,
        STEPS,
        Asked,
        finding_counts,
        findings,
        handle_finding,
        may_see_findings,
    )
    from citybrain.engines.libraries.ids import moved_to
    from citybrain.engines.libraries.modelling import (
        models,
    )
    from citybrain.engines.libraries.modelpage import build_results, model
    from citybrain.engines.libraries.objections import (
        answer_objection,
        object_to,
        objections,
    )
    from citybrain.engines.libraries.offending import broken_rows
    from citybrain.engines.libraries.openlineage import (
        lineage_events,
    )
    from citybrain.engines.libraries.operations import (
        operation,
        operations,
        retry_operation,
    )
    from citybrain.engines.libraries.overriding import decide, withdraw
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
    from citybrain.engines.libraries.readers import Reader, readers_of
    from citybrain.engines.libraries.records import (
        record,
    )
    from citybrain.engines.libraries.rowrecords import library_row
    from citybrain.engines.libraries.searching import (
        library_list,
        search_library,
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
    from citybrain.engines.libraries.tasks import (
        BUILDS,
        schedule,
    )
    from citybrain.engines.libraries.touching import Touched, touched_by
    from citybrain.engines.libraries.tracing import (
        trace,
        trace_starts,
    )
    from citybrain.engines.libraries.views_library import (
        ChangeRow,
        FieldOrder,
        FindingRow,
        FindingsView,
        GoldenField,
        Hit,
        IdEvent,
        LibraryRow,
        LifeEvent,
        Lost,
        MentionRow,
        Override,
        RecordView,
        SearchView,
        SourceField,
        SourceRow,
        SourceView,
    )
    from citybrain.engines.libraries.views_lineage import (
        DecidingSource,
        LineageColumn,
        LineageLine,
        LineageStart,
        LineageStep,
        LineageTable,
        LineageView,
    )
    from citybrain.engines.libraries.views_models import (
        MODEL_STATES,
        BuildPoint,
        BuildView,
        ExpectationRow,
        ModelColumn,
        ModelRow,
        ModelsView,
        ModelView,
        Neighbour,
        OperationRow,
        OperationsView,
        PlanStep,
        PlanView,
        Refused,
        Sample,
        ScheduleRow,
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
    from citybrain.engines.libraries.views_rows import (
        Facet,
        LibraryLine,
        Related,
        RowCell,
        RowColumn,
        RowsView,
        RowView,
        ScoreLine,
        ScoreView,
        SeriesPoint,
        SeriesView,
        SourceTable,
    )
    from citybrain.engines.libraries.views_trace import (
        TRACE_KINDS,
        TraceAffected,
        TraceAside,
        TraceChoice,
        TraceFact,
        TraceGrid,
        TraceStarts,
        TraceStep,
        TraceView,
    )
else:
    __getattr__ = opener(__name__, __file__)

__all__ = [
    "BUILDS",
    "MODEL_STATES",
    "STATES",
    "STEPS",
    "TRACE_KINDS",
    "Answer",
    "Asked",
    "BoundField",
    "BuildPoint",
    "BuildView",
    "ChangeRow",
    "ColumnHint",
    "ColumnQuality",
    "DecidingSource",
    "DepartmentQuality",
    "ElementRow",
    "ElementView",
    "ExpectationRow",
    "Facet",
    "FieldOrder",
    "FindingRow",
    "FindingsView",
    "GoldenField",
    "Hit",
    "IdEvent",
    "LibraryLine",
    "LibraryRow",
    "LifeEvent",
    "LineageColumn",
    "LineageLine",
    "LineageStart",
    "LineageStep",
    "LineageTable",
    "LineageView",
    "Lost",
    "MendRow",
    "MentionRow",
    "ModelColumn",
    "ModelRow",
    "ModelView",
    "ModelsView",
    "Neighbour",
    "ObjectionRow",
    "OddRow",
    "OperationRow",
    "OperationsView",
    "Override",
    "PastRow",
    "PlanStep",
    "PlanView",
    "QualityRow",
    "QualityView",
    "QueryFault",
    "Reader",
    "RecordView",
    "Refused",
    "Related",
    "ResultColumn",
    "RowCell",
    "RowColumn",
    "RowView",
    "RowsAsked",
    "RowsView",
    "RuleRow",
    "Sample",
    "SavedRow",
    "ScheduleRow",
    "ScoreLine",
    "ScoreView",
    "SearchView",
    "SeriesPoint",
    "SeriesView",
    "SourceField",
    "SourceRow",
    "SourceTable",
    "SourceView",
    "Spot",
    "StandardsView",
    "TableHint",
    "TableQualityView",
    "Touched",
    "TraceAffected",
    "TraceAside",
    "TraceChoice",
    "TraceFact",
    "TraceGrid",
    "TraceStarts",
    "TraceStep",
    "TraceView",
    "TrendPoint",
    "Unknown",
    "WorkbenchView",
    "answer_objection",
    "broken_rows",
    "browse_library",
    "build",
    "build_of",
    "build_results",
    "builds",
    "decide",
    "draft_model",
    "end_of",
    "enqueue_build",
    "export_query",
    "field_orders",
    "finding_counts",
    "findings",
    "format_query",
    "handle_finding",
    "is_of_rows",
    "library_list",
    "library_row",
    "lineage_events",
    "lineage_of",
    "lineage_starts",
    "may_see_findings",
    "model",
    "models",
    "moved_to",
    "not_answered",
    "object_to",
    "objections",
    "operation",
    "operations",
    "past_queries",
    "past_query",
    "quality",
    "quality_department",
    "quality_rules",
    "quality_table",
    "readers_of",
    "record",
    "retry_operation",
    "run_query",
    "save_query",
    "saved_query",
    "schedule",
    "search_library",
    "standard",
    "standards",
    "standards_fields",
    "touched_by",
    "trace",
    "trace_starts",
    "withdraw",
    "workbench",
]
