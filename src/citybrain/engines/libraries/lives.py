"""What departments tell of one life, as events on a line: days, and stretches between days.

Which column is a day, and which two are the ends of a stretch, the contracts say: a date
that is nobody's birth date, and a rule that one date is not before another.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from citybrain.city.contracts import Contract, Field
from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.views_library import LifeEvent
from citybrain.engines.libraries.wiring import both, department
from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.record import SourceRecord

MANY = 4  # more rows of one table than this are told as one stretch


def events(library: Library, sources: Iterable[SourceRecord]) -> tuple[LifeEvent, ...]:
    """All events, the oldest first. Dates that the reader sees masked tell nothing."""
    by_table: dict[str, list[LifeEvent]] = {}
    for source in sources:
        contract = wiring.city().contracts.get(source.place.table)
        if contract is not None:
            found = by_table.setdefault(contract.id, [])
            found.extend(_events(library, source, contract))
    told = [one for found in by_table.values() for one in _together(found)]
    return tuple(sorted(told, key=lambda one: (one.at, one.table, one.ref)))


def _events(library: Library, source: SourceRecord, contract: Contract) -> Iterator[LifeEvent]:
    told = _days(library, source, contract)
    ends = {field.name: other for field in told for other in [_start(field)] if other}
    for field in told:
        at = _day(source.values.get(field.name))
        if at is None or (field.name in ends and _day(source.values.get(ends[field.name]))):
            continue  # an end is told by its beginning
        end = next((name for name, start in ends.items() if start == field.name), "")
        yield _event(source, contract, field, at, _day(source.values.get(end)))


def _event(
    source: SourceRecord, contract: Contract, field: Field, at: date, until: date | None
) -> LifeEvent:
    owner = source.place.department
    return LifeEvent(
        at=at,
        until=until if until and until > at else None,
        department=owner,
        department_title=department(owner),
        title=both(field.title or field.name, field.title_en),
        table=contract.id,
        table_title=both(contract.title or contract.id, contract.title_en),
        ref=source.place.ref,
    )


def _days(library: Library, source: SourceRecord, contract: Contract) -> list[Field]:
    """The fields that are days of this life; when a row was written only where none other is."""
    days = [
        field
        for field in contract.fields
        if field.type.startswith(("date", "timestamp")) and field.masking != "birth_date"
    ]
    written = {
        mention.seen_at
        for mention in library.identity
        if mention.table == contract.id and mention.role in source.roles
    }
    return [field for field in days if field.name not in written] or days[:1]


def _start(field: Field) -> str:
    """The field that this one is not before."""
    for rule in field.rules:
        if rule.name == "not_before":
            return str(rule.arguments.get("other", ""))
    return ""


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def _together(found: list[LifeEvent]) -> list[LifeEvent]:
    """Many rows of one table as one stretch from the first to the last."""
    by_title: dict[str, list[LifeEvent]] = {}
    for one in found:
        by_title.setdefault(one.title.zh, []).append(one)
    told: list[LifeEvent] = []
    for same in by_title.values():
        if len(same) <= MANY:
            told += same
            continue
        first = min(same, key=lambda one: one.at)
        last = max(one.until or one.at for one in same)
        told.append(
            LifeEvent(
                at=first.at, until=last if last > first.at else None, department=first.department,
                department_title=first.department_title, title=first.title, table=first.table,
                table_title=first.table_title, ref=first.ref, times=len(same),
            )
        )  # fmt: skip
    return told
