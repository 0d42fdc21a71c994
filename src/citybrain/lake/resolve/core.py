"""The whole resolution on one connection: mentions in, links and events out.

>>> import duckdb
>>> from datetime import UTC, datetime
>>> from citybrain.lake.resolve.spec import people
>>> connection = duckdb.connect()
>>> columns = "mention, id_number, id_raw, name, birth_date, sex, phone, address, division"
>>> row = "('{0}', {1}, {1}, '{2}', DATE '1989-10-14', '1', '10012345678', NULL, NULL, NULL)"
>>> rows = [row.format("a", "'342591198910148253'", "张宇飞"), row.format("b", "NULL", "张宇非")]
>>> mentions = f"FROM (VALUES {', '.join(rows)}) t({columns}, relative_id)"
>>> made = resolve(connection, spec=people(), kind="people", mentions_sql=mentions,
...     key="secret", now=datetime(2021, 6, 1, tzinfo=UTC))
>>> connection.execute(f"SELECT how, count(DISTINCT entity_id) OVER () AS n FROM ({made.links})"
...     " ORDER BY mention").fetchall()
[('number', 1), ('probability', 1)]
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from citybrain.lake import sqltext
from citybrain.lake.resolve import byhand, decide, identity, prepare, scope
from citybrain.lake.resolve.overrides import Override
from citybrain.lake.resolve.spec import Spec

if TYPE_CHECKING:
    import duckdb

LETTERS = {"people": "P", "companies": "C"}


@dataclass(frozen=True, kw_only=True)
class Previous:
    """The last run as SELECTs: its ``links``, empty for none, and what may have changed since.

    ``differing`` gives the mentions that may say something else; empty where any may.
    ``joined`` are mentions that people joined to another entity, with the id they had before.
    """

    links: str = ""
    differing: str = ""
    joined: Sequence[tuple[str, str]] = ()


NOTHING = Previous()


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """What was made: SELECTs for the connection that made it, until it resolves again.

    ``content`` is the SQL of what a mention says. ``events``: event, from_id, to_id. ``changed``
    are the links that are new or other than the last ones, ``gone`` the mentions that had one;
    both empty where all was weighed. ``joined``: mention and id before, of those that people
    joined to another in this run. ``weighed`` is how many mentions were weighed.
    """

    content: str
    changed: str
    gone: str
    events: str
    joined: str
    weighed: int

    @property
    def links(self) -> str:
        """All links, with the columns of ``scope.LAST``."""
        return _links(self.content, "resolve_mention")

    def links_with(self, columns: Sequence[str]) -> str:
        """All links and these columns of their mentions, which are read once for both."""
        return _links(self.content, "resolve_whole_mention", columns)


def resolve(
    connection: "duckdb.DuckDBPyConnection",
    *,
    spec: Spec,
    kind: str,
    mentions_sql: str,
    key: str,
    now: datetime,
    previous: Previous = NOTHING,
    overrides: Sequence[Override] = (),
) -> Resolved:
    """Resolve all mentions; with the last links, weigh only what a change may have touched.

    ``mentions_sql`` gives ``mention`` (unique) and the spec's columns; ``key`` is the secret
    of the anchors, the same for every run of a lake.
    """
    connection.execute(f"CREATE OR REPLACE TEMP VIEW resolve_source AS FROM ({mentions_sql})")
    prepare.prepare(connection, spec, "FROM resolve_source")
    content = _content(spec)
    scope.remember(connection, previous.links)
    narrow = bool(previous.links) and scope.narrow(
        connection, spec, key=key, content=content, differing_sql=previous.differing
    )
    if not narrow:
        scope.all_of_it(connection)
    decide.decide(connection, spec)
    byhand.apply(connection, overrides)
    identity.remember(connection, previous.joined)
    identity.identify(connection, letter=LETTERS[kind], key=key, now=now)
    _answers(connection)
    if narrow:
        _compare(connection, content)
    found = connection.execute("SELECT count(*) FROM resolve_scope").fetchone()
    return Resolved(
        content=content,
        changed="FROM resolve_new" if narrow else "",
        gone="FROM resolve_gone_mention" if narrow else "",
        events="FROM resolve_event",
        joined="FROM resolve_joining",
        weighed=found[0] if found else 0,
    )


def _content(spec: Spec) -> str:
    """SQL for what a mention says and how it is compared, as one number.

    With other settings every mention counts as changed, so that all is weighed by them.
    """
    columns = ["number", "raw", *(sqltext.name(c) for c in spec.columns)]
    return f"hash({', '.join(columns)}, {sqltext.text(repr(spec))})"


def _answers(connection: "duckdb.DuckDBPyConnection") -> None:
    """Make ``resolve_answer``: what there is to say of every loose mention."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE resolve_answer AS
        WITH several AS (SELECT root FROM resolve_loose JOIN resolve_decided USING (node)
          GROUP BY 1 HAVING count(*) > 1)
        SELECT l.mention, d.root,
          CASE WHEN s.root IS NOT NULL OR n.node IS NOT NULL THEN 'probability' ELSE 'alone' END
            AS how,
          d.probability, k.entity_id AS closest_id, d.closest_probability
        FROM resolve_loose l JOIN resolve_decided d USING (node)
        LEFT JOIN several s ON s.root = d.root LEFT JOIN resolve_number n ON n.node = d.root
        LEFT JOIN resolve_known k ON k.root = d.closest"""
    )


def _compare(connection: "duckdb.DuckDBPyConnection", content: str) -> None:
    """Make ``resolve_new``, links that are not the last ones, and ``resolve_gone_mention``.

    A mention that did not change, has a number that is trusted now as it was then, and whose
    number has the entity that it had, has the link that it had: only others are hashed.
    """
    some = "(FROM resolve_mention SEMI JOIN resolve_other USING (mention))"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE resolve_other AS
        SELECT mention FROM resolve_changed UNION SELECT mention FROM resolve_loose
        UNION SELECT mention FROM resolve_hand
        UNION SELECT mention FROM resolve_last WHERE how <> 'number'
        UNION SELECT p.mention FROM resolve_last p JOIN resolve_known k USING (anchor)
        WHERE k.by_hand OR k.entity_id <> p.entity_id;
        CREATE OR REPLACE TEMP TABLE resolve_new AS
        {_links(content, some)} EXCEPT
        SELECT {scope.LAST} FROM resolve_last SEMI JOIN resolve_other USING (mention);
        CREATE OR REPLACE TEMP TABLE resolve_gone_mention AS
        SELECT mention FROM resolve_last ANTI JOIN resolve_mention USING (mention)"""
    )


