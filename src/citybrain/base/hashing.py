"""SHA-256 of bytes and files, and one canonical JSON to take it of.

>>> sha256_bytes(canonical_json({"b": 1, "a": "宣城"}))[:16]
'4e003cf02095e8bc'
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path


def sha256_bytes(data: bytes) -> str:
    """The SHA-256 of ``data``, 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path | str) -> str:
    """The SHA-256 of a file's bytes; read in blocks, so a file may exceed memory."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def canonical_json(value: object) -> bytes:
    """``value`` as the one JSON text RFC 8785 gives it, UTF-8.

    Takes ``None``, booleans, integers, finite floats, text, sequences and mappings with
    text keys; anything else is a ``TypeError``, NaN and infinities a ``ValueError``. One
    deviation, on purpose: integers past 2**53 are written in full instead of being rounded
    to a double, because row counts and sequence numbers must never change by being hashed.

    >>> canonical_json({"z": [1.0, None, True], "a": 1e21})
    b'{"a":1e+21,"z":[1,null,true]}'
    """
    return _text(value).encode("utf-8")


def _text(value: object) -> str:
    match value:
        case None | bool() | str():
            return json.dumps(value, ensure_ascii=False)
        case int():
            return str(value)
        case float():
            return _number(value)
        case Mapping():
            return _object(value)
        case Sequence() if not isinstance(value, (bytes, bytearray, memoryview)):
            return "[" + ",".join(_text(item) for item in value) + "]"
    raise TypeError(f"{type(value).__name__} has no canonical JSON form: {value!r}")


def _object(value: Mapping[object, object]) -> str:
    names: list[str] = []
    for name in value:
        if not isinstance(name, str):
            raise TypeError(f"A key of a JSON object is text, not {name!r}")
        names.append(name)
    # RFC 8785 sorts by UTF-16 code units, which differs from code points beyond the BMP.
    names.sort(key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(f"{_text(name)}:{_text(value[name])}" for name in names) + "}"


def _number(value: float) -> str:
    """A double as ECMAScript prints it: shortest digits, exponent only when far from one."""
    if not math.isfinite(value):
        raise ValueError(f"{value} has no canonical JSON form")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    digits, _, exponent = repr(abs(value)).partition("e")
    return sign + _layout(digits, int(exponent or 0))


def _layout(mantissa: str, exponent: int) -> str:
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + exponent - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if 0 < point <= 21:
        padded = digits.ljust(point, "0")
        return padded[:point] + ("." + padded[point:] if len(padded) > point else "")
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    power = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + power
