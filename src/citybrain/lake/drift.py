"""Columns that came or went at the source: what a delivery is read by in spite of them."""

from dataclasses import replace

from citybrain.base.errors import CityError
from citybrain.base.wording import counted
from citybrain.city.contracts import Contract, Field


def effective(
    contract: Contract, drift: str, available: list[str], *, open_ended: bool = False
) -> tuple[Contract, list[tuple[str, str, str]]]:
    """The contract that a delivery is read by, and notes on columns that came or went.

    ``drift`` is what the system does about new columns: refuse, ignore_new or accept_new. With
    ``open_ended`` a column that is not there is empty, and no drift. ``CityError`` when a column
    is missing that must be there, or new under drift ``refuse``.
    """
    absent = [f for f in contract.fields if f.source not in available]
    missing = [] if open_ended else absent
    required = [f for f in missing if f.required or f.key or drift == "refuse"]
    if required:
        raise _missing(contract, required, available)
    notes = [
        (
            "warn",
            f"来源没有“{f.source}”列，{f.title or f.name} 记为空。",
            f"The source has no column {f.source}; {f.name} is left empty.",
        )
        for f in missing
    ]
    known = {f.source for f in contract.fields}
    new = [c for c in available if c not in known]
    if new and drift == "refuse":
        raise CityError(
            f"{contract.id} has columns that its contract does not know: {', '.join(new)}",
            why=f"the contract {contract.file or contract.id} names "
            f"{counted(len(known), 'column')}, "
            f"the source has {len(available)}, and drift is 'refuse'",
            do="Add them to the contract, or set 'drift: ignore_new' in the system's file",
            where=contract.id,
        )
    if new:
        listed = "、".join(new)
        kept = drift == "accept_new"
        notes.append(
            (
                "warn",
                f"来源多出列：{listed}，{'按敏感文字收下' if kept else '未收'}。",
                f"New columns at the source: {', '.join(new)}; "
                f"{'kept as sensitive text' if kept else 'not taken'}.",
            )
        )
    if drift == "accept_new":
        extra = tuple(_new_field(c, i) for i, c in enumerate(new, 1))
        contract = replace(contract, fields=contract.fields + extra)
    return contract, notes


def _missing(contract: Contract, fields: list[Field], available: list[str]) -> CityError:
    named = ", ".join(
        f.source if f.title in ("", f.source) else f"{f.source} ({f.title})" for f in fields
    )
    return CityError(
        f"{contract.id} lacks the column {named}",
        why=f"the source has {', '.join(available) or 'no columns'}",
        do="Ask the department to deliver it again with that column, "
        "or correct physicalName in the contract",
        where=contract.file or contract.id,
    )


def _new_field(source: str, position: int) -> Field:
    plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in source.lower()).strip("_")
    return Field(
        name=f"new_{plain or position}", source=source, type="string", level=4, masking="secret"
    )
