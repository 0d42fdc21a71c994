"""Verifying every file and the whole record, and keeping what was found."""

from typing import Any

from citybrain.base.clock import Stopwatch
from citybrain.engines.catalogue import wiring
from citybrain.engines.catalogue.backups import holding
from citybrain.engines.catalogue.integrity import integrity
from citybrain.engines.catalogue.models import Verification
from citybrain.engines.catalogue.views_proof import IntegrityView
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor
from citybrain.engines.ledger import service as ledger


def verify_now(actor: Actor) -> IntegrityView:
    """Hash every file of the lake and every entry of the record again; the page of the result."""
    verify(actor)
    return integrity(actor)


def verify(actor: Actor) -> Verification:
    """As ``verify_now``, for the nightly task and the command line."""
    with guard.act(actor, "lake.verify", "lake:", hold=False, clock=wiring.clock()) as done:
        report = _report(actor.id)
        done.count = report.files + report.entries
    with guard.unrecorded("the report of a verification that is recorded"):
        report.save()
    return report


def _report(account: str) -> Verification:
    from citybrain.lake.scrub import scrub

    watch = Stopwatch()
    now = wiring.clock().now()
    scrubbed = scrub(wiring.store())
    files = [_file(problem) for problem in scrubbed.problems]
    record = ledger.verify(clock=wiring.clock())
    checkpoint = ledger.newest_checkpoint()
    return Verification(
        at=now,
        account=account,
        seconds=watch.seconds(),
        files=scrubbed.files,
        entries=record.entries,
        checkpoint=checkpoint.number if checkpoint else 0,
        checkpoint_at=ledger.moment(checkpoint.at) if checkpoint else None,
        file_problems=files,
        record_problems=[_record(problem) for problem in record.problems],
    )


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
