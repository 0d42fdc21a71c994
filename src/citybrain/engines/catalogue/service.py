"""The catalogue's door: the lake as people may see it, every reading asked and recorded.

Everything takes the actor first. What shows rows (``sample``, ``query``, ``quarantine``,
``upload``, downloads) leaves one entry per table and hands out nothing before that entry
is durable; what shows counts and contracts only asks. Results are frozen dataclasses of
plain values, so that a page and its ``.csv`` and ``.json`` twins render the same object.

Engines above read the same lake of the same city at the same clock, so the door hands these
to them too (``store``, ``city``, ``clock``, ``reading`` …); pages have no use for them.
"""

from typing import TYPE_CHECKING

from citybrain.base.doors import opener

if TYPE_CHECKING:
    from citybrain.base.wording import Text
    from citybrain.engines.catalogue.applying import apply_additions, apply_city
    from citybrain.engines.catalogue.cheating import cheat
    from citybrain.engines.catalogue.collecting import (
        all_tables,
        collect,
        due,
        enqueue_collect,
        named,
        stop_run,
    )
    from citybrain.engines.catalogue.corrections import correct, quarantine, quarantine_list
    from citybrain.engines.catalogue.drafts import (
        upload_return_row,
        upload_start,
        upload_targets,
        upload_undo,
        uploads,
    )
    from citybrain.engines.catalogue.errors import Unknown, Withheld
    from citybrain.engines.catalogue.exports import (
        EXCEL,
        csv_cell,
        quarantine_excel,
        table_download,
        template_excel,
    )
    from citybrain.engines.catalogue.failures import said
    from citybrain.engines.catalogue.history import history, snapshots
    from citybrain.engines.catalogue.integrity import card as integrity_card
    from citybrain.engines.catalogue.integrity import integrity
    from citybrain.engines.catalogue.overview import badges, frame, overview, system, systems
    from citybrain.engines.catalogue.proofs import proof, proof_bundle
    from citybrain.engines.catalogue.querying import query
    from citybrain.engines.catalogue.reading import gate, may, order, reading, require
    from citybrain.engines.catalogue.repairing import (
        evidence,
        putting_back,
        restore_file,
        restore_record,
    )
    from citybrain.engines.catalogue.runs import recent as recent_runs
    from citybrain.engines.catalogue.runs import run, runs
    from citybrain.engines.catalogue.sampling import as_text, sample
    from citybrain.engines.catalogue.searching import connection_plan, search
    from citybrain.engines.catalogue.seen import department_title, seen_by
    from citybrain.engines.catalogue.tables import table, tables
    from citybrain.engines.catalogue.tasks import schedule, scheduler
    from citybrain.engines.catalogue.touring import break_one_fact
    from citybrain.engines.catalogue.uploads import (
        upload,
        upload_accept,
        upload_edit,
        upload_submit,
    )
    from citybrain.engines.catalogue.verifying import note_record, note_scrub, verify, verify_now
    from citybrain.engines.catalogue.views import (
        EMPTY,
        Badges,
        BrokenFact,
        ConnectionPlanRow,
        Download,
        Frame,
        IntegrityCard,
        OverviewView,
        ReasonCount,
        RunRow,
        SearchHit,
        SeenPage,
        SeenRow,
        StateCounts,
        SystemRow,
        SystemView,
        TableDot,
        TableRow,
    )
    from citybrain.engines.catalogue.views_proof import (
        Cheat,
        EntryProblem,
        Fact,
        FilePart,
        FileProblem,
        IntegrityView,
        PathStep,
        ProofView,
        PutBack,
        RepairStep,
        VerificationRow,
    )
    from citybrain.engines.catalogue.views_repair import (
        Cell,
        DraftRow,
        GridColumn,
        GridRow,
        QuarantineRow,
        QuarantineTable,
        QuarantineView,
        Trouble,
        UploadTarget,
        UploadView,
    )
    from citybrain.engines.catalogue.views_runs import LogLine, RunFailure, RunTable, RunView
    from citybrain.engines.catalogue.views_tables import (
        AnswerView,
        Column,
        ContractVersion,
        FieldRow,
        HistoryPoint,
        Lineage,
        SampleView,
        SnapshotRow,
        TableView,
    )
    from citybrain.engines.catalogue.wiring import city, clock, home, local, store
else:
    __getattr__ = opener(__name__, __file__)

__all__ = [
    "EMPTY",
    "EXCEL",
    "AnswerView",
    "Badges",
    "BrokenFact",
    "Cell",
    "Cheat",
    "Column",
    "ConnectionPlanRow",
    "ContractVersion",
    "Download",
    "DraftRow",
    "EntryProblem",
    "Fact",
    "FieldRow",
    "FilePart",
    "FileProblem",
    "Frame",
    "GridColumn",
    "GridRow",
    "HistoryPoint",
    "IntegrityCard",
    "IntegrityView",
    "Lineage",
    "LogLine",
    "OverviewView",
    "PathStep",
    "ProofView",
    "PutBack",
    "QuarantineRow",
    "QuarantineTable",
    "QuarantineView",
    "ReasonCount",
    "RepairStep",
    "RunFailure",
    "RunRow",
    "RunTable",
    "RunView",
    "SampleView",
    "SearchHit",
    "SeenPage",
    "SeenRow",
    "SnapshotRow",
    "StateCounts",
    "SystemRow",
    "SystemView",
    "TableDot",
    "TableRow",
    "TableView",
    "Text",
    "Trouble",
    "Unknown",
    "UploadTarget",
    "UploadView",
    "VerificationRow",
    "Withheld",
    "all_tables",
    "apply_additions",
    "apply_city",
    "as_text",
    "badges",
    "break_one_fact",
    "cheat",
    "city",
    "clock",
    "collect",
    "connection_plan",
    "correct",
    "csv_cell",
    "department_title",
    "due",
    "enqueue_collect",
    "evidence",
    "frame",
    "gate",
    "history",
    "home",
    "integrity",
    "integrity_card",
    "local",
    "may",
    "named",
    "note_record",
    "note_scrub",
    "order",
    "overview",
    "proof",
    "proof_bundle",
    "putting_back",
    "quarantine",
    "quarantine_excel",
    "quarantine_list",
    "query",
    "reading",
    "recent_runs",
    "require",
    "restore_file",
    "restore_record",
    "run",
    "runs",
    "said",
    "sample",
    "schedule",
    "scheduler",
    "search",
    "seen_by",
    "snapshots",
    "stop_run",
    "store",
    "system",
    "systems",
    "table",
    "table_download",
    "tables",
    "template_excel",
    "upload",
    "upload_accept",
    "upload_edit",
    "upload_return_row",
    "upload_start",
    "upload_submit",
    "upload_targets",
    "upload_undo",
    "uploads",
    "verify",
    "verify_now",
]
