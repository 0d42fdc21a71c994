"""One ``dwd`` model for every contract: the delivered row, its values in their standard form.

===============================  =========================================================
a column                         becomes
===============================  =========================================================
an ID number                     18 characters, NULL when its check fails; what was delivered
                                 then stands in ``<column>__raw``
a credit code                    folded, in capitals
a name of a person               folded, without blanks, one middle dot
a telephone number               digits only, without the country's code
an address                       folded, without blanks; ``<column>__division`` is its town
                                 (9 digits) or county (6)
a code that was replaced         the code that replaced it
anything else                    stays as it is
===============================  =========================================================

What a column is says its contract: its class, its rules, its code list; an address is also what
is named ``address`` or ``…_address``. Everything is one SELECT without functions of our own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from citybrain.city import City, Codelist
from citybrain.city.contracts import Contract, Field
from citybrain.lake import sqltext
from citybrain.lake.models.model import ColumnNote, Model
from citybrain.lake.standardise import identifiers
from citybrain.lake.standardise.gazetteer import Gazetteer, gazetteer
from citybrain.lake.standardise.text import digits_sql, name_sql, tight_sql

SYSTEM = ("_row", "_batch")


@dataclass(kw_only=True)
class _Columns:
    """The SELECT in the making: what each of its steps computes, and what it shows."""

    tidied: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    checked: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    notes: dict[str, ColumnNote] = field(default_factory=dict)


def generated(city: City) -> Mapping[str, Model]:
    """``dwd.<system>.<table>`` of every contract, by name."""
    return {f"dwd.{c.id}": standardised(c, city) for c in city.contracts.values()}


def standardised(contract: Contract, city: City) -> Model:
    """The model of one contract."""
    made = _Columns()
    for one in contract.fields:
        _column(made, one, city)
    system = city.systems.get(contract.system)
    owners = sorted(system.owners, key=lambda o: o.since) if system else []
    return Model(
        name=f"dwd.{contract.id}",
        title=f"{contract.title}（标准）",
        title_en=f"{contract.title_en or contract.table}, standardised",
        description=contract.description,
        description_en=contract.description_en,
        sql=_select(contract, made),
        grain=("_row",),
        # A row becomes its standard form by itself: a changed row is all there is to make.
        materialise="incremental",
        by="_row",
        owner=owners[-1].department if owners else "",
        columns=made.notes,
        file=contract.file,
        generated=True,
    )


def kind_of(one: Field) -> str:
    """What a field is here; empty when it stays as it is.

    One of id_number, person_or_other, uscc, name, phone, address, code.
    """
    rules = {rule.name for rule in one.rules}
    if one.type != "string":
        return ""
    if "id_number" in rules:
        return "id_number"
    if one.masking == "id_number":
        return "person_or_other"
    if "uscc" in rules:
        return "uscc"
    if one.masking in ("name", "phone", "address"):
        return one.masking
    if one.name == "address" or one.name.endswith("_address"):
        return "address"
    return "code" if one.codelist else ""


def _column(made: _Columns, one: Field, city: City) -> None:
    kind, name = kind_of(one), sqltext.name(one.name)
    made.notes[one.name] = _note(one)
    if kind in ("id_number", "person_or_other"):
        _identity(made, one, kind)
    elif kind == "address":
        _address(made, one, gazetteer(city))
    else:
        made.tidied[one.name] = _plain(kind, name, city.codelists.get(one.codelist))
        made.shown[one.name] = name


def _plain(kind: str, name: str, codelist: Codelist | None) -> str:
    if kind == "uscc":
        return identifiers.tidy_sql(name)
    if kind == "name":
        return name_sql(name)
    if kind == "phone":
        return digits_sql(name)
    return _code(name, codelist) if kind == "code" and codelist else name


def _identity(made: _Columns, one: Field, kind: str) -> None:
    name, body, valid = (sqltext.name(one.name + s) for s in ("", "__body", "__valid"))
    number = identifiers.number_sql if kind == "id_number" else identifiers.person_or_other_sql
    made.tidied[one.name] = identifiers.tidy_sql(name)
    made.parts[f"{one.name}__body"] = identifiers.body_sql(name)
    made.checked[f"{one.name}__valid"] = number(name, body)
    made.shown[one.name] = valid
    made.shown[f"{one.name}__raw"] = f"CASE WHEN {valid} IS NULL THEN {name} END"
    made.notes[f"{one.name}__raw"] = ColumnNote(
        title=f"{one.title}（未通过校验的原值）",
        title_en=f"{one.title_en}, as delivered where its check fails",
        level=one.level,
        masking=one.masking,
    )


def _address(made: _Columns, one: Field, places: Gazetteer) -> None:
    name = sqltext.name(one.name)
    made.tidied[one.name] = tight_sql(name)
    steps = places.steps(name)
    for suffix, sql in steps.items():
        made.parts[f"{one.name}__{suffix}"] = sql
    made.shown[one.name] = name
    parts = {s: sqltext.name(f"{one.name}__{s}") for s in steps}
    made.shown[f"{one.name}__division"] = places.division_sql(**parts)
    made.notes[f"{one.name}__division"] = ColumnNote(
        title=f"{one.title}所在区划",
        title_en=f"Division of {one.title_en}",
        level=2,
        masking="none",
        # The only column here that protects less than its source: what statistics are told by.
        why="只到乡镇街道或县市区，不含门牌",
    )


def _code(name: str, codelist: Codelist) -> str:
    """The code that stands for it now, however often it was replaced."""
    branches = []
    for code, entry in codelist.entries.items():
        now, seen = code, {code}
        while entry.replaced_by and entry.replaced_by not in seen:
            now = entry.replaced_by
            seen.add(now)
            entry = codelist.entries.get(now, entry)
        if now != code:
            branches.append(f"WHEN {sqltext.text(code)} THEN {sqltext.text(now)}")
    return f"CASE {name} {' '.join(branches)} ELSE {name} END" if branches else name


def _note(one: Field) -> ColumnNote:
    return ColumnNote(title=one.title, title_en=one.title_en, level=one.level, masking=one.masking)


def _select(contract: Contract, made: _Columns) -> str:
    source = f"ods.{sqltext.name(contract.system)}.{sqltext.name(contract.table)}"
    shown = made.shown | {name: sqltext.name(name) for name in SYSTEM}
    if not made.parts:
        return f"SELECT {_list(made.tidied | {n: shown[n] for n in SYSTEM})}\nFROM {source}"
    steps = {"tidied": f"SELECT {_list(made.tidied | {n: shown[n] for n in SYSTEM})} FROM {source}"}
    steps["parted"] = f"SELECT *, {_list(made.parts)} FROM tidied"
    if made.checked:
        steps["checked"] = f"SELECT *, {_list(made.checked)} FROM parted"
    last = list(steps)[-1]
    with_ = ",\n".join(f"{name} AS ({sql})" for name, sql in steps.items())
    return f"WITH {with_}\nSELECT {_list(shown)}\nFROM {last}"


def _list(columns: Mapping[str, str]) -> str:
    return ", ".join(
        name if name == sqltext.name(alias) else f"{name} AS {sqltext.name(alias)}"
        for alias, name in columns.items()
    )
