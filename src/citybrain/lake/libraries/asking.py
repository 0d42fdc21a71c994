"""Reading findings: whole rows, to be masked by whoever shows them."""

from typing import Any

from citybrain.lake.duck import shared
from citybrain.lake.libraries.names import FINDINGS
from citybrain.lake.store import Store

_ASKED = ("finding_id", "department", "kind", "library", "entity_id")


def told(store: Store, *, limit: int, **asked: str) -> list[dict[str, Any]]:
    """Findings with these values, the newest first; none while they are not built.

    ``asked`` may name ``finding_id``, ``department``, ``kind``, ``library`` and
    ``entity_id``; empty values ask nothing.
    """
    return _answer(
        store, "SELECT *", f"ORDER BY seen_at DESC NULLS LAST, finding_id LIMIT {limit:d}", asked
    )


def counted(store: Store, *, by: str = "department", **asked: str) -> dict[str, int]:
    """How many findings each department (or kind) should look at, the most first."""
    shown = f"SELECT {by} AS name, count(*) AS n" if by in _ASKED else "SELECT '' AS name, 0 AS n"
    rows = _answer(store, shown, "GROUP BY name ORDER BY n DESC, name", asked)
    return {row["name"] or "": row["n"] for row in rows}


def _answer(store: Store, shown: str, end: str, asked: dict[str, str]) -> list[dict[str, Any]]:
    if not store.exists(FINDINGS):
        return []
    named = [name for name in _ASKED if asked.get(name)]
    where = " AND ".join(f"{name} = ?" for name in named) or "true"
    with shared(store.home) as duck:
        answer = duck.execute(
            f"{shown} FROM ({store.scan_sql(FINDINGS)}) WHERE {where} {end}",
            [asked[name] for name in named],
        )
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
