"""What an entry says, byte by byte, and what it refuses to hold.

The leaf of an entry is RFC 9162's ``SHA-256(0x00 || content)``, where the content is the
JSON object of its fields, keys sorted, ASCII, no spaces.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring_ascii
from typing import Any

from citybrain.base.errors import CityError
from citybrain.base.wording import both

VERSION = 1
FIELDS = (
    "uid", "at", "actor", "department", "action", "thing", "outcome", "masked", "count",
    "purpose", "digest",
)  # fmt: skip
OUTCOMES = ("done", "refused")
PURPOSE_LIMIT = 200
_PATTERNS: Mapping[str, re.Pattern[str]] = {
    "actor": re.compile(r"[A-Za-z0-9_.-]{1,64}"),
    "department": re.compile(r"[a-z0-9_]{0,64}"),
    "action": re.compile(r"[a-z]{1,15}\.[a-z]{1,15}"),
    "thing": re.compile(r"[A-Za-z0-9_.:/@#*-]{1,200}"),
    "outcome": re.compile("|".join(OUTCOMES)),
    "digest": re.compile(r"([0-9a-f]{64})?"),
}
_WORDS: Mapping[bool | int | None, str] = {None: "null", True: "true", False: "false"}


def refuse_free_text(draft: object) -> None:
    """Raise :class:`CityError` for a field that is not an id, a code or a digest."""
    for field, pattern in _PATTERNS.items():
        value = getattr(draft, field)
        if not pattern.fullmatch(value):
            raise CityError(
                f"The ledger refuses the {field} {value[:60]!r}",
                why="it keeps ids, codes and digests only, never words",
                do=f"Give a value of the form {pattern.pattern}",
            )


def is_thing(text: str) -> bool:
    """Whether the text can name a thing: ``kind:name`` in letters, digits and ``_.:/@#*-``."""
    return bool(_PATTERNS["thing"].fullmatch(text))


def purpose_words(text: str) -> str:
    """The words of a purpose as they are kept: one line of at most 200 characters."""
    words = " ".join(text.split())
    if len(words) > PURPOSE_LIMIT or not words.isprintable():
        raise CityError(
            both("用途没有被接受", "The purpose was not accepted"),
            why=both(
                f"它有 {len(words)} 个字或含有不可见字符，最多 {PURPOSE_LIMIT} 个字",
                f"it has {len(words)} characters, {PURPOSE_LIMIT} at most, or unprintable ones",
            ),
            do=both("请用一句话写明用途", "Give the purpose in one sentence"),
        )
    return words


def purpose_digest(salt: str, text: str) -> str:
    """Hex SHA-256 of the salt (hex, 16 bytes) followed by the words in UTF-8."""
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()


def fresh_id() -> str:
    """128 random bits in hex, for an entry or a salt."""
    return secrets.token_hex(16)


def content(values: Sequence[Any]) -> bytes:
    """The canonical bytes of an entry, from the values of ``FIELDS`` in their order.

    Written by hand, and equal to ``json.dumps(…, sort_keys=True, separators=(",", ":"))``
    (a test compares them), because a million of them are verified in seconds. Every text is
    escaped, so that no edited row can spell the bytes of another. Values of a wrong type,
    which only an edited row can have, raise ``TypeError``, ``ValueError`` or ``KeyError``.
    """
    uid, at, actor, department, action, thing, outcome, masked, count, purpose, digest = values
    text = encode_basestring_ascii
    return (
        f'{{"action":{text(action)},"actor":{text(actor)},"at":{at:d},'
        f'"count":{"null" if count is None else f"{count:d}"},'
        f'"department":{text(department)},"digest":{text(digest)},'
        f'"masked":{_WORDS[masked]},"outcome":{text(outcome)},"purpose":{text(purpose)},'
        f'"thing":{text(thing)},"uid":{text(uid)},"v":{VERSION}}}'
    ).encode("ascii")


def values_of(line: bytes) -> tuple[Any, ...]:
    """The values of ``FIELDS`` from canonical bytes; ``ValueError`` when they are not that."""
    found = json.loads(line)
    if not isinstance(found, dict) or set(found) != {*FIELDS, "v"}:
        raise ValueError("these are not the fields of an entry")
    return tuple(found[field] for field in FIELDS)
