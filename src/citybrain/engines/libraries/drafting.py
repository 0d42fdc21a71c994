"""What the workbench makes of a query's text without running it: nothing is read or written."""

import re

from citybrain.base.errors import CityError
from citybrain.base.wording import both
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.faults import fault
from citybrain.engines.libraries.querying import bounded
from citybrain.engines.libraries.schema import hints
from citybrain.engines.libraries.views_query import Answer
from citybrain.engines.libraries.wiring import Text
from citybrain.lake.models import draft

_UNNAMED = "未命名"


def not_answered(sql: str, error: CityError) -> Answer:
    """The text as it was, with the sentences of what is wrong with it."""
    return Answer(sql=sql, fault=fault(error, sql))


def format_query(actor: Actor, sql: str) -> str:
    """The query set in order; raises ``CityError`` where it cannot be."""
    wiring.require(actor, "lake.read", "lake:")
    bounded(sql.strip())
    return draft.formatted(sql)


def draft_model(actor: Actor, sql: str, title: str) -> catalogue.Download:
    """A model's file made of a query, to be put into the city's folder by whoever keeps it."""
    wiring.require(actor, "lake.read", "lake:")
    bounded(sql.strip())
    text = draft.model_file(
        sql, title=title.strip() or _UNNAMED, owner=actor.department, titles=_titles(sql)
    )
    slug = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
    return catalogue.Download(
        file_name=f"{slug or 'new_model'}.sql",
        media_type="application/sql; charset=utf-8",
        content=text.encode(),
        entry="",
    )


def _titles(sql: str) -> dict[str, Text]:
    """What the columns of the tables that a text names are called, where they agree."""
    words = set(re.findall(r"[\w.]+", sql.lower()))
    found: dict[str, Text] = {}
    for table in hints():
        if table.table not in words:
            continue
        for column in table.columns:
            known = found.setdefault(column.name, column.title)
            if known != column.title:
                found[column.name] = both("")
    return {name: title for name, title in found.items() if title.zh and title.zh != name}
