"""One row as a department would write it, and who it is truly about."""

from datetime import date
from typing import Any, NamedTuple


class Row(NamedTuple):
    """Values by field name, and the truth: ``(role, number)`` of people and firms.

    ``at`` is the row's place in the order that later days never disturb, where that is
    not its place in the table.

    Values are text, whole numbers, booleans, days, moments, mappings (for JSON) or None;
    decimals are text with the digits the contract promises. Roles that begin with
    ``company`` number firms, ``household`` homes, all others people.
    """

    values: dict[str, Any]
    about: tuple[tuple[str, int], ...] = ()
    at: int | None = None


def money(cents: int) -> str:
    """Hundredths as a decimal with two digits.

    >>> money(123456), money(5)
    ('1234.56', '0.05')
    """
    return f"{cents // 100}.{cents % 100:02d}"


def month_of(day: date) -> str:
    """Year and month in six digits.

    >>> month_of(date(2021, 5, 3))
    '202105'
    """
    return f"{day.year}{day.month:02d}"
