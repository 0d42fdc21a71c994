"""Masks: what a reader sees of a value who did not reveal it.

Every mask is written twice, as SQL for reads of the lake and as Python for pages; a property
test holds them equal. A value whose shape its class does not expect is masked wholly, because
a wrong number may be a right one with a slip in it.

>>> mask_value("王小明", "name", 3), mask_value("341891199302032317", "id_number", 4)
('王**', '341891********2317')
"""

from collections.abc import Callable
from dataclasses import dataclass

HIDDEN = "***"
SHOWN_BELOW = 3  # levels 1 public and 2 internal are shown where no class says otherwise


@dataclass(frozen=True, kw_only=True)
class Class:
    """How a column is protected: ``level`` 1 public to 4 sensitive, ``masking`` its class.

    ``identifies``: one value is one "row" of its table, or one "person" wherever it stands, so
    that a figure grouped by it is no figure over many.
    """

    level: int
    masking: str = "none"
    identifies: str = ""


@dataclass(frozen=True)
class _Mask:
    """One class: ``sql`` takes the text of a VARCHAR expression, ``value`` a text."""

    sql: Callable[[str], str]
    value: Callable[[str], str]


def is_masked(masking_class: str, level: int) -> bool:
    """Whether a field's values are masked for a reader who did not reveal."""
    return masking_class != "none" or level >= SHOWN_BELOW


def shows_more(masking_class: str, than: str) -> bool:
    """Whether a class shows of a value what another hides: all of it, or a part of all.

    >>> shows_more("none", "text"), shows_more("name", "text"), shows_more("text", "name")
    (True, True, False)
    """
    if than == "none" or masking_class == than:
        return False
    return masking_class == "none" or (masking_class in _MASKS and than not in _MASKS)


def mask_sql(column: str, masking_class: str, level: int) -> str:
    """A SQL expression of the masked column; ``column`` is a quoted name or an expression.

    NULL stays NULL. A masked column is a VARCHAR, whatever it was.
    """
    if not is_masked(masking_class, level):
        return column
    text = f"CAST({column} AS VARCHAR)"
    mask = _MASKS.get(masking_class, _ALL)
    return f"CASE WHEN {column} IS NULL THEN NULL ELSE {mask.sql(text)} END"


def mask_value(value: object, masking_class: str, level: int) -> str | None:
    """The same of one value; dates as ``YYYY-MM-DD``."""
    if value is None:
        return None
    text = value if isinstance(value, str) else str(value)
    if not is_masked(masking_class, level):
        return text
    return _MASKS.get(masking_class, _ALL).value(text)


def _hidden_sql(_text: str) -> str:
    return f"'{HIDDEN}'"


def _hidden(_text: str) -> str:
    return HIDDEN


def _name_sql(text: str) -> str:
    # At most three stars: a long foreign name must not be told by its length.
    stars = f"repeat('*', CAST(least(length({text}) - 1, 3) AS BIGINT))"
    return f"CASE WHEN length({text}) < 2 THEN '*' ELSE left({text}, 1) || {stars} END"


def _name(text: str) -> str:
    return "*" if len(text) < 2 else text[0] + "*" * min(len(text) - 1, 3)


def _id_sql(text: str) -> str:
    stars = f"repeat('*', CAST(length({text}) - 10 AS BIGINT))"
    return (
        f"CASE WHEN length({text}) IN (15, 18) "
        f"THEN left({text}, 6) || {stars} || right({text}, 4) ELSE '{HIDDEN}' END"
    )


def _id(text: str) -> str:
    if len(text) not in (15, 18):
        return HIDDEN
    return text[:6] + "*" * (len(text) - 10) + text[-4:]


def _birth_sql(text: str) -> str:
    digits = f"translate({text}, '0123456789', '##########')"
    return (
        f"CASE WHEN starts_with({digits}, '####-##-##') "
        f"THEN left({text}, 4) || '-**-**' ELSE '{HIDDEN}' END"
    )


def _birth(text: str) -> str:
    digits = text[:10].translate(str.maketrans("0123456789", "#" * 10))
    return text[:4] + "-**-**" if digits == "####-##-##" else HIDDEN


def _phone_sql(text: str) -> str:
    return (
        f"CASE WHEN length({text}) = 11 "
        f"THEN left({text}, 3) || '****' || right({text}, 4) ELSE '{HIDDEN}' END"
    )


def _phone(text: str) -> str:
    return text[:3] + "****" + text[-4:] if len(text) == 11 else HIDDEN


def _address_sql(text: str) -> str:
    return f"CASE WHEN length({text}) > 6 THEN left({text}, 6) || '{HIDDEN}' ELSE '{HIDDEN}' END"


def _address(text: str) -> str:
    return text[:6] + HIDDEN if len(text) > 6 else HIDDEN


_ALL = _Mask(_hidden_sql, _hidden)
_MASKS = {
    "name": _Mask(_name_sql, _name),
    "id_number": _Mask(_id_sql, _id),
    "birth_date": _Mask(_birth_sql, _birth),
    "phone": _Mask(_phone_sql, _phone),
    "address": _Mask(_address_sql, _address),
}
