"""Ids that stay: who a cluster was before decides its id, and every change is an event.

An entity with a number is recognised by its anchor, a keyed hash of the number, and keeps its id
while any row has it. Any other is recognised by its mentions: the id goes to the cluster that
holds most of what was its own. A cluster that could bear several bears the oldest.
"""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from citybrain.lake import sqltext

if TYPE_CHECKING:
    import duckdb

SECONDS = 8  # hexadecimal digits of the time an id was born; ids sort by age
RANDOM = 16


def is_id(text: str) -> bool:
    """Whether it is written as an id of a person or company is."""
    return re.fullmatch(f"[A-Z][0-9a-f]{{{SECONDS + RANDOM}}}", text) is not None


def born_at(entity_id: str) -> datetime:
    """When the id was first given, from the id itself."""
    from citybrain.base.clock import CITY_ZONE

    return datetime.fromtimestamp(int(entity_id[1 : 1 + SECONDS], 16), CITY_ZONE)


def identify(
    connection: "duckdb.DuckDBPyConnection",
    *,
    letter: str,
    key: str,
    now: datetime,
) -> None:
    """Make ``resolve_known`` (root, entity_id, anchor, by_hand) and ``resolve_event``.

    ``key`` is the secret of the anchors; ``resolve_last`` has the last links.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE resolve_anchor AS
        SELECT node AS root, md5_number_lower({sqltext.text(key)} || number) AS anchor
        FROM resolve_number;
        CREATE OR REPLACE TEMP TABLE resolve_root AS
        SELECT root, coalesce(to_root, root) AS final, to_root IS NOT NULL AS by_hand FROM (
          SELECT node AS root FROM resolve_number UNION SELECT root FROM resolve_decided
          UNION SELECT to_root FROM resolve_hand) LEFT JOIN resolve_remap USING (root)"""
    )
    _claims(connection, key)
    fresh = f"'{letter}{int(now.timestamp()):0{SECONDS}x}'"
    salt = sqltext.text(secrets.token_hex(16))
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE resolve_owner AS
        SELECT entity_id, arg_max(final,
          (votes, final IN (SELECT root FROM resolve_anchor), -final::HUGEINT)) AS final
        FROM resolve_claim GROUP BY 1;
        CREATE OR REPLACE TEMP TABLE resolve_id AS
        SELECT f.final, coalesce(o.entity_id,
          {fresh} || left(md5({salt} || f.final::VARCHAR), {RANDOM})) AS entity_id,
          o.entity_id IS NULL AS born
        FROM (SELECT DISTINCT final FROM resolve_root) f
        LEFT JOIN (SELECT final, min(entity_id) AS entity_id FROM resolve_owner GROUP BY 1) o
          USING (final);
        CREATE OR REPLACE TEMP TABLE resolve_known AS
        SELECT r.root, i.entity_id, a.anchor, r.by_hand FROM resolve_root r
        JOIN resolve_id i USING (final) LEFT JOIN resolve_anchor a USING (root);
        CREATE OR REPLACE TEMP TABLE resolve_event AS
        SELECT 'merge' AS event, o.entity_id AS from_id, i.entity_id AS to_id
        FROM resolve_owner o JOIN resolve_id i USING (final) WHERE o.entity_id <> i.entity_id
          AND o.entity_id NOT IN (FROM resolve_away)
        UNION ALL
        SELECT DISTINCT 'split', c.entity_id, i.entity_id
        FROM resolve_claim c JOIN resolve_id i USING (final)
        WHERE (i.born OR i.entity_id IN (FROM resolve_away))
          AND c.entity_id NOT IN (FROM resolve_away)
        UNION ALL
        SELECT 'gone', entity_id, '' FROM resolve_gone"""
    )
    _joining(connection)


def remember(connection: "duckdb.DuckDBPyConnection", joined: Sequence[tuple[str, str]]) -> None:
    """Make ``resolve_before``, ids before people joined them, and ``resolve_away``, ids merged.

    Only what is joined by hand still, by which an entity holds what was of several: what was
    parted has its own id again, and may be another's since. ``resolve_late`` are
    mentions that came to an entity when it was joined: they have no id of before, and the one
    they have may be the other side's.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE resolve_told (mention VARCHAR, id VARCHAR)")
    if joined:
        connection.executemany("INSERT INTO resolve_told VALUES (?, ?)", list(joined))
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE resolve_before AS
        WITH held AS (SELECT mention, t.id, entity_id, how
          FROM resolve_told t JOIN resolve_last USING (mention))
        SELECT mention, id AS entity_id FROM held
        WHERE entity_id IN (SELECT entity_id FROM held GROUP BY 1
          HAVING bool_or(how = 'by_hand') AND count(DISTINCT id) > 1);
        CREATE OR REPLACE TEMP TABLE resolve_late AS
        SELECT mention, entity_id FROM resolve_last WHERE entity_id IN (
          SELECT entity_id FROM resolve_last SEMI JOIN resolve_before USING (mention))
          AND mention NOT IN (SELECT mention FROM resolve_before);
        CREATE OR REPLACE TEMP TABLE resolve_away AS
        SELECT DISTINCT entity_id FROM resolve_before ANTI JOIN resolve_last USING (entity_id)"""
    )


def _joining(connection: "duckdb.DuckDBPyConnection") -> None:
    """Make ``resolve_joining``: mentions of clusters that people now join as a whole."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE resolve_whole AS
        SELECT root FROM resolve_remap UNION SELECT to_root FROM resolve_remap;
        CREATE OR REPLACE TEMP TABLE resolve_joining AS
        WITH meant AS (
          SELECT mention FROM resolve_mention SEMI JOIN resolve_whole ON root = hash(number)
          UNION SELECT mention FROM resolve_loose JOIN resolve_decided USING (node)
          SEMI JOIN resolve_whole USING (root))
        SELECT mention, entity_id FROM resolve_last SEMI JOIN meant USING (mention)
        ANTI JOIN resolve_before USING (mention) ANTI JOIN resolve_late USING (mention)"""
    )


def _claims(connection: "duckdb.DuckDBPyConnection", key: str) -> None:
    """Make ``resolve_claim`` (final, entity_id, votes) and ``resolve_gone``.

    A mention that left its number, which others still have, by itself or by hand, votes with
    nothing: the id stays with the number, yet an entity born of such mentions is a split.
    One that people joined to another votes for the id that it had before, so that each side
    has its own id again when they are parted; one that came later votes with nothing.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE resolve_left AS
        SELECT mention FROM resolve_doubt UNION SELECT mention FROM resolve_hand
        UNION SELECT mention FROM resolve_last b JOIN resolve_changed c USING (mention)
        WHERE b.anchor IS DISTINCT FROM md5_number_lower({sqltext.text(key)} || c.number);
        CREATE OR REPLACE TEMP TABLE resolve_vote AS
        SELECT r.final, b.entity_id, b.n AS votes FROM (
            SELECT anchor, entity_id, count(*) AS n
            FROM resolve_last ANTI JOIN resolve_before USING (mention)
            ANTI JOIN resolve_late USING (mention)
            WHERE how = 'number' GROUP BY 1, 2) b
        JOIN resolve_anchor a USING (anchor) JOIN resolve_root r USING (root)
        UNION ALL
        SELECT r.final, b.entity_id, b.vote FROM (
            SELECT mention, entity_id, 0 AS vote FROM resolve_last SEMI JOIN resolve_before
              USING (mention)
            UNION ALL SELECT mention, entity_id, 1 FROM resolve_before
            UNION ALL SELECT mention, entity_id, 0 FROM resolve_late
            UNION ALL
            SELECT mention, entity_id, CASE WHEN how <> 'number'
              OR anchor NOT IN (SELECT anchor FROM resolve_anchor) THEN 1 ELSE 0 END AS vote
            FROM resolve_last ANTI JOIN resolve_before USING (mention)
            ANTI JOIN resolve_late USING (mention)
            WHERE vote = 1 OR mention IN (FROM resolve_left)) b
        JOIN resolve_mention m USING (mention)
        LEFT JOIN (SELECT mention, root FROM resolve_loose JOIN resolve_decided USING (node)) d
          USING (mention)
        LEFT JOIN resolve_hand h USING (mention)
        JOIN resolve_root r ON r.root = coalesce(h.to_root, d.root, hash(m.number));
        CREATE OR REPLACE TEMP TABLE resolve_claim AS
        SELECT final, entity_id, sum(votes) AS votes FROM resolve_vote GROUP BY 1, 2;
        CREATE OR REPLACE TEMP TABLE resolve_gone AS
        SELECT DISTINCT entity_id FROM resolve_last
        WHERE entity_id NOT IN (SELECT entity_id FROM resolve_claim)"""
    )
