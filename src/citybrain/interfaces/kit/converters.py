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


class LakeConverter(StringConverter):
    """A table of the lake with its layer, ``lib.population`` or ``dwd.civil.marriages``."""

    regex = r"[a-z]+(?:\.[a-z0-9_]+){1,2}"


class ThingConverter(StringConverter):
    """What the record calls a thing, ``kind:name``, with a field behind a slash.

    Between them may stand one of the thing's rows, ``system.table/1``. A model's name has dots,
    so a twin's suffix is tried first.
    """

    regex = (
        r"[a-z_]+(?::[A-Za-z0-9_.-]+"
        r"(?:/[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*/[0-9]+)?(?:/[a-z][a-z0-9_]*)?)?"
    )


@cache
def register() -> None:
    """Make them known to Django, once however many interfaces ask."""
    register_converter(TableConverter, "table")
    register_converter(NameConverter, "name")
    register_converter(LakeConverter, "lake")
    register_converter(ThingConverter, "thing")
    register_converter(SuffixConverter, "twin")
