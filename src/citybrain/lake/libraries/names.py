"""Names and texts that the compilers of libraries share."""

from collections.abc import Mapping

from citybrain.city import City
from citybrain.lake import sqltext
from citybrain.lake.libraries.model import Library, Mention
from citybrain.lake.libraries.reading import libraries

ROW = "__row"
MENTIONS = {"person": "lib.person_mentions", "company": "lib.company_mentions"}
LINKS = {"person": "lib.person_links", "company": "lib.company_links"}
FINDINGS = "lib.findings"


def dwd(table: str) -> str:
    """The standardised table of ``system.table``, quoted."""
    system, _, name = table.partition(".")
    return f"dwd.{sqltext.name(system)}.{sqltext.name(name)}"


def standardised(table: str) -> str:
    """The same by its name in the lake."""
    return f"dwd.{table}"


def department(city: City, table: str) -> str:
    """The department that owns a table's system now, which corrects what is wrong in it."""
    system = city.systems.get(table.split(".", maxsplit=1)[0])
    owners = sorted(system.owners, key=lambda o: o.since) if system else []
    return owners[-1].department if owners else ""


def department_title(city: City, table: str, *, english: bool = False) -> str:
    """The name of that department."""
    name = department(city, table)
    found = city.departments.get(name)
    if found is None:
        return name
    return (found.title_en or found.title) if english else found.title


def table_title(city: City, table: str, *, english: bool = False) -> str:
    """What the contract calls the table."""
    contract = city.contracts.get(table)
    if contract is None:
        return table
    return (contract.title_en or contract.title) if english else contract.title


def home(libraries: Mapping[str, Library], entity: str) -> Library | None:
    """The library that says where the entity is mentioned."""
    held = libraries.values()
    return next((one for one in held if one.entity == entity and one.identity), None)


def mention_of(mentions: tuple[Mention, ...], table: str, role: str) -> list[Mention]:
    """The declared mentions of a table, of one role or of any."""
    return [m for m in mentions if m.table == table and role in ("", m.role)]


def classes(city: City, table: str, *, person: bool) -> dict[str, tuple[str, int]]:
    """Masking and level of a table's columns by its contract; stricter beside a person.

    A shareholder's name is public beside the company; beside a person's other data it would
    tell whose they are. What tells who a person is has there at least the library's class.
    """
    contract = city.contracts.get(table)
    held = home(libraries(city), "person") if person else None
    fields = {one.name: one for one in held.fields} if held else {}
    telling = {
        column: fields[named]
        for mention in (mention_of(held.identity, table, "") if held else ())
        for named, column in mention.columns.items()
        if named in fields
    }
    found = {}
    for one in contract.fields if contract else ():
        stricter = telling.get(one.name)
        kept = stricter if stricter and stricter.level > one.level else one
        found[one.name] = (kept.masking, kept.level)
    return found
