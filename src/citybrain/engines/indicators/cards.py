"""Indicators as cards: the number, and all that one must know to trust it."""

from datetime import datetime, timedelta

from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue.service import Text
from citybrain.engines.indicators.facts import Fact, fact
from citybrain.engines.indicators.stand import Stand
from citybrain.engines.indicators.views import Card, Part
from citybrain.lake.indicators.indicator import UNKNOWN, Indicator
from citybrain.lake.indicators.values import Value


def card(indicator: Indicator, stand: Stand) -> Card:
    """One indicator as it is now: a fact is worked out, a SELECT's newest value is read."""
    found = fact(indicator.fact, stand) if indicator.fact else _kept(indicator, stand)
    checked = stand.minute if indicator.fact else _checked(stand.values.get(indicator.name))
    tone = found.tone
    if not tone:
        tone = "none" if found.value is None else indicator.state(found.value)
    return Card(
        name=indicator.name,
        title=_text(indicator.title, indicator.title_en),
        value=found.value,
        decimals=indicator.decimals,
        unit=_text(indicator.unit, indicator.unit_en),
        note=found.note,
        tone=tone,
        caliber=_text(indicator.caliber, indicator.caliber_en),
        owner=catalogue.department_title(indicator.owner),
        source=indicator.model or f"citybrain.{indicator.fact}",
        sql=indicator.sql,
        at=found.at,
        checked_at=checked,
        fresh=_fresh(found.at, indicator.fresh_minutes, stand.now),
        fresh_minutes=indicator.fresh_minutes if not indicator.fact else 0,
        better=indicator.better,
        of=found.of,
    )


def parts(indicator: Indicator, stand: Stand) -> tuple[Part, ...]:
    """The parts of the newest value, with their titles of the folder, greatest first."""
    value = stand.values.get(indicator.name)
    found = [
        Part(key=key, title=_part_title(indicator, stand, key), value=number)
        for key, number in (value.parts if value else ())
    ]
    return tuple(sorted(found, key=lambda part: -part.value))


def _part_title(indicator: Indicator, stand: Stand, key: str) -> Text:
    if key == UNKNOWN:
        return Text(zh="未填", en="Not stated")
    if indicator.series == "departments":
        return catalogue.department_title(key)
    if indicator.series == "divisions":
        division = stand.city.divisions.get(key)
        return _text(division.name, division.name_en) if division else Text(zh=key, en=key)
    codelist = stand.city.codelists.get(indicator.series)
    entry = codelist.entries.get(key) if codelist else None
    return _text(entry.title, entry.title_en) if entry else Text(zh=key, en=key)


def _kept(indicator: Indicator, stand: Stand) -> Fact:
    value = stand.values.get(indicator.name)
    if value is None:
        layer = indicator.model.partition(".")[0]
        note = Text(zh="还没有构建，请运行构建", en="not built yet: run a build")
        if layer == "ods":
            note = Text(zh="还没有到数", en="nothing came in yet")
        return Fact(value=None, note=note)
    at = min((r.committed_at for r in value.reads if r.committed_at), default=value.at)
    if value.error:
        return Fact(value=None, note=Text(zh=f"算不出来：{value.error}", en=value.error),
                    tone="bad", at=at)  # fmt: skip
    return Fact(value=value.value, at=at)


def _checked(value: Value | None) -> datetime | None:
    return value.checked_at if value else None


def _fresh(at: datetime | None, minutes: int, now: datetime) -> bool:
    return at is not None and now - at <= timedelta(minutes=minutes)


def _text(chinese: str, english: str) -> Text:
    return Text(zh=chinese, en=english or chinese)
