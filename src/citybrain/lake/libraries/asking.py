"""Reading findings: whole rows, to be masked by whoever shows them."""

from collections.abc import Collection, Sequence
from typing import Any

from citybrain.lake.duck import shared
from citybrain.lake.libraries.names import FINDINGS
from citybrain.lake.store import Store

_ASKED = ("finding_id", "department", "kind", "library", "entity_id", "field", "table_name")


def told(
    store: Store,
    *,
    limit: int | None = None,
    offset: int = 0,
    among: Collection[str] | None = None,
    without: Collection[str] = (),
    **asked: str,
) -> list[dict[str, Any]]:
    """Findings with these values, the newest first; none while they are not built.

    ``asked`` may name ``finding_id``, ``department``, ``kind``, ``library``, ``entity_id``,
    ``field`` and ``table_name``; empty values ask nothing. ``among`` are the ids that may be
    among them, ``without`` those that are not; without a ``limit`` they are all told.
    """
    many = f"LIMIT {limit:d} OFFSET {offset:d}" if limit is not None else ""
    order = f"ORDER BY seen_at DESC NULLS LAST, finding_id {many}"
    return _answer(store, "SELECT *", order, asked, among=among, without=without)


def counted(store: Store, *, by: str = "department", **asked: str) -> dict[str, int]:
    """How many findings each department (or table, field, kind) has, the most first."""
    shown = f"SELECT {by} AS name, count(*) AS n" if by in _ASKED else "SELECT '' AS name, 0 AS n"
    rows = _answer(store, shown, "GROUP BY name ORDER BY n DESC, name", asked)
    return {row["name"] or "": row["n"] for row in rows}


def held(store: Store, ids: Collection[str], **asked: str) -> list[str]:
    """Those of these ids that findings with such values have now."""
    rows = _answer(store, "SELECT finding_id", "", asked, among=ids)
    return [str(row["finding_id"]) for row in rows]


def _answer(
    store: Store,
    shown: str,
    end: str,
    asked: dict[str, str],
    *,
    among: Collection[str] | None = None,
    without: Collection[str] = (),
) -> list[dict[str, Any]]:
    if not store.exists(FINDINGS):
        return []
    named = [name for name in _ASKED if asked.get(name)]
    parts, values = [f"{name} = ?" for name in named], list[str | Sequence[str]]()
    values += [asked[name] for name in named]
    if among is not None:
        parts.append("finding_id IN (SELECT unnest(?::VARCHAR[]))")
        values.append(sorted(among))
    if without:
        parts.append("finding_id NOT IN (SELECT unnest(?::VARCHAR[]))")
        values.append(sorted(without))
    where = " AND ".join(parts) or "true"
    with shared(store.home) as duck:
        answer = duck.execute(
            f"{shown} FROM ({store.scan_sql(FINDINGS)}) WHERE {where} {end}", values
        )
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
