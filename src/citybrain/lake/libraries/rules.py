"""Libraries: tables, columns, roles and code lists that exist, SQL that can be read."""

from collections.abc import Iterator, Mapping
from typing import Any

from citybrain.city.document import Document
from citybrain.city.finding import Finding
from citybrain.city.rules.view import View
from citybrain.city.shape import items, mapping, text, texts
from citybrain.city.words import did_you_mean
from citybrain.lake.libraries.expressions import columns, is_expression, is_select
from citybrain.lake.libraries.model import DIVISIONS, MENTION_COLUMNS
from citybrain.lake.standardise import kind_of

_SYSTEM = frozenset({"_row", "_batch"})
Content = Mapping[str, Any]
Path = tuple[str | int, ...]


def library_rules(view: View) -> Iterator[Finding]:
    """Every library alone, and that an entity is mentioned in one library only."""
    homes: dict[str, str] = {}
    roles = _roles(view)
    for document, content in view.contents("libraries"):
        entity = text(content, "entity", "none")
        if items(content.get("identity")):
            if entity in homes:
                yield document.finding(
                    ("identity",),
                    "identity-twice",
                    f"Where a {entity} is mentioned says {homes[entity]} already.",
                    "Keep one of the two.",
                )
            homes.setdefault(entity, document.file)
        yield from _library(view, document, content, roles.get(entity, {}))


def _roles(view: View) -> dict[str, dict[str, list[str]]]:
    """Entity → table → roles, of all libraries."""
    found: dict[str, dict[str, list[str]]] = {}
    for _document, content in view.contents("libraries"):
        held = found.setdefault(text(content, "entity", "none"), {})
        for mention in map(mapping, items(content.get("identity"))):
            held.setdefault(text(mention, "table"), []).append(text(mention, "role"))
    return found


def _library(
    view: View, document: Document, content: Content, roles: Mapping[str, list[str]]
) -> Iterator[Finding]:
    yield from _owner(view, document, content)
    entity = text(content, "entity", "none")
    for index, mention in enumerate(map(mapping, items(content.get("identity")))):
        yield from _mention(view, document, ("identity", index), mention, entity)
    seen: set[str] = set()
    for index, one in enumerate(map(mapping, items(content.get("fields")))):
        path: Path = ("fields", index)
        name = text(one, "name")
        if name in seen:
            yield document.finding(
                (*path, "name"), "duplicate-id", f"'{name}' stands twice.", "Delete one of them."
            )
        seen.add(name)
        yield from _field(view, document, path, one, roles)
    yield from _rows(view, document, content, seen)
    yield from _series(document, mapping(content.get("series")), seen)
    yield from _statements(document, content)


def _owner(view: View, document: Document, content: Content) -> Iterator[Finding]:
    owner = text(content, "owner")
    if owner and owner not in view.city.departments:
        yield document.finding(
            ("owner",),
            "owner-department",
            f"There is no department '{owner}'.",
            did_you_mean(owner, view.city.departments) or "Correct the name.",
        )


def _mention(
    view: View, document: Document, path: Path, mention: Content, entity: str
) -> Iterator[Finding]:
    table = text(mention, "table")
    known = _columns(view, table)
    if not known:
        yield _no_table(view, document, (*path, "table"), table)
        return
    for column, sql in mapping(mention.get("columns")).items():
        if column not in MENTION_COLUMNS.get(entity, ()):
            yield document.finding(
                (*path, "columns", column),
                "mention-column",
                f"A mention has no column '{column}'.",
                did_you_mean(column, MENTION_COLUMNS.get(entity, ())) or "Delete it.",
            )
        yield from _expression(document, (*path, "columns", column), str(sql), known)
    for key in ("where", "seen_at"):
        if text(mention, key):
            yield from _expression(document, (*path, key), text(mention, key), known)


def _field(
    view: View, document: Document, path: Path, one: Content, roles: Mapping[str, list[str]]
) -> Iterator[Finding]:
    codelist = text(one, "codelist")
    if codelist and codelist != DIVISIONS and codelist not in view.city.codelists:
        yield document.finding(
            (*path, "codelist"),
            "codelist-missing",
            f"There is no code list '{codelist}'.",
            did_you_mean(codelist, view.city.codelists) or "Correct the name.",
        )
    if text(one, "valid"):
        yield from _expression(document, (*path, "valid"), text(one, "valid"), {"value"})
    for index, source in enumerate(map(mapping, items(one.get("sources")))):
        yield from _source(view, document, (*path, "sources", index), source, roles)


