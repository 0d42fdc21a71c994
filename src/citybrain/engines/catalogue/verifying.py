"""Verifying every file and the whole record, and keeping what was found."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from citybrain.base.clock import Stopwatch
from citybrain.engines.catalogue import wiring
from citybrain.engines.catalogue.backups import holding
from citybrain.engines.catalogue.integrity import integrity
from citybrain.engines.catalogue.models import Verification
from citybrain.engines.catalogue.views_proof import IntegrityView
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor
from citybrain.engines.ledger import service as ledger

if TYPE_CHECKING:
    from citybrain.lake.scrub import Scrubbed


def verify_now(actor: Actor) -> IntegrityView:
    """Hash every file of the lake and every entry of the record again; the page of the result."""
    verify(actor)
    return integrity(actor)


def verify(actor: Actor) -> Verification:
    """As ``verify_now``, for the nightly task."""
    with guard.act(actor, "lake.verify", "lake:", hold=False, clock=wiring.clock()) as done:
        report = _report(actor.id)
        done.count = report.files + report.entries
    with guard.unrecorded("the report of a verification that is recorded"):
        report.save()
    return report


def note_scrub(actor: Actor, scrubbed: "Scrubbed") -> None:
    """Keep what a scrub from the command line found, so that the integrity page shows it."""
    seconds = (scrubbed.finished_at - scrubbed.started_at).total_seconds()
    with guard.act(actor, "lake.verify", "lake:", hold=False, clock=wiring.clock()) as done:
        report = _after_last(actor.id, scrubbed.finished_at, seconds)
        _found_files(report, scrubbed)
        done.count = report.files
    with guard.unrecorded("the report of a scrub that is recorded"):
        report.save()


def note_record(actor: Actor, verified: ledger.Verification) -> None:
    """Keep what a verification of the ledger from the command line found, as ``note_scrub``."""
    with guard.act(actor, "ledger.verify", "ledger:", hold=False, clock=wiring.clock()) as done:
        report = _after_last(actor.id, wiring.clock().now(), verified.seconds)
        _found_entries(report, verified)
        done.count = report.entries
    with guard.unrecorded("the report of a verification that is recorded"):
        report.save()


def _report(account: str) -> Verification:
    from citybrain.lake.scrub import scrub

    watch = Stopwatch()
    report = _after_last(account, wiring.clock().now(), 0.0)
    _found_files(report, scrub(wiring.store()))
    _found_entries(report, ledger.verify(clock=wiring.clock()))
    report.seconds = watch.seconds()
    return report


def _after_last(account: str, at: datetime, seconds: float) -> Verification:
    """A new report that still says what the last one found, until a half is verified again."""
    last = Verification.objects.first() or Verification(files=0, entries=0, checkpoint=0)
    return Verification(
        at=at,
        account=account,
        seconds=seconds,
        files_at=last.files_at,
        record_at=last.record_at,
        files=last.files,
        entries=last.entries,
        checkpoint=last.checkpoint,
        checkpoint_at=last.checkpoint_at,
        file_problems=last.file_problems,
        record_problems=last.record_problems,
    )


def _found_files(report: Verification, scrubbed: "Scrubbed") -> None:
    report.files_at = report.at
    report.files = scrubbed.files
    report.file_problems = [_file(problem) for problem in scrubbed.problems]


def _found_entries(report: Verification, record: ledger.Verification) -> None:
    checkpoint = ledger.newest_checkpoint()
    report.put_back = list(record.put_back)
    report.record_at = report.at
    report.entries = record.entries
    report.checkpoint = checkpoint.number if checkpoint else 0
    report.checkpoint_at = ledger.moment(checkpoint.at) if checkpoint else None
    report.record_problems = [_record(problem) for problem in record.problems]


def _file(problem: Any) -> dict[str, Any]:
    return {
        "file": problem.file,
        "table": problem.table,
        "problem": problem.problem,
        "rows": problem.rows,
        "sha256_then": problem.sha256_then,
        "sha256_now": problem.sha256_now or "",
        "bytes_then": problem.bytes_then,
        "bytes_now": problem.bytes_now or 0,
        "in_backup": holding(problem.file) is not None,
    }


def _record(problem: Any) -> dict[str, Any]:
    plain: dict[str, Any] = problem.as_dict()
    return plain
