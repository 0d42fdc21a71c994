"""Findings as rows of a page: values masked by class, and the row that each is about."""

from collections.abc import Iterable, Mapping
from typing import Any

from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.models import FindingStep
from citybrain.engines.libraries.rowids import thing_of
from citybrain.engines.libraries.views_library import FindingRow
from citybrain.engines.libraries.wiring import Text, both, department, placed
from citybrain.lake.libraries.codes import titles
from citybrain.lake.libraries.disagreements import KINDS
from citybrain.lake.libraries.findings import note_of
from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.names import classes
from citybrain.lake.libraries.ownrows import OwnRow, own_rows
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.mask import mask_value

# What is shown unmasked: nothing, what the finding's own department said, or all.
MASKED, OWN, ALL = "masked", "own", "all"


def rows_of(
    read: Iterable[Mapping[str, Any]], steps: Mapping[str, FindingStep], *, shows: str
) -> tuple[FindingRow, ...]:
    """These findings as they may be shown; ``steps`` has the newest step of each."""
    told = list(read)
    rows = own_rows(wiring.store(), wiring.city(), told)
    return tuple(
        _row(one, steps.get(one["finding_id"]), rows.get(one["finding_id"], OwnRow()), shows=shows)
        for one in told
    )


def _row(
    one: Mapping[str, Any], step: FindingStep | None, own: OwnRow, *, shows: str
) -> FindingRow:
    city = wiring.city()
    library = libraries(city).get(one["library"])
    contract = city.contracts.get(one["table_name"])
    named = next((f for f in library.fields if f.name == one["field"]), None) if library else None
    said, believed, sentences = _masked(one, shows=shows)
    key_title, key, number = _own(one, own, library, reveal=shows != MASKED)
    return FindingRow(
        id=one["finding_id"],
        kind=one["kind"],
        title=both(one["title"], one["title_en"]),
        library=one["library"],
        thing=thing_of(library, one["entity_id"]) if library and one["entity_id"] else "",
        field=one["field"] or "",
        field_title=both(named.title, named.title_en) if named else both(one["field"] or ""),
        department=one["department"] or "",
        department_title=department(one["department"] or ""),
        table=one["table_name"] or "",
        table_title=both(contract.title or contract.id, contract.title_en)
        if contract
        else both(one["table_name"] or ""),
        key_title=key_title,
        key=key,
        number=number,
        said=said,
        believed=believed,
        sentence=sentences,
        state=step.state if step else "open",
        reason=step.reason if step else "",
        at=placed(one["seen_at"]),
    )


def _own(
    one: Mapping[str, Any], own: OwnRow, library: Library | None, *, reveal: bool
) -> tuple[Text, str, str]:
    """What the key's columns are called, the key, and the number; masked unless revealed."""
    contract = wiring.city().contracts.get(one["table_name"])
    if contract is None:
        return both(""), "", ""
    person = library is not None and library.entity == "person"
    kept = classes(wiring.city(), contract.id, person=person)

    def shown(name: str, value: str) -> str:
        return value if reveal else mask_value(value, *kept.get(name, ("secret", 4))) or ""

    fields = [contract.field(name) for name in own.key]
    return (
        both(
            " | ".join(field.title or field.name for field in fields),
            " | ".join(field.title_en or field.title or field.name for field in fields),
        ),
        " | ".join(shown(name, value) for name, value in own.key.items()),
        shown(own.number_field, own.number) if own.number else "",
    )


def _masked(one: Mapping[str, Any], *, shows: str) -> tuple[str, str, Text]:
    """Both values and the sentence, the values in it masked by the class of their field."""
    values = [one["said"] or "", one["believed"] or ""]
    zh, en = one["sentence"] or "", one["sentence_en"] or ""
    library = libraries(wiring.city()).get(one["library"])
    if shows == ALL:
        return values[0], values[1], both(zh, en)
    note = note_of(library, one["field"] or "") if library else None
    masking, level = (note.masking or "none", note.level or 4) if note else ("secret", 4)
    shown = [mask_value(value, masking, level) or "" for value in values]
    if shows == OWN and one["kind"] in KINDS:
        shown[0] = values[0]  # what is impossible was worked out from others' values too
    codes = _codes(library, one["field"] or "") if library else {}
    for value, mask in zip(values, shown, strict=True):
        if value and value != mask:
            said = codes.get(value, value)  # the sentence says what a code means
            zh, en = zh.replace(said, mask), en.replace(said, mask)
    return shown[0], shown[1], both(zh, en)


def _codes(library: Library, name: str) -> Mapping[str, str]:
    field = next((f for f in library.fields if f.name == name), None)
    told = titles(wiring.city(), field) if field else {}
    return {code: zh for code, (zh, _en) in told.items()}
