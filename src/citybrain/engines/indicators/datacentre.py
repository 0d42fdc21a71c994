"""The first map of the cockpit, and the pages of indicators."""

from citybrain.base.errors import CityError
from citybrain.base.wording import both
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue.service import Text
from citybrain.engines.identity.service import Actor
from citybrain.engines.indicators.arrivals import hours, late
from citybrain.engines.indicators.cards import card, parts
from citybrain.engines.indicators.feed import feed
from citybrain.engines.indicators.integrity import integrity
from citybrain.engines.indicators.quality import quality
from citybrain.engines.indicators.river import river
from citybrain.engines.indicators.stand import Stand, stand
from citybrain.engines.indicators.views import (
    Card,
    DataCentre,
    IndicatorView,
    Note,
    Point,
    Source,
)
from citybrain.lake.indicators.indicator import Dashboard, Indicator, dashboards, indicators

DATA_CENTRE = "data_centre"


class Unknown(CityError):  # noqa: N818  # says what is not there
    """There is no such indicator or map."""

    status = 404


def data_centre(actor: Actor) -> DataCentre:
    """Everything of the map, from one reading of how collecting stands."""
    catalogue.require(actor, "indicators.read", "lake:")
    now = stand()
    dashboard = dashboards(now.city).get(DATA_CENTRE) or Dashboard(
        name=DATA_CENTRE, title="驾驶舱", title_en="Cockpit"
    )
    whole = integrity(now)
    known = indicators(now.city)
    return DataCentre(
        now=now.now,
        brand=_brand(now),
        title=Text(zh=dashboard.title, en=dashboard.title_en or dashboard.title),
        newest_at=max((s.last_run for s in now.statuses.values() if s.last_run), default=None),
        cards=tuple(card(known[name], now) for name in dashboard.cards if name in known),
        river=river(dashboard, now),
        hours=hours(now),
        late=late(now),
        quality=quality(now),
        integrity=whole,
        feed=feed(now, whole),
        note=_note(dashboard),
        may_remind=catalogue.may(actor, "indicators.remind", "lake:"),
    )


def _brand(now: Stand) -> Text:
    return Text(zh=now.city.title, en=now.city.title_en or now.city.title)


def _note(dashboard: Dashboard) -> Note | None:
    if not dashboard.note:
        return None
    return Note(
        title=Text(zh=dashboard.note_title, en=dashboard.note_title_en or dashboard.note_title),
        text=Text(zh=dashboard.note, en=dashboard.note_en or dashboard.note),
    )


def cards(actor: Actor) -> tuple[Card, ...]:
    """Every indicator of the city, in the order of their names."""
    catalogue.require(actor, "indicators.read", "lake:")
    now = stand()
    return tuple(card(indicator, now) for indicator in indicators(now.city).values())


def indicator(actor: Actor, name: str) -> IndicatorView:
    """One indicator: definition, source, parts, and its values over time."""
    catalogue.require(actor, "indicators.read", "lake:")
    now = stand()
    found = indicators(now.city).get(name)
    if found is None:
        raise Unknown(
            both(f"没有名为 {name} 的指标", f"There is no indicator {name}"),
            do=both(
                "请在驾驶舱的“全部指标”中查找", "The cockpit's page “All indicators” lists them"
            ),
            where=name,
        )
    value = now.values.get(name)
    return IndicatorView(
        card=card(found, now),
        parts=parts(found, now),
        history=_history(found, now),
        sources=_sources(found, now),
        sha256=value.sha256 if value else "",
        file=found.file,
    )


def _history(found: Indicator, now: Stand) -> tuple[Point, ...]:
    from citybrain.lake.indicators.values import history

    return tuple(
        Point(at=value.at, value=value.value, sha256=value.sha256, error=value.error)
        for value in history(now.store, found.name)
    )


def _sources(found: Indicator, now: Stand) -> tuple[Source, ...]:
    value = now.values.get(found.name)
    return tuple(
        Source(
            table=read.table,
            title=_table_title(read.table, now),
            snapshot=read.snapshot,
            committed_at=read.committed_at,
        )
        for read in (value.reads if value else ())
    )


def _table_title(table: str, now: Stand) -> Text:
    from citybrain.lake.models.registry import models

    found = now.city.contracts.get(table.partition(".")[2]) or models(now.city).get(table)
    if found is None:
        return Text(zh=table, en=table)
    return Text(zh=found.title or table, en=found.title_en or found.title or table)
