"""Numbers with more digits than a spreadsheet keeps.

A spreadsheet keeps 15 digits of a number: an ID number of 18 that was typed into a cell of the
number format comes with other last digits, and looks whole. A reader of spreadsheets therefore
writes every number of 16 digits and more in a form that no other text has, with an exponent and
at least 15 digits before it, and says so by the encoding ``sheet``; a check then sets its row
aside. The text stays in this form wherever the row is kept, until somebody writes another.

>>> written(110101199003070000.0), digits(written(110101199003070000.0))
('1.10101199003070E+17', '110101199003070000')
"""

from decimal import Decimal

SHEET = "sheet"
LEAST = 10**15  # the first number of 16 digits
_KEPT = 15
_FORM = r"-?[1-9]\.[0-9]{14,18}E\+[0-9]{2,3}"
_SHORTEST = len("1.00000000000000E+15")


def written(value: float) -> str:
    """A number of ``LEAST`` and more, with every digit that the spreadsheet holds."""
    number = Decimal(repr(value)).normalize()
    places = max(_KEPT, len(number.as_tuple().digits)) - 1
    return f"{number:.{places}E}"


def digits(text: str) -> str:
    """The number as a cell that is wide enough shows it."""
    return f"{Decimal(text):f}"


def found_sql(text: str) -> str:
    """SQL that is true where a text is such a number; null where there is no text."""
    # Nearly every cell is shorter, and is not looked at.
    return f"(strlen({text}) >= {_SHORTEST} AND regexp_full_match({text}, '{_FORM}'))"
