"""What a name is compared by: its characters and its sound, for every distinct name once."""

import unicodedata
import zlib
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from citybrain.base import chinese
from citybrain.lake import sqltext

if TYPE_CHECKING:
    import duckdb

FEATURES = ("code", "sound", "first", "last")
_CODES = 90  # printable ASCII: one byte for each character, for DuckDB counts edits in bytes
_HAN = "\u3400"
_HAN_LAST = "\u9fff"


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

    written = connection.sql(
        f"SELECT DISTINCT n FROM ({names_sql}) AS t(n) WHERE n IS NOT NULL AND n <> ''"
    ).to_arrow_table()["n"]
    rows = [features(name) for name in written.to_pylist()]
    columns = list(zip(*rows, strict=True)) or [(), (), (), (), ()]
    heard = pa.table(
        [written.cast(pa.string()), *(pa.array(c, pa.string()) for c in columns)],
        names=["written", "plain", *FEATURES],
    )
    connection.register("resolve_heard", heard)
    connection.execute("CREATE OR REPLACE TEMP TABLE resolve_name AS FROM resolve_heard")
    connection.unregister("resolve_heard")


def selected(column: str, alias: str) -> str:
    """The profile's columns of one name column, from ``resolve_name`` joined as ``alias``."""
    made = [f"{alias}.plain AS {sqltext.name(column)}"]
    made += [f"{alias}.{part} AS {sqltext.name(f'{column}_{part}')}" for part in FEATURES]
    return ", ".join(made)
