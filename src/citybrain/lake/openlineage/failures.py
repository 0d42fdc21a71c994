"""Why a run failed, in words that may leave the house.

What the lake writes down of a failure is for those who work here: it may name a server, a
folder or a file, and repeats what a driver or DuckDB said, which may hold a value of a person
that ``untold`` did not recognise. An event goes to other programs. So nothing is cut out of
the sentence that was written down: another one is made, from the closed list below, from names
of the city's folder, and from the class of an error.
"""

import re
from collections.abc import Mapping

from citybrain.base.errors import CityError

# what a stored error says in our own words → the reason that is told; the first that fits
_REASONS = tuple(
    (re.compile(pattern), reason)
    for pattern, reason in (
        (r"The source .+ does not answer", "the source does not answer"),
        (r"The connection .+ is not known", "its source has no connection"),
        (r"The connection .+ has an address that cannot", "the source's address cannot be used"),
        (r"Reading .+ broke off", "reading the source broke off"),
        (r"The \w+ .+ is not at the source", "the source does not have it"),
        (r"\S+ lacks the column", "the source lacks a column of the contract"),
        (r"\S+ has columns that", "the source has columns that the contract does not know"),
        (r"\S+ was not read whole", "it was not read whole"),
        (r"The file .+ was cut off", "a file of the source was cut off"),
        (r"The (file|workbook|database) ", "a file of the source cannot be read"),
        (r"The disk of the lake is full", "the disk of the lake is full"),
        (r"The worker \S+ went silent", "the process that did it went silent"),
        (r"\S+ was not collected, because someone asked", "someone asked the run to stop"),
        (r"\S+ is being written", "another run was writing the table"),
        (r"\S+ is not shown, because its file .+ is damaged", "a file of the lake is damaged"),
        (r"\S+ was not built, because its SELECT ran longer", "its SELECT ran too long"),
        (
            r"\S+ was not built, because its SELECT needed more memory",
            "its SELECT needed more memory than a build may take",
        ),
        (
            r"\S+ was not built, because its SELECT or an expectation failed",
            "its SELECT or an expectation failed",
        ),
        (
            r"\S+ was not built, because there is no table",
            "a table that it reads is not there yet",
        ),
    )
)
# DuckDB's class of an error, and Python's: each where our own sentence puts it. DuckDB's are
# listed, since a model may end with a sentence of its own there.
_DUCKDB = (
    "Binder|Catalog|Connection|Constraint|Conversion|Dependency|FATAL|HTTP|INTERNAL|IO|Index"
    "|Interrupt|Invalid|Invalid Input|Invalid type|Mismatch Type|Not implemented|Object Size"
    "|Out of Memory|Out of Range|Parameter Not Resolved|Parser|Permission|Sequence"
    "|Serialization|Syntax|TransactionContext|Unknown Type"
)
_CLASS = re.compile(
    r"\S+ was not built, because its SELECT or an expectation failed: "
    rf"(?P<duckdb>(?:{_DUCKDB}) Error):"
    r"|\S+ (?:was not collected, because|failed:) (?P<python>[A-Z]\w*(?:Error|Exception)):"
)


def not_collected(table: str, run: str, error: str) -> str:
    """The sentence of a table that a run did not collect."""
    return str(
        CityError(
            f"{table} was not collected",
            why=_reason(error),
            do=f"The whole error stays in citybrain: look at its run {run} there",
            where=table,
        )
    )


def not_built(model: str, error: str, broken: Mapping[str, int]) -> str:
    """The sentence of a model that was not built; ``broken`` are expectations that refused it."""
    names = ", ".join(name for name, rows in broken.items() if rows)
    return str(
        CityError(
            f"{model} was not built",
            why=f"rows broke these expectations: {names}" if names else _reason(error),
            do="The whole error stays in citybrain: look at the model there",
            where=model,
        )
    )


def _reason(error: str) -> str:
    """The reason in our own words; empty for one that is not on the list.

    >>> _reason("The source s does not answer, because no route to db.example. Check it. (s)")
    'the source does not answer'
    >>> _reason("s.t was not collected, because ValueError: Wang, 1990. Collect again. (s.t)")
    'of an error of the class ValueError'
    >>> _reason("Wang was here")
    ''
    """
    known = next((reason for pattern, reason in _REASONS if pattern.match(error)), "")
    found = _CLASS.match(error)
    if found and found["duckdb"]:
        return f"{known} ({found['duckdb']})"
    return known or (f"of an error of the class {found['python']}" if found else "")