def _links(content: str, mentions: str, carried: Sequence[str] = ()) -> str:
    others = "".join(f", s.{sqltext.name(c)}" for c in carried)
    return f"""
        SELECT s.mention, k.entity_id,
          CASE WHEN h.mention IS NOT NULL OR k.by_hand THEN 'by_hand'
            ELSE coalesce(a.how, 'number') END AS how,
          CASE WHEN h.mention IS NOT NULL OR k.by_hand OR a.mention IS NULL THEN 1.0
            ELSE a.probability END AS probability,
          -- By hand the candidate that was not taken may have become the entity itself.
          nullif(a.closest_id, k.entity_id) AS closest_id,
          CASE WHEN a.closest_id <> k.entity_id THEN a.closest_probability END
            AS closest_probability,
          k.anchor, {content} AS content{others}
        FROM {mentions} s LEFT JOIN resolve_answer a ON a.mention =
          CASE WHEN s.number IS NULL OR hash(s.number) IN (SELECT node FROM resolve_strange)
            THEN s.mention END
        LEFT JOIN resolve_hand h ON h.mention = s.mention
        JOIN resolve_known k ON k.root = coalesce(h.to_root, a.root, hash(s.number))"""


def clear(connection: "duckdb.DuckDBPyConnection") -> None:
    """Drop all that a resolution left on the connection."""
    rows = connection.execute(
        """
        SELECT table_name, 'TABLE' FROM duckdb_tables()
        WHERE table_name LIKE 'resolve\\_%' ESCAPE '\\'
        UNION ALL
        SELECT view_name, 'VIEW' FROM duckdb_views()
        WHERE view_name LIKE 'resolve\\_%' ESCAPE '\\'"""
    ).fetchall()
    for name, sort in rows:
        connection.execute(f"DROP {sort} IF EXISTS {sqltext.name(name)}")
