"""The mistakes people and systems make with a value, by the kind of field it stands in."""

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

from citybrain.city import City
from citybrain.city.contracts import Contract, Field
from citybrain.simulate.names import load_names

Mistake = Callable[[Random, Any, dict[str, Any]], Any]
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_OLD_NUMBERS_END = "20000101"


def possible(
    city: City, contract: Contract, field: Field, numbers: tuple[str, ...], *, files: bool
) -> dict[str, Mistake]:
    """Which kinds of mistake can happen in this field, and how each is made.

    ``numbers`` are ID numbers of other people. In databases keys stay unique and text
    fits its column, so some kinds happen in files only.
    """
    rules = {rule.name for rule in field.rules}
    found: dict[str, Mistake] = {}
    if field.masking == "name" and field.type == "string":
        found |= _with_names(contract, files=files)
    if "id_number" in rules:
        found |= _with_numbers(field, numbers, files=files)
    if field.masking == "address":
        found |= {"conflict": other_number, "swapped": swapped}
    if field.masking == "phone":
        found |= {"conflict": other_phone, "full_width": full_width}
    if field.type == "date":
        found |= _with_days(field, rules)
    replaced = {} if field.key else _replaced(city, field)
    if replaced:
        found["old_code"] = lambda rng, value, _: rng.choice(replaced.get(value, [value]))
    return found


def _with_names(contract: Contract, *, files: bool) -> dict[str, Mistake]:
    found: dict[str, Mistake] = {"typo": sounds_alike, "swapped": swapped}
    if any(f.name == "updated_at" for f in contract.fields):
        found["late_correction"] = sounds_alike
    return found | ({"stray_space": stray_space} if files else {})


def _with_numbers(field: Field, numbers: tuple[str, ...], *, files: bool) -> dict[str, Mistake]:
    found: dict[str, Mistake] = {"id_wrong": wrong_check_digit, "id_swapped": swapped_digits}
    if field.key:
        return found
    found |= {"id_missing": missing, "id_15": fifteen_digits}
    found |= {"full_width": full_width, "id_other": _other(numbers)}
    return found | ({"stray_space": stray_space} if files else {})


def _with_days(field: Field, rules: set[str]) -> dict[str, Mistake]:
    found: dict[str, Mistake] = {}
    if "birth_of" in rules:
        found["birth_disagrees"] = disagreeing
    if field.formats and not field.key:
        found["impossible_date"] = _impossible(field.formats[0])
    return found


def sounds_alike(rng: Random, value: str, _values: dict[str, Any]) -> str:
    """A character replaced by one that sounds alike."""
    alike = load_names().alike
    places = [i for i, c in enumerate(value) if c in alike]
    if not places or len(value) > 8:
        return value
    at = places[-1] if rng.random() < 0.7 else rng.choice(places)
    return value[:at] + rng.choice(alike[value[at]]) + value[at + 1 :]


def swapped(rng: Random, value: str, _values: dict[str, Any]) -> str:
    """Two neighbouring characters, not the first, that change places."""
    if len(value) < 3:
        return value
    at = 1 + int(rng.random() * (len(value) - 2))
    return value[:at] + value[at + 1] + value[at] + value[at + 2 :]


def swapped_digits(rng: Random, value: str, _values: dict[str, Any]) -> str:
    """Two neighbouring digits of the birth date or sequence that change places."""
    at = 8 + int(rng.random() * 8)
    if len(value) != 18 or value[at] == value[at + 1]:
        return value
    return value[:at] + value[at + 1] + value[at] + value[at + 2 :]


def wrong_check_digit(rng: Random, value: str, _values: dict[str, Any]) -> str:
    """Another last digit."""
    others = [d for d in "0123456789X" if d != value[-1]]
    return value[:-1] + rng.choice(others) if len(value) == 18 else value


def fifteen_digits(_rng: Random, value: str, _values: dict[str, Any]) -> str:
    """The number as it was written before 2000."""
    if len(value) != 18 or not value[6:10] >= "1900" or value[6:14] >= _OLD_NUMBERS_END:
        return value
    return value[:6] + value[8:17]


def missing(_rng: Random, _value: str, _values: dict[str, Any]) -> None:
    """Nothing was entered."""


def full_width(_rng: Random, value: str, _values: dict[str, Any]) -> str:
    """Digits as wide as characters."""
    return value.translate(_WIDE)


def stray_space(rng: Random, value: str, _values: dict[str, Any]) -> str:
    """A space before, after or within."""
    return rng.choice((f" {value}", f"{value} ", f"{value}\u3000", f"{value[:1]} {value[1:]}"))


def other_phone(rng: Random, value: str, _values: dict[str, Any]) -> str:
    """Another number of the rehearsal's prefix."""
    return f"{value[:3]}{int(rng.random() * 100_000_000):08d}" if len(value) == 11 else value


def other_number(rng: Random, value: str, _values: dict[str, Any]) -> str:
    """The same street or village, another number."""
    digits = [i for i, c in enumerate(value) if c.isdigit()]
    if not digits:
        return value
    at = digits[-1]
    return value[:at] + str((int(value[at]) + 1 + int(rng.random() * 8)) % 10) + value[at + 1 :]


def disagreeing(rng: Random, value: date, _values: dict[str, Any]) -> date:
    """Two digits of the year, or month and day, that change places; else a day beside."""
    year = f"{value.year:04d}"
    turned = int(year[:2] + year[3] + year[2])
    draw = rng.random()
    if draw < 0.45 and turned != value.year and 1920 <= turned <= 2021:
        return date(turned, value.month, min(value.day, 28))
    if draw < 0.75 and value.day <= 12 and value.day != value.month:
        return date(value.year, value.day, value.month)
    return date(value.year, value.month, value.day - 1 if value.day > 1 else 2)


def _impossible(written: str) -> Mistake:
    def impossible(rng: Random, value: date, _values: dict[str, Any]) -> str:
        month, day = rng.choice(((2, 30), (2, 31), (4, 31), (6, 31), (13, value.day)))
        text = f"{value.year:04d}-{month:02d}-{day:02d}"
        return text if "-" in written else text.replace("-", "")

    return impossible


def _other(numbers: tuple[str, ...]) -> Mistake:
    return lambda rng, _value, _values: numbers[int(rng.random() * len(numbers))]


def _replaced(city: City, field: Field) -> dict[str, list[str]]:
    """Old codes by the code that replaced them."""
    codelist = city.codelists.get(field.codelist)
    replaced: dict[str, list[str]] = {}
    for code, entry in codelist.entries.items() if codelist else ():
        if entry.replaced_by:
            replaced.setdefault(entry.replaced_by, []).append(code)
    return replaced
