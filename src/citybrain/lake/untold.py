"""What databases and drivers say of a failure, without the values of people in it.

How a run or a build went is shown to everybody who works here, contractors among them.
"""

import re

_TELLS_VALUES = re.compile(
    r"(Conversion|Invalid Input|Out of Range|Constraint) Error"  # DuckDB
    r"|invalid input|value too long|out of range|violates|duplicate key"  # PostgreSQL
    r"|Incorrect \w+ value|Data truncat|Duplicate entry"  # MySQL
    r"|(could not|cannot) (convert|parse)|invalid literal|does not match|unconverted data",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"'(?:[^']|'')*'|\"[^\"]*\"|“[^”]*”|(?<=: )\S*[^\x00-\x7f].*|\b\d{3,}(?:\.\d+)?\b"
)


def without_values(said: str) -> str:
    """The sentence with what may be a value left out, where it is about values.

    >>> without_values("Conversion Error: Could not convert string '王小明' to INT32")
    "Conversion Error: Could not convert string '***' to INT32"
    >>> without_values('invalid input syntax for type integer: "王小明"')
    'invalid input syntax for type integer: "***"'
    >>> without_values('Binder Error: Referenced column "nme" not found')
    'Binder Error: Referenced column "nme" not found'
    """
    if not _TELLS_VALUES.search(said):
        return said
    return _VALUE.sub(_hidden, said)


def _hidden(found: re.Match[str]) -> str:
    quote = found[0][0]
    return f"{quote}***{quote}" if quote in "'\"" else "***"
