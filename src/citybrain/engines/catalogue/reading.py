"""The one way payload leaves the lake: ask, refuse what is damaged, read, record, hand out.

The reading itself happens outside the recording transaction, which must stay short; its
rows are handed out only after the record is durable. A read that fails hands out nothing.
"""

from citybrain.base.errors import CityError
from citybrain.engines.catalogue import wiring
from citybrain.engines.catalogue.models import Verification
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor


def thing_of(table: str) -> str:
    """``table:system.table``."""
    return f"table:{table}"


def ask(actor: Actor, action: str, thing: str, *, purpose: str = "") -> None:
    """Refuse early, before anything is read; ``act`` asks again when it records."""
    guard.require(actor, action, thing, purpose=purpose)


def may(actor: Actor, action: str, thing: str) -> bool:
    """True when the actor may do it, given a purpose where one is needed."""
    return guard.may(actor, action, thing, purpose="-").allowed


def gate(*tables: str) -> None:
    """Refuse while the record cannot be trusted, and tables known to be damaged.

    Without a trustworthy record not one byte goes out: nobody could prove who read it.
    """
    last = Verification.objects.first()
    if last is not None and last.record_problems:
        raise CityError(
            "Nothing is shown until the record of readings is repaired",
            why=f"the verification of {last.at:%Y-%m-%d %H:%M} found it changed",
            do="Open Integrity, restore the entry and verify again",
            where="/steward/integrity/",
        )
    damaged = damaged_tables()
    for table in tables:
        if table in damaged:
            raise CityError(
                f"The table {table} is refused",
                why=f"its file {damaged[table]} is not what was committed",
                do="Restore the file from the backup and verify again",
                where="/steward/integrity/",
            )


def damaged_tables() -> dict[str, str]:
    """``system.table`` → a damaged file of it or of its quarantine."""
    found = {}
    for problem in wiring.store().damaged():
        found[source_name(problem.table)] = problem.file
    return found


def source_name(lake_table: str) -> str:
    """``ods.civil.marriages`` or ``quarantine.civil.marriages`` → ``civil.marriages``."""
    return lake_table.split(".", 1)[1] if lake_table.count(".") == 2 else lake_table


def record(  # the entry of one reading; a failure to write it hands out nothing
    actor: Actor, *, thing: str, action: str, masked: bool, count: int, purpose: str = ""
) -> str:
    """Write the entry and return its id, durable when this returns."""
    with guard.act(actor, action, thing, purpose=purpose, masked=masked) as done:
        done.count = count
    return str(done.entry)
