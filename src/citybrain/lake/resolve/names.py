"""What a name is compared by: its characters and its sound, for every distinct name once."""

import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from citybrain.base import chinese
from citybrain.lake import sqltext

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

FEATURES = ("code", "sound", "first", "last")
_CODES = 90  # printable ASCII: one byte for each character, for DuckDB counts edits in bytes
_HAN = "\u3400"
_HAN_LAST = "\u9fff"
_COMMON = r"^[\x{3400}-\x{9fff}]{1,4}$"  # plain as they are written
MANY = 1000  # names; fewer are likely to have been heard before


class _Codes(defaultdict[int, str]):
    def __missing__(self, key: int) -> str:
        self[key] = chr(33 + zlib.crc32(chr(key).encode("utf-8", "surrogatepass")) % _CODES)
        return self[key]


class _Sounds(defaultdict[int, str]):
    def __missing__(self, key: int) -> str:
        character = chr(key)
        self[key] = chinese.pinyin(character)[0] if character >= _HAN else character
        return self[key]


_codes, _sounds = _Codes(), _Sounds()


def plain(name: str) -> str:
    """A name without marks, blanks and case; accents of Latin letters are dropped.

    >>> plain("阿不都·买买提"), plain("José  Müller"), plain("ＪＯＨＮ")
    ('阿不都买买提', 'josemuller', 'john')
    """
    if min(name, default="") >= _HAN and max(name) <= _HAN_LAST:
        return name  # nearly every name; the rest of this costs ten times as much
    folded = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in folded if c.isalnum()) or name


@lru_cache(maxsize=1 << 17)  # a worker hears the same names at every change
def features(name: str) -> tuple[str, str, str, str, str]:
    """The plain name, one byte for each character, its sound, and that of its first and last.

    >>> features("张小明")[2:]
    ('zhangxiaoming', 'zhang', 'ming')
    """
    simple = plain(name)
    first, last = simple[:1].translate(_sounds), simple[-1:].translate(_sounds)
    return simple, simple.translate(_codes), simple.translate(_sounds), first, last


def hear(connection: "duckdb.DuckDBPyConnection", names_sql: str) -> None:
    """Make table ``resolve_name`` (written, plain, code, sound, first, last) of those names."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = connection.sql(
        f"SELECT DISTINCT n FROM ({names_sql}) AS t(n) WHERE n IS NOT NULL AND n <> ''"
    ).to_arrow_table()["n"]
    written = found.cast(pa.string()).combine_chunks()
    common = pc.match_substring_regex(written, _COMMON)
    if len(written) < MANY:
        common = pa.repeat(False, len(written))
    many, few = written.filter(common), written.filter(pc.invert(common))
    rows = [features(name) for name in few.to_pylist()]
    others = [pa.array(c, pa.string()) for c in zip(*rows, strict=True)]
    sides = [[many, *_features_of_many(many)]] if len(many) else []
    sides += [[few, *others]] if rows else []
    parts = [pa.table(side, names=["written", "plain", *FEATURES]) for side in sides]
    none = pa.schema([(name, pa.string()) for name in ("written", "plain", *FEATURES)])
    connection.register("resolve_heard", pa.concat_tables(parts) if parts else none.empty_table())
    connection.execute("CREATE OR REPLACE TEMP TABLE resolve_name AS FROM resolve_heard")
    connection.unregister("resolve_heard")


def _features_of_many(names: "pa.StringArray") -> "list[pa.StringArray]":
    """:func:`features` of names that ``_COMMON`` fits, place by place and not name by name."""
    import pyarrow.compute as pc

    places = range(pc.max(pc.utf8_length(names)).as_py())
    letters = [pc.utf8_slice_codeunits(names, place, place + 1) for place in places]
    codes = [_translated(one, _codes) for one in letters]
    sounds = [_translated(one, _sounds) for one in letters]
    last = _translated(pc.utf8_slice_codeunits(names, -1), _sounds)
    return [names, *(pc.binary_join_element_wise(*p, "") for p in (codes, sounds)), sounds[0], last]


def _translated(letters: "pa.StringArray", by: Mapping[int, str]) -> "pa.StringArray":
    """Each letter of a city's names is translated once, for there are a few thousand."""
    import pyarrow as pa

    told = letters.dictionary_encode()
    each = [letter.translate(by) for letter in told.dictionary.to_pylist()]
    return pa.array(each, pa.string()).take(told.indices)


def selected(column: str, alias: str) -> str:
    """The profile's columns of one name column, from ``resolve_name`` joined as ``alias``."""
    made = [f"{alias}.plain AS {sqltext.name(column)}"]
    made += [f"{alias}.{part} AS {sqltext.name(f'{column}_{part}')}" for part in FEATURES]
    return ", ".join(made)
