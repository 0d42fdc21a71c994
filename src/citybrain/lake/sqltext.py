"""SQL text: quoting of names and values for DuckDB. Nothing else may put them into SQL."""

from collections.abc import Iterable


def name(text: str) -> str:
    """A quoted identifier; quotation marks inside are doubled."""
    return '"' + text.replace('"', '""') + '"'


def names(texts: Iterable[str]) -> str:
    """Quoted identifiers, separated by commas."""
    return ", ".join(name(t) for t in texts)


def text(value: object) -> str:
    """A quoted string literal; apostrophes inside are doubled."""
    return "'" + str(value).replace("'", "''") + "'"
