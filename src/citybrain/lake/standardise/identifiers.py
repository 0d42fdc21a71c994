"""ID numbers and credit codes as SQL: 15 digits become 18, what fails its check becomes NULL.

The expressions repeat their column many times, so each works on a column that the step before
tidied: ``tidy`` → ``body`` (the first 17 digits) → ``number``. The same rules as
:mod:`citybrain.standards.resident_id` and :mod:`citybrain.standards.uscc`, held equal by a
property test; whether a division was ever issued is a matter of collecting.
"""

from citybrain.lake.standardise.text import fold_sql
from citybrain.standards import uscc

_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))
LONG = "[1-9][0-9]{16}[0-9X]"
SHORT = "[1-9][0-9]{14}"


def tidy_sql(column: str) -> str:
    """Folded, without blanks, in capitals; NULL where nothing is left."""
    tidied = f"nullif(upper({fold_sql(column)}), '')"
    return (
        f"CASE WHEN regexp_full_match({column}, '[0-9A-Z]{{15,18}}') THEN {column} "
        f"ELSE {tidied} END"
    )


def body_sql(tidy: str) -> str:
    """The first 17 digits of a resident ID number of either form; NULL for other texts."""
    # Four sequences of the old numbers were kept for people born before 1900.
    century = f"CASE WHEN right({tidy}, 3) IN ('996', '997', '998', '999') THEN '18' ELSE '19' END"
    return (
        f"CASE WHEN regexp_full_match({tidy}, '{LONG}') THEN left({tidy}, 17) "
        f"WHEN regexp_full_match({tidy}, '{SHORT}') "
        f"THEN left({tidy}, 6) || {century} || substr({tidy}, 7) END"
    )


def number_sql(tidy: str, body: str) -> str:
    """The valid 18-character number; NULL where the birth date or the last digit is wrong."""
    digits = " + ".join(
        f"ascii(substr({body}, {place}, 1)) * {weight}" for place, weight in enumerate(_WEIGHTS, 1)
    )
    last = f"substr('10X98765432', (({digits}) - {48 * sum(_WEIGHTS)}) % 11 + 1, 1)"
    born = f"substr({body}, 7, 4) || '-' || substr({body}, 11, 2) || '-' || substr({body}, 13, 2)"
    return (
        f"CASE WHEN {body} IS NOT NULL AND try_cast({born} AS DATE) IS NOT NULL "
        f"AND (length({tidy}) = 15 OR right({tidy}, 1) = {last}) THEN {body} || {last} END"
    )


def person_or_other_sql(tidy: str, body: str) -> str:
    """The number of a person or of whoever else the column may name.

    A credit code of digits looks like an ID number; what looks like one and is neither is
    wrong, and everything else (a passport) stays.
    """
    return (
        f"coalesce({number_sql(tidy, body)}, "
        f"CASE WHEN {body} IS NULL OR ({uscc_sql(tidy)}) THEN {tidy} END)"
    )


def uscc_sql(tidy: str) -> str:
    """Whether a text is a unified social credit code with the right last character."""
    letters = uscc.ALPHABET
    terms = " + ".join(
        f"(instr('{letters}', substr({tidy}, {place + 1}, 1)) - 1) * {pow(3, place, 31)}"
        for place in range(17)
    )
    check = f"substr('{letters}', CAST((31 - ({terms}) % 31) % 31 + 1 AS BIGINT), 1)"
    form = f"regexp_full_match({tidy}, '[{letters}]{{2}}[0-9]{{6}}[{letters}]{{10}}')"
    return f"{form} AND right({tidy}, 1) = {check}"
