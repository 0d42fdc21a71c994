"""Entities by their valid numbers, the rows that cannot trust a number, and their profiles.

Tables made on the connection, all temporary: ``resolve_mention`` (a view of the input's columns
that are compared; ``resolve_whole_mention`` has all of them),
``resolve_number`` (one row per valid number), ``resolve_doubt`` (mentions whose number is
another's), ``resolve_loose`` (mentions to be weighed), ``resolve_entity`` and ``resolve_lone``
(what the two sides are compared by). A node is a 64-bit hash: two of ten million entities
share one with a probability of 3 in a million.
"""

from typing import TYPE_CHECKING

from citybrain.lake import sqltext
from citybrain.lake.resolve import names
from citybrain.lake.resolve.spec import Spec

if TYPE_CHECKING:
    import duckdb

_q = sqltext.name
SEX = "CASE substr(number, 17, 1)::INT % 2 WHEN 1 THEN '1' ELSE '2' END"  # of a resident's number
# Two names that no slip of a pen turns into each other; x and y are rows of resolve_name.
_DIFFERENT = """x.last <> y.last
    AND NOT contains(x.plain, y.plain) AND NOT contains(y.plain, x.plain)
    AND damerau_levenshtein(x.code, y.code) > 1
    AND jaro_winkler_similarity(x.sound, y.sound) < 0.85"""


def prepare(connection: "duckdb.DuckDBPyConnection", spec: Spec, mentions_sql: str) -> None:
    """Make the tables from a SELECT of the mentions."""
    raw = _cleaned(_q(spec.raw)) if spec.raw else "NULL::VARCHAR"
    number = _q(spec.number) if spec.number else "NULL::VARCHAR"
    columns = ", ".join(_q(c) for c in spec.columns)
    compared = f"{number} AS number, CASE WHEN {number} IS NULL THEN {raw} END AS raw"
    for view, shown in (("mention", f"mention, {columns}"), ("whole_mention", "*")):
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW resolve_{view} AS "
            f"SELECT {shown}, {compared} FROM ({mentions_sql})"
        )
    _numbers(connection, spec)
    _hear(connection, spec)
    _doubt(connection, spec)
    _loose(connection, spec)
    _sides(connection, spec)


def _cleaned(raw: str) -> str:
    """A number as delivered, narrow digits and capitals only; a star hides a digit."""
    narrow = f"translate(upper({raw}), '０１２３４５６７８９Ｘ＊', '0123456789X*')"
    return f"nullif(regexp_replace({narrow}, '[^0-9A-Z*]', '', 'g'), '')"


