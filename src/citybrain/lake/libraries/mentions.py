"""Every mention of a person or company in the city's tables, one row each."""

from dataclasses import replace

from citybrain.city import City
from citybrain.lake import sqltext
from citybrain.lake.libraries.expressions import columns, is_alone
from citybrain.lake.libraries.model import MENTION_COLUMNS, Library, Mention
from citybrain.lake.libraries.names import MENTIONS, dwd, standardised
from citybrain.lake.models.model import ColumnNote, Expectation, Follow, Model
from citybrain.lake.standardise import kind_of
from citybrain.lake.standardise.text import tight_sql

_TYPES = {"birth_date": "DATE", "seen_at": "TIMESTAMP"}
_NOTES = {
    "mention": ColumnNote(title="提及", title_en="Mention", level=4, masking="secret"),
    "_row": ColumnNote(title="来源行", title_en="Source row", level=4, masking="secret"),
    "table_name": ColumnNote(title="来源表", title_en="Source table", level=2, masking="none"),
    "role": ColumnNote(title="角色", title_en="Role", level=2, masking="none"),
    "id_number": ColumnNote(title="证件号", title_en="ID number", level=4, masking="id_number"),
    "id_raw": ColumnNote(
        title="证件号（未通过校验的原值）",
        title_en="ID number, as delivered where its check fails",
        level=4,
        masking="id_number",
    ),
    "name": ColumnNote(title="姓名或名称", title_en="Name", level=3, masking="name"),
    "birth_date": ColumnNote(
        title="出生日期", title_en="Birth date", level=3, masking="birth_date"
    ),
    "sex": ColumnNote(title="性别", title_en="Sex", level=3, masking="text"),
    "phone": ColumnNote(title="电话", title_en="Phone", level=3, masking="phone"),
    "address": ColumnNote(title="地址", title_en="Address", level=3, masking="address"),
    "division": ColumnNote(title="区划", title_en="Division", level=2, masking="none"),
    "relative_id": ColumnNote(
        title="同行亲属证件号", title_en="A relative's ID number", level=4, masking="id_number"
    ),
    "uscc": ColumnNote(title="统一社会信用代码", title_en="USCC", level=2, masking="none"),
    "registration_number": ColumnNote(
        title="注册号", title_en="Registration number", level=2, masking="none"
    ),
    "legal_person_name": ColumnNote(
        title="法定代表人", title_en="Legal representative", level=3, masking="name"
    ),
    "seen_at": ColumnNote(title="见于", title_en="Seen at", level=2, masking="none"),
}
_COMPANY_NAME = ColumnNote(title="名称", title_en="Name", level=2, masking="none")


def mentions(library: Library, city: City) -> Model:
    """``lib.person_mentions`` or ``lib.company_mentions`` from the library's identity.

    Nobody looks a single one up: when each was true stands in the links too, in whose order a
    record finds its own. So they lie as their sources do, which costs a city 18 s less.
    """
    entity = library.entity
    parts = [_select(one, city, entity) for one in library.identity]
    name = MENTIONS[entity]
    notes = {c: _NOTES[c] for c in _shown(entity)}
    if entity == "company":
        notes["name"] = _COMPANY_NAME
    # A number or name that the library shows is shown here for the same reason.
    notes |= {f.name: replace(notes[f.name], why=f.why) for f in library.fields if f.name in notes}
    return Model(
        name=name,
        title=f"{library.title}：各部门的提及",
        title_en=f"{library.title_en or library.name}: mentions by all departments",
        sql="\nUNION ALL\n".join(parts),
        grain=("mention",),
        materialise="incremental",
        by="_row",
        follow=_follow(library, city),
        owner=library.owner,
        columns=notes,
        expectations=(
            Expectation(
                name="grain",
                title="每次提及只有一行",
                title_en="A mention stands once",
                sql=f"SELECT mention FROM {name} GROUP BY mention HAVING count(*) > 1",
            ),
        ),
        file=library.file,
        generated=True,
    )


def _follow(library: Library, city: City) -> dict[str, Follow]:
    """Of each table only what its mentions say: a row that came again says the same."""
    said: dict[str, set[str]] = {}
    for one in library.identity:
        read = said.setdefault(standardised(one.table), {"_row"})
        for expression in (*_values(one, city, library.entity), _where(one, library.entity)):
            if not is_alone(expression):
                return {}
            read |= columns(expression)
    return {t: Follow(column="_row", reads=tuple(sorted(read))) for t, read in said.items()}


def _shown(entity: str) -> list[str]:
    held = list(MENTION_COLUMNS[entity])
    if entity == "person":
        held.insert(1, "id_raw")
    return ["mention", "_row", "table_name", "role", *held, "seen_at"]


def _select(one: Mention, city: City, entity: str) -> str:
    said = zip(_values(one, city, entity), _shown(entity), strict=True)
    shown = ", ".join(f"{_cast(value, c)} AS {sqltext.name(c)}" for value, c in said)
    return f"SELECT {shown}\nFROM {dwd(one.table)}\nWHERE {_where(one, entity)}"


def _values(one: Mention, city: City, entity: str) -> list[str]:
    """What stands in the columns that are shown, in their order."""
    contract = city.contracts.get(one.table)
    fields = contract.fields if contract else ()
    known = {f.name for f in fields}
    numbered = {f.name for f in fields if kind_of(f) in ("id_number", "person_or_other")}
    values = {
        "mention": f'"_row" || {sqltext.text("#" + one.role)}',
        "_row": '"_row"',
        "table_name": sqltext.text(one.table),
        "role": sqltext.text(one.role),
    }
    for column in MENTION_COLUMNS[entity]:
        values[column] = _value(one, column, entity, known)
    if entity == "person":
        values["id_raw"] = _raw(one, numbered)
    values["seen_at"] = seen_at(one, city)
    return [values[c] for c in _shown(entity)]


def _value(one: Mention, column: str, entity: str, known: set[str]) -> str:
    given = one.columns.get(column)
    if given and entity == "company" and column == "name":
        return tight_sql(sqltext.name(given)) if given in known else given
    if given:
        return sqltext.name(given) if given in known else f"({given})"
    address = one.columns.get("address", "")
    if column == "division" and address in known:
        return sqltext.name(f"{address}__division")
    return "NULL"


def _raw(one: Mention, numbered: set[str]) -> str:
    """The number where it is none: one that holds is written once in a row, not twice."""
    given = one.columns.get("id_number", "")
    return sqltext.name(given + "__raw") if given in numbered else "NULL"


def seen_at(one: Mention, city: City) -> str:
    """When the row was true: what the mention says, else when it was collected."""
    if one.seen_at:
        return f"CAST({one.seen_at} AS TIMESTAMP)"
    # A batch is named after the moment its run began: R-20210611-143205-…; an upload's is a hash.
    return "try_strptime(substr(\"_batch\", 3, 15), '%Y%m%d-%H%M%S')"


def _cast(value: str, column: str) -> str:
    return f"CAST({value} AS {_TYPES.get(column, 'VARCHAR')})"


def _where(one: Mention, entity: str) -> str:
    """A row that neither numbers nor names anyone mentions nobody."""
    names = ("id_number", "name") if entity == "person" else ("uscc", "registration_number", "name")
    given = [one.columns[n] for n in names if n in one.columns]
    quoted = [sqltext.name(g) if columns(g) == {g} else f"({g})" for g in given]
    told = f"coalesce({', '.join(f'CAST({q} AS VARCHAR)' for q in quoted)}) IS NOT NULL"
    return f"({one.where}) AND {told}" if one.where else told
