"""The kinds of words in an address: a table, a name, the suffix of a twin."""

from functools import cache

from django.urls import register_converter
from django.urls.converters import StringConverter


class TableConverter(StringConverter):
    """A table's id: ``system.table``."""

    regex = r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*"


class NameConverter(StringConverter):
    """A slug without dots, so that a suffix is never part of it."""

    regex = r"[A-Za-z0-9_-]+"


class SuffixConverter(StringConverter):
    """A twin's format."""

    regex = r"csv|json"


@cache
def register() -> None:
    """Make them known to Django, once however many interfaces ask."""
    register_converter(TableConverter, "table")
    register_converter(NameConverter, "name")
    register_converter(SuffixConverter, "twin")