def _numbers(connection: "duckdb.DuckDBPyConnection", spec: Spec) -> None:
    """One row per valid number: its commonest name; a tie goes to the right birth date."""
    name = _q(spec.names[0])
    others = [*spec.names[1:], *([] if spec.resident else spec.single)]
    least = "".join(f", min({_q(c)}) AS {_q(c)}" for c in others)
    born = "min(birth_date)" if spec.resident else "NULL::DATE"
    right = "strftime(born, '%Y%m%d') = substr(number, 7, 8)"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE resolve_called AS
        SELECT hash(number) AS node, {name} AS called, any_value(number) AS number,
          count(*) AS n, {born} AS born{least}
        FROM resolve_mention WHERE number IS NOT NULL GROUP BY 1, 2;
        CREATE OR REPLACE TEMP TABLE resolve_number AS
        SELECT node, any_value(number) AS number, count(*) > 1 AS mixed,
          CASE WHEN count(*) = 1 THEN any_value(called)
            ELSE arg_max(called, (n, coalesce({right}, false), called))
              FILTER (WHERE called IS NOT NULL) END AS {name}{least}
        FROM resolve_called GROUP BY 1"""
    )


def _hear(connection: "duckdb.DuckDBPyConnection", spec: Spec) -> None:
    name = _q(spec.names[0])
    parts = [
        "SELECT called FROM resolve_called",
        f"SELECT {name} FROM resolve_mention WHERE number IS NULL",
    ]
    parts += [f"SELECT {_q(n)} FROM resolve_mention" for n in spec.names[1:]]
    names.hear(connection, " UNION ALL ".join(parts))


def _doubt(connection: "duckdb.DuckDBPyConnection", spec: Spec) -> None:
    """Mentions that carry another's number: the name is another, and nothing else agrees."""
    name = _q(spec.names[0])
    lists = "".join(f", list({_q(c)}) AS {_q(k)}" for k, c in spec.several.items())
    shared = " OR ".join(
        f"coalesce(list_contains(o.{_q(k)}, m.{_q(c)}), false)" for k, c in spec.several.items()
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE resolve_strange AS
        SELECT c.node, c.called, n.{name} AS main, x.first <> y.first AS other_surname
        FROM resolve_called c JOIN resolve_number n ON n.node = c.node AND n.mixed
        JOIN resolve_name x ON x.written = c.called JOIN resolve_name y ON y.written = n.{name}
        WHERE {_DIFFERENT};
        -- What is to be compared by more than its number is few: a city is read once for it.
        CREATE OR REPLACE TEMP TABLE resolve_some AS
        SELECT *, hash(number) AS node FROM resolve_mention
        WHERE number IS NULL OR hash(number) IN (SELECT node FROM resolve_strange);
        CREATE OR REPLACE TEMP VIEW resolve_near AS
        FROM resolve_some WHERE number IS NOT NULL;
        CREATE OR REPLACE TEMP TABLE resolve_doubt AS
        WITH other AS (SELECT n.node{lists} FROM resolve_near n JOIN resolve_strange s
          ON s.node = n.node AND n.{name} = s.main GROUP BY 1)
        SELECT DISTINCT m.mention, m.node FROM resolve_near m
        JOIN resolve_strange s ON s.node = m.node AND s.called = m.{name}
        JOIN other o ON o.node = m.node
        WHERE {_contradicts(spec, shared or "false")}"""
    )


def _contradicts(spec: Spec, shared: str) -> str:
    """Whether more than the name speaks against the number.

    Families share telephones and addresses, and copy each other's numbers: a birth date or sex
    that contradicts weighs more than what is shared.
    """
    known = ", ".join(["NULL", *(f"m.{_q(c)}" for c in spec.several.values())])
    strange = f"NOT ({shared}) AND (s.other_surname OR coalesce({known}) IS NOT NULL)"
    if not spec.resident:
        return strange
    near = "damerau_levenshtein(strftime(m.birth_date, '%Y%m%d'), substr(m.number, 7, 8)) <= 2"
    told = SEX.replace("number", "m.number")
    sex = f"m.sex IS NOT NULL AND m.sex <> {told}"
    return f"""CASE WHEN m.birth_date IS NOT NULL THEN NOT ({near})
          ELSE ({sex}) OR ({strange}) END"""


def _loose(connection: "duckdb.DuckDBPyConnection", spec: Spec) -> None:
    """Mentions without a number to trust; those that say the same, and enough, are one node."""
    told = ["raw", *(_q(c) for c in spec.columns)]
    enough = " + ".join(f"({c} IS NOT NULL)::INT" for c in told)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE resolve_loose AS
        WITH taken AS (
          SELECT * EXCLUDE (number, node) FROM resolve_some WHERE number IS NULL
          UNION ALL BY NAME
          SELECT m.* EXCLUDE (number, node) REPLACE (NULL AS raw) FROM resolve_near m
          SEMI JOIN resolve_doubt USING (mention))
        SELECT *, CASE WHEN {enough} >= 4 THEN hash({", ".join(told)}) ELSE hash(mention) END
          AS node FROM taken"""
    )


def _sides(connection: "duckdb.DuckDBPyConnection", spec: Spec) -> None:
    """The columns of both sides that every node has once."""
    features = ", ".join(names.selected(n, f"w{i}") for i, n in enumerate(spec.names))
    joins = " ".join(
        f"LEFT JOIN resolve_name w{i} ON w{i}.written = s.{_q(n)}" for i, n in enumerate(spec.names)
    )
    single = "".join(f", {_q(c)}" for c in spec.single)
    own = single
    if spec.resident:
        own = f", try_strptime(substr(number, 7, 8), '%Y%m%d')::DATE AS birth_date, {SEX} AS sex"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE resolve_entity AS
        SELECT node, number{own}, {features}
        FROM resolve_number s {joins};
        CREATE OR REPLACE TEMP TABLE resolve_lone AS
        SELECT node, raw AS number{single}, {features}
        FROM (SELECT DISTINCT ON (node) * FROM resolve_loose ORDER BY node, mention) s {joins}"""
    )