def _source(
    view: View, document: Document, path: Path, source: Content, roles: Mapping[str, list[str]]
) -> Iterator[Finding]:
    table, via = text(source, "table"), mapping(source.get("via"))
    known = _columns(view, table)
    if not known:
        yield _no_table(view, document, (*path, "table"), table)
        return
    for key in ("value", "where"):
        if text(source, key):
            yield from _expression(document, (*path, key), text(source, key), known)
    if via:
        for table_ in (known, _columns(view, text(via, "table"))):
            yield from _expression(document, (*path, "via", "by"), text(via, "by"), table_)
    by, where = (via, (*path, "via")) if via else (source, path)
    yield from _role(document, where, by, roles)


def _role(
    document: Document, path: Path, by: Content, roles: Mapping[str, list[str]]
) -> Iterator[Finding]:
    table, role = text(by, "table"), text(by, "role")
    held = roles.get(table, [])
    if role and role not in held:
        yield document.finding(
            (*path, "role"),
            "role-missing",
            f"No identity says that {table} mentions anyone as '{role}'.",
            did_you_mean(role, held) or f"Known are {', '.join(held) or 'none'}.",
        )
    if not role and len(held) != 1:
        yield document.finding(
            (*path, "table"),
            "role-unclear",
            f"{table} mentions entities in {len(held)} roles.",
            "Write the role." if held else "Declare the mention under identity.",
        )


def _rows(view: View, document: Document, content: Content, fields: set[str]) -> Iterator[Finding]:
    for index, one in enumerate(map(mapping, items(content.get("rows")))):
        path: Path = ("rows", index)
        known = _columns(view, text(one, "table"))
        if not known:
            yield _no_table(view, document, (*path, "table"), text(one, "table"))
            continue
        for name, sql in mapping(one.get("values")).items():
            yield from _known_field(document, (*path, "values", name), name, fields)
            yield from _expression(document, (*path, "values", name), str(sql), known)
        for key in ("where", "row"):
            if text(one, key):
                yield from _expression(document, (*path, key), text(one, key), known)
    for key in ("key", "heading", "list"):
        for index, name in enumerate(texts(content.get(key))):
            yield from _known_field(document, (key, index), name, fields)


def _series(document: Document, content: Content, fields: set[str]) -> Iterator[Finding]:
    for key, value in content.items():
        if key == "by":
            for index, name in enumerate(texts(value)):
                yield from _known_field(document, ("series", key, index), name, fields)
        elif isinstance(value, str):
            yield from _known_field(document, ("series", key), value, fields)


def _known_field(document: Document, path: Path, name: str, fields: set[str]) -> Iterator[Finding]:
    if name not in fields:
        yield document.finding(
            path,
            "field-missing",
            f"The library has no field '{name}'.",
            did_you_mean(name, fields) or "Declare it under fields.",
        )


def _statements(document: Document, content: Content) -> Iterator[Finding]:
    places: list[tuple[Path, str]] = [(("select",), text(content, "select"))]
    for index, one in enumerate(map(mapping, items(content.get("impossible")))):
        places.append((("impossible", index, "sql"), text(one, "sql")))
    for path, sql in places:
        if sql and not is_select(sql):
            yield document.finding(
                path, "sql-unreadable", "This is not one SELECT.", "Write one SELECT."
            )


def _columns(view: View, table: str) -> set[str]:
    """The columns of a standardised table; none for one that no contract describes."""
    contract = view.city.contracts.get(table)
    if contract is None:
        return set()
    known = {f.name for f in contract.fields} | _SYSTEM
    for one in contract.fields:
        kind = kind_of(one)
        if kind == "address":
            known.add(f"{one.name}__division")
        if kind in ("id_number", "person_or_other"):
            known.add(f"{one.name}__raw")
    return known


def _no_table(view: View, document: Document, path: Path, table: str) -> Finding:
    return document.finding(
        path,
        "table-without-contract",
        f"There is no contract '{table}'.",
        did_you_mean(table, view.city.contracts) or "Write system.table of a contract.",
    )


def _expression(
    document: Document, path: Path, sql: str, known: set[str] | frozenset[str]
) -> Iterator[Finding]:
    if not is_expression(sql):
        yield document.finding(
            path, "sql-unreadable", f"'{sql}' is not one SQL expression.", "Correct it."
        )
        return
    for column in sorted(columns(sql) - known):
        yield document.finding(
            path,
            "column-missing",
            f"There is no column '{column}' here.",
            did_you_mean(column, known) or "Name a column of the table.",
        )
