"""Figures as a person reads them: separators, units, shares, the beginning of a hash."""

from django.utils.translation import gettext, ngettext

NONE = "—"
KILO = 1024
MINUTE, HOUR, DAY = 60, 3600, 86400


def num(value: int | float | str | None) -> str:
    """A number with thousands separators; a dash when there is none."""
    if value is None or isinstance(value, str):
        return value or NONE
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def percent(value: float | None) -> str:
    """A share from 0 to 1 as a percentage with one digit, never rounded up to a full 100."""
    if value is None:
        return NONE
    shown = min(round(value * 100, 1), 99.9) if value < 1 else 100.0
    return f"{shown:.1f}%"


def rows(value: int | None) -> str:
    """A count of rows with its unit."""
    count = value or 0
    return ngettext("%(n)s 行", "%(n)s 行", count) % {"n": num(count)}


def tables(value: int | None) -> str:
    """A count of tables with its unit."""
    count = value or 0
    return ngettext("%(n)s 张表", "%(n)s 张表", count) % {"n": num(count)}


def files(value: int | None) -> str:
    """A count of files with its unit."""
    count = value or 0
    return ngettext("%(n)s 个文件", "%(n)s 个文件", count) % {"n": num(count)}


def entries(value: int | None) -> str:
    """A count of the record's entries with its unit."""
    count = value or 0
    return ngettext("%(n)s 条记录", "%(n)s 条记录", count) % {"n": num(count)}


def departments(value: int | None) -> str:
    """A count of departments with its unit."""
    count = value or 0
    return ngettext("%(n)s 个部门", "%(n)s 个部门", count) % {"n": num(count)}


def size(value: int | None) -> str:
    """A number of bytes in KB or MB."""
    if value is None:
        return NONE
    if value < KILO:
        return f"{value} B"
    if value < KILO * KILO:
        return f"{value / KILO:,.0f} KB"
    return f"{value / KILO / KILO:,.1f} MB"


def duration(seconds: float | None) -> str:
    """Seconds in the unit a person would say."""
    if seconds is None:
        return NONE
    if seconds < MINUTE:
        return gettext("%(n)s 秒") % {"n": f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}"}
    minutes = int(seconds // MINUTE)
    if seconds < HOUR:
        return gettext("%(m)s 分 %(s)s 秒") % {"m": minutes, "s": int(seconds % MINUTE)}
    hours = int(seconds // HOUR)
    if seconds < DAY:
        return gettext("%(h)s 小时 %(m)s 分") % {"h": hours, "m": minutes % 60}
    return gettext("%(d)s 天 %(h)s 小时") % {"d": int(seconds // DAY), "h": hours % 24}


def span(minutes: int) -> str:
    """Minutes in the largest unit of which they are a whole number."""
    if minutes % (24 * 60) == 0:
        days = minutes // (24 * 60)
        return ngettext("%(n)s 天", "%(n)s 天", days) % {"n": num(days)}
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("%(n)s 小时", "%(n)s 小时", hours) % {"n": num(hours)}
    return ngettext("%(n)s 分钟", "%(n)s 分钟", minutes) % {"n": num(minutes)}


def hundred(share: float) -> int:
    """A share from 0 to 1 in whole hundredths."""
    return round(min(max(share, 0.0), 1.0) * 100)


def digest(value: str | None, length: int = 12) -> str:
    """The beginning of a hash, with the sign that more follows."""
    if not value:
        return NONE
    return f"{value[:length]}…" if len(value) > length else value
