"""Systems: owners that exist, a contract for every table, fetches that can work."""

from collections.abc import Iterator, Mapping
from typing import Any

from citybrain.city.contracts import Contract
from citybrain.city.document import Document
from citybrain.city.finding import Finding
from citybrain.city.rules.view import View
from citybrain.city.shape import items, mapping, text
from citybrain.city.words import did_you_mean

_ORDERED = ("string", "int", "long", "ulong", "decimal", "date", "timestamp", "timestamptz")
_OPTIONS = {
    "sheet": ("excel",),
    "header_row": ("excel", "csv", "tsv"),
    "encoding": ("csv", "tsv", "jsonl"),
    "delimiter": ("csv",),
}


def systems(view: View) -> Iterator[Finding]:
    """Every system's owners and tables."""
    for document, content in view.contents("systems"):
        yield from _owners(view, document, content)
        for table, fetch in mapping(content.get("tables")).items():
            yield from _table(view, document, content, table, mapping(fetch))


def _owners(view: View, document: Document, content: Mapping[str, Any]) -> Iterator[Finding]:
    known, seen = view.city.departments, set()
    for index, item in enumerate(items(content.get("owners"))):
        owner = mapping(item)
        name, since = text(owner, "department"), text(owner, "since")
        if name and name not in known:
            yield document.finding(
                ("owners", index, "department"),
                "owner-department",
                f"There is no department '{name}'.",
                did_you_mean(name, known) or f"Write departments/{name}.yml or correct the name.",
            )
        if since and since in seen:
            yield document.finding(
                ("owners", index, "since"),
                "duplicate-id",
                f"Two departments own the system from {since} on.",
                "Correct one of the days.",
            )
        seen.add(since)


def _table(
    view: View,
    document: Document,
    content: Mapping[str, Any],
    table: str,
    fetch: Mapping[str, Any],
) -> Iterator[Finding]:
    path = ("tables", table)
    contract = view.city.contracts.get(f"{document.stem}.{table}")
    if contract is None:
        yield document.finding(
            path,
            "table-without-contract",
            f"The table '{table}' has no contract.",
            f"Write sources/{document.stem}/{table}.yaml, or delete the table.",
        )
    else:
        yield from _mode(document, path, fetch, contract)
    yield from _format(document, path, content, fetch)


def _mode(
    document: Document, path: tuple[str, ...], fetch: Mapping[str, Any], contract: Contract
) -> Iterator[Finding]:
    mode, cursor = text(fetch, "mode"), text(fetch, "cursor")
    if mode == "upsert" and not contract.key:
        yield document.finding(
            (*path, "mode"),
            "mode-key",
            f"Mode upsert needs a key, and the contract {contract.id} has none.",
            "Mark the key's fields with primaryKey in the contract, or use mode full.",
        )
    if mode == "append" and not cursor:
        yield document.finding(
            (*path, "mode"),
            "mode-cursor",
            "Mode append needs a cursor.",
            "Name the field that grows under cursor, or use mode full.",
        )
    types = {field.name: field.type.split("(")[0] for field in contract.fields}
    if cursor and cursor not in types:
        yield document.finding(
            (*path, "cursor"),
            "cursor-field",
            f"The contract {contract.id} has no field '{cursor}'.",
            did_you_mean(cursor, types) or "Name one of its fields.",
        )
    elif cursor and types[cursor] not in _ORDERED:
        yield document.finding(
            (*path, "cursor"),
            "cursor-type",
            f"The field '{cursor}' has type {types[cursor]}, which does not grow.",
            "Name a number, date or time.",
        )


def _format(
    document: Document,
    path: tuple[str, ...],
    content: Mapping[str, Any],
    fetch: Mapping[str, Any],
) -> Iterator[Finding]:
    form = text(fetch, "format")
    if content.get("kind") == "upload" and not form:
        yield document.finding(
            (*path, "format"),
            "upload-format",
            "An uploaded table needs a format.",
            "Write format: excel or csv.",
        )
    for option, formats in _OPTIONS.items():
        if option in fetch and form not in formats:
            yield document.finding(
                (*path, option),
                "format-option",
                f"'{option}' has no meaning for {form or 'a database'}.",
                f"Delete it, or set format to {' or '.join(formats)}.",
            )
