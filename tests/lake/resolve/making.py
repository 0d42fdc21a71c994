"""Mentions written by hand or drawn as a small city, resolved on a connection of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa
from bench.linkage import mentions, population

from citybrain.lake.resolve import core
from citybrain.lake.resolve.overrides import Override
from citybrain.lake.resolve.spec import Spec, people
from citybrain.standards.resident_id import check_digit

NOW = datetime(2021, 6, 1, tzinfo=UTC)
LATER = datetime(2021, 6, 2, tzinfo=UTC)
PEOPLE = {
    "mention": "VARCHAR", "id_number": "VARCHAR", "id_raw": "VARCHAR", "name": "VARCHAR",
    "birth_date": "DATE", "sex": "VARCHAR", "phone": "VARCHAR", "address": "VARCHAR",
    "division": "VARCHAR", "relative_id": "VARCHAR",
}  # fmt: skip
COMPANIES = {
    "mention": "VARCHAR", "uscc": "VARCHAR", "registration_number": "VARCHAR", "name": "VARCHAR",
    "legal_person_name": "VARCHAR", "address": "VARCHAR", "phone": "VARCHAR",
}  # fmt: skip
Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Link:
    """A row of the links, the two digests left out."""

    entity_id: str
    how: str
    probability: float | None
    closest_id: str | None
    closest_probability: float | None


@dataclass(frozen=True, kw_only=True)
class Made:
    """What one run gave."""

    links: dict[str, Link]
    events: list[tuple[str, str, str]]
    weighed: int

    @property
    def ids(self) -> dict[str, str]:
        """The entity of every mention."""
        return {mention: link.entity_id for mention, link in self.links.items()}

    @property
    def clusters(self) -> set[frozenset[str]]:
        """The mentions of each entity, whatever its id."""
        found: dict[str, set[str]] = {}
        for mention, entity in self.ids.items():
            found.setdefault(entity, set()).add(mention)
        return {frozenset(members) for members in found.values()}


def number(stem: str) -> str:
    """A valid ID number of seventeen digits."""
    return stem + check_digit(stem)


def fill(
    connection: duckdb.DuckDBPyConnection,
    rows: Sequence[Row],
    columns: Mapping[str, str] = PEOPLE,
) -> None:
    """Make table ``mentions`` of these rows; what a row does not say is NULL."""
    said = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
    connection.execute(f"CREATE OR REPLACE TABLE mentions ({said})")
    values = {
        name: pa.array(
            [None if row.get(name) is None else str(row[name]) for row in rows], "string"
        )
        for name in columns
    }
    connection.register("given", pa.table(values))
    connection.execute("INSERT INTO mentions FROM given")
    connection.unregister("given")


def resolve(
    connection: duckdb.DuckDBPyConnection,
    *,
    spec: Spec | None = None,
    kind: str = "people",
    again: bool = False,
    now: datetime = NOW,
    overrides: Sequence[Override] = (),
    keep: bool = True,
) -> Made:
    """Resolve table ``mentions``; ``again`` goes on from the last run that was kept."""
    made = core.resolve(
        connection,
        spec=spec or people(),
        kind=kind,
        mentions_sql="FROM mentions",
        key="secret",
        now=now,
        previous=core.Previous(links="FROM last" if again else ""),
        overrides=overrides,
    )
    table = "last" if keep else "passing"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE made AS {made.links}")
    if made.changed:
        _adds_up(connection, made)
    connection.execute(f"CREATE OR REPLACE TABLE {table} AS FROM made")
    rows = connection.execute(
        "SELECT mention, entity_id, how, probability, closest_id, closest_probability FROM made"
    ).fetchall()
    names = ("entity_id", "how", "probability", "closest_id", "closest_probability")
    links = {row[0]: Link(**dict(zip(names, row[1:], strict=True))) for row in rows}
    assert len(links) == len(rows), "a mention has two links"
    return Made(
        links=links,
        events=sorted(connection.execute(made.events).fetchall()),
        weighed=made.weighed,
    )


def _adds_up(connection: duckdb.DuckDBPyConnection, made: core.Resolved) -> None:
    """The last links with the changed ones in their place are all links, and no row too many."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE other AS {made.changed}; "
        f"CREATE OR REPLACE TEMP TABLE lost AS {made.gone}"
    )
    wrong = connection.execute(
        """
        WITH together AS (FROM last ANTI JOIN other USING (mention)
          ANTI JOIN lost USING (mention) UNION ALL FROM other)
        (FROM together EXCEPT ALL FROM made) UNION ALL (FROM made EXCEPT ALL FROM together)
        UNION ALL (FROM other INTERSECT FROM last)"""
    ).fetchall()
    assert not wrong, "what changed is not what differs"


def resolved(rows: Sequence[Row], **how: Any) -> Made:
    """Resolve these rows on a connection of their own."""
    with duckdb.connect() as connection:
        fill(connection, rows, how.pop("columns", PEOPLE))
        return resolve(connection, **how)


def draw_city(
    connection: duckdb.DuckDBPyConnection, count: int, *, harder: float, more: Sequence[Row] = ()
) -> None:
    """Table ``mentions`` of a drawn city and these rows, ``truth`` of the drawn ones alone."""
    with duckdb.connect() as drawn:
        population.people(drawn, count)
        mentions.mentions(drawn, harder=harder)
        told = drawn.sql(f"SELECT {', '.join(PEOPLE)} FROM mentions").to_arrow_table()  # noqa: S608
        truth = drawn.sql(
            "SELECT t.mention, t.i AS truth, t.number_damage, t.value_damage, "
            "m.id_number IS NULL AS unnumbered FROM truth t JOIN mentions m USING (mention)"
        ).to_arrow_table()
    fill(connection, more)
    connection.register("told", told)
    connection.register("judged", truth)
    connection.execute(
        "INSERT INTO mentions FROM told; CREATE OR REPLACE TABLE truth AS FROM judged"
    )
    for name in ("told", "judged"):
        connection.unregister(name)
