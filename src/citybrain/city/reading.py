"""From parsed files to the dataclasses of :mod:`citybrain.city.model` and ``systems``."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from citybrain.city.model import CalendarYear, Codelist, Department, Division, Entry, Role
from citybrain.city.shape import boolean, day, days, hour, integer, items, mapping, text, texts
from citybrain.city.systems import Fetch, Owner, Schedule, System

Content = Mapping[str, Any]


def department(content: Content, *, name: str, file: str) -> Department:
    """``departments/<name>.yml``."""
    return Department(
        name=name,
        title=text(content, "title", name),
        title_en=text(content, "title_en"),
        uscc=text(content, "uscc"),
        parent=text(content, "parent"),
        division=text(content, "division"),
        level=text(content, "level", "city"),
        since=day(content, "since"),
        until=day(content, "until"),
        description=text(content, "description"),
        file=file,
    )


def divisions(content: Content, *, file: str) -> dict[str, Division]:
    """``divisions/<any>.yml``: the list under ``divisions``."""
    found = [mapping(item) for item in items(content.get("divisions"))]
    return {
        text(item, "code"): Division(
            code=text(item, "code"),
            name=text(item, "name"),
            name_en=text(item, "name_en"),
            parent=text(item, "parent"),
            since=day(item, "since"),
            until=day(item, "until"),
            file=file,
        )
        for item in found
        if text(item, "code")
    }


def calendar_year(content: Content, *, name: str, file: str) -> CalendarYear:
    """``calendar/<year>.yml``."""
    return CalendarYear(
        year=integer(content, "year", int(name) if name.isdecimal() else 0),
        provisional=boolean(content, "provisional"),
        holidays=days(content.get("holidays")),
        makeup=days(content.get("makeup")),
        law=text(content, "law"),
        file=file,
    )


def codelist(content: Content, *, name: str, file: str) -> Codelist:
    """``codelists/<name>.yml``."""
    entries = mapping(content.get("entries"))
    return Codelist(
        name=name,
        title=text(content, "title", name),
        title_en=text(content, "title_en"),
        standard=text(content, "standard"),
        entries={code: _entry(mapping(entry)) for code, entry in entries.items()},
        file=file,
    )


def _entry(content: Content) -> Entry:
    return Entry(
        title=text(content, "title"),
        title_en=text(content, "title_en"),
        since=day(content, "since"),
        until=day(content, "until"),
        replaced_by=text(content, "replaced_by"),
    )


def role(content: Content, *, name: str, file: str) -> Role:
    """``roles/<name>.yml``."""
    return Role(
        name=name,
        title=text(content, "title", name),
        title_en=text(content, "title_en"),
        actions=frozenset(texts(content.get("actions"))),
        scope=text(content, "scope", "department"),
        reveal=boolean(content, "reveal"),
        description=text(content, "description"),
        file=file,
    )


def language(content: Content) -> dict[str, str]:
    """``texts/<language>.yml``: every key with a text."""
    return {key: value for key, value in content.items() if isinstance(value, str)}


def system(content: Content, *, name: str, file: str) -> System:
    """``systems/<name>.yml``."""
    tables = mapping(content.get("tables"))
    return System(
        name=name,
        title=text(content, "title", name),
        title_en=text(content, "title_en"),
        kind=text(content, "kind", "pull"),
        connection=text(content, "connection", name),
        owners=tuple(_owner(mapping(o)) for o in items(content.get("owners"))),
        drift=text(content, "drift", "refuse"),
        schedule=_schedule(mapping(content.get("schedule"))),
        tables={table: _fetch(mapping(fetch), table) for table, fetch in tables.items()},
        description=text(content, "description"),
        description_en=text(content, "description_en"),
        file=file,
    )


def _owner(content: Content) -> Owner:
    return Owner(department=text(content, "department"), since=day(content, "since") or date.min)


def _schedule(content: Content) -> Schedule:
    usual = Schedule()
    return Schedule(
        cycle=text(content, "cycle", usual.cycle),
        by=hour(content, "by", usual.by),
        weekday=integer(content, "weekday", usual.weekday),
        day=integer(content, "day", usual.day),
        grace_minutes=integer(content, "grace_minutes", usual.grace_minutes),
    )


def _fetch(content: Content, table: str) -> Fetch:
    return Fetch(
        source=text(content, "source", table),
        mode=text(content, "mode", "full"),
        cursor=text(content, "cursor"),
        format=text(content, "format"),
        sheet=text(content, "sheet"),
        encoding=text(content, "encoding", "utf-8"),
        delimiter=text(content, "delimiter", ","),
        header_row=integer(content, "header_row", 1),
        schedule=_schedule(mapping(content["schedule"])) if "schedule" in content else None,
    )
