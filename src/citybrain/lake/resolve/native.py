"""The two native steps of the lake: ``lib.person_links`` and ``lib.company_links``."""

import secrets
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from citybrain.lake import sqltext
from citybrain.lake.database import reading, writing
from citybrain.lake.database import settings as lake_settings
from citybrain.lake.models.model import Native, NativeContext
from citybrain.lake.resolve import core, history, overrides, spec
from citybrain.lake.views import Column

if TYPE_CHECKING:
    from citybrain.lake.store import Store

MENTIONS = {"people": "lib.person_mentions", "companies": "lib.company_mentions"}
VERSION = "2"
KEY = "resolution_key"
COLUMNS = (
    Column(name="mention", type="string", doc="行与角色"),
    Column(name="_row", type="string", doc="行地址"),
    Column(name="table_name", type="string", doc="表"),
    Column(name="role", type="string", doc="角色"),
    Column(name="entity_id", type="string", doc="主体编号"),
    Column(name="how", type="string", doc="归并依据：number、probability、alone、by_hand"),
    Column(name="probability", type="double", doc="归并概率"),
    Column(name="closest_id", type="string", doc="未采用的最近主体"),
    Column(name="closest_probability", type="double", doc="未采用主体的概率"),
    Column(name="anchor", type="string", doc="号码的带密钥摘要"),
    Column(name="content", type="string", doc="内容摘要"),
    Column(name="seen_at", type="timestamp", doc="见于"),
)
# What links say of their mentions: where these stand, and when they were true.
_CARRIED = ("_row", "table_name", "role", "seen_at")


def native_people(settings: Mapping[str, Any] = MappingProxyType({})) -> Native:
    """The step that makes ``lib.person_links``; ``settings`` as :func:`spec.read` takes them."""
    spec.people(settings)  # a mistake in the settings is told before anything runs
    return _native("people", settings)


def native_companies(settings: Mapping[str, Any] = MappingProxyType({})) -> Native:
    """The step that makes ``lib.company_links``; ``settings`` as :func:`spec.read` takes them."""
    spec.companies(settings)
    return _native("companies", settings)


def _native(kind: str, settings: Mapping[str, Any]) -> Native:
    def run(context: NativeContext) -> None:
        _run(kind, settings, context)

    return Native(run=run, inputs=(MENTIONS[kind],), version=VERSION, settings=settings)


def _run(kind: str, settings: Mapping[str, Any], context: NativeContext) -> None:
    connection, mentions = context.connection, context.inputs[MENTIONS[kind]]
    made = core.resolve(
        connection,
        spec=spec.people(settings) if kind == "people" else spec.companies(settings),
        kind=kind,
        mentions_sql=mentions,
        key=key(context.store),
        now=context.now,
        previous=core.Previous(
            links=_previous(context.previous),
            differing=context.differing.get(MENTIONS[kind], ""),
            joined=overrides.joined(context.store, kind=kind),
        ),
        overrides=overrides.in_force(context.store, kind=kind),
    )
    if made.changed and _dated(context):
        _write_changed(context, made, mentions, context.differing.get(MENTIONS[kind], ""))
    else:
        new = context.target(list(COLUMNS))
        connection.execute(new.copy_sql(made.links_with(_CARRIED)))
    found = connection.execute(made.events).fetchall()
    joined = connection.execute(made.joined).fetchall()
    overrides.remember(context.store, kind=kind, joined=joined)
    base = history.base_of(context.store, kind)
    history.record(context.store, kind=kind, found=found, now=context.now, base=base)
    core.clear(connection)


def _dated(context: NativeContext) -> bool:
    """Whether the published links say when their mentions were true; once they did not."""
    rows = context.connection.execute(f"DESCRIBE {context.previous}").fetchall()
    return "seen_at" in {row[0] for row in rows}


def _write_changed(
    context: NativeContext, made: core.Resolved, mentions: str, differing: str
) -> None:
    """Write the changed links alone, or all: the published ones with these in their place."""
    connection, columns = context.connection, list(COLUMNS)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE resolve_written AS "
        f"{_placed(made.changed, mentions)} UNION ALL BY NAME "
        f"{_moved(context.previous, made.changed, mentions, differing)}"
    )
    few = "FROM resolve_written"
    gone = connection.execute(f"{made.gone} LIMIT 1").fetchone()
    new = None if gone or not context.changes else context.changes(columns)
    if new is None:
        new = context.target(columns)
        other = f"{made.gone} UNION ALL SELECT mention FROM ({few})"
        kept = f"FROM ({context.previous}) ANTI JOIN ({other}) USING (mention)"
        few = f"{kept} UNION ALL BY NAME {few}"
    connection.execute(new.copy_sql(few))


def _moved(previous: str, changed: str, mentions: str, differing: str) -> str:
    """Links whose mentions say what they said, at another time."""
    some = f" SEMI JOIN ({differing}) USING (mention)" if differing else ""
    return (
        "SELECT l.* REPLACE (m.seen_at AS seen_at) "
        f"FROM (FROM ({previous}) ANTI JOIN ({changed}) USING (mention)) l "
        f"JOIN (SELECT mention, seen_at FROM ({mentions}){some}) m USING (mention) "
        "WHERE l.seen_at IS DISTINCT FROM m.seen_at"
    )


def _placed(links: str, mentions: str) -> str:
    """Links with what is carried of their mentions."""
    placed = ", ".join(sqltext.name(c) for c in _CARRIED)
    return (
        f"SELECT l.*, {placed} FROM ({links}) l "
        f"JOIN (SELECT mention, {placed} FROM ({mentions})) USING (mention)"
    )


def _previous(published: str) -> str:
    """The published links with the types the resolution counts in."""
    if not published:
        return ""
    return (
        f"SELECT * REPLACE (CAST(anchor AS UBIGINT) AS anchor, "
        f"CAST(content AS UBIGINT) AS content) FROM ({published})"
    )


def key(store: "Store") -> str:
    """The lake's secret for anchors; made at the first call, the same ever after."""
    while True:
        with reading(store.engine) as connection:
            row = connection.execute(
                select(lake_settings.c.value).where(lake_settings.c.name == KEY)
            ).first()
        if row:
            return str(row.value)
        try:
            with writing(store.engine) as connection:
                connection.execute(
                    insert(lake_settings).values(name=KEY, value=secrets.token_hex(32))
                )
        except IntegrityError:  # another process made it a moment ago
            continue
