"""The machine-readable twin of a page: the same view object as JSON or CSV.

Every answer made in a rehearsal carries the mark: ``"rehearsal": true`` in JSON, a last
column in CSV, 演练 in the file's name.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext

from citybrain.base.plainjson import dumps
from citybrain.engines.catalogue.service import Download, Text
from citybrain.engines.identity.service import in_rehearsal
from citybrain.interfaces.kit.templatetags.kit import say

MARK = "演练"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a text that begins so


def plain(value: Any) -> Any:
    """Dataclasses to dictionaries, tuples to lists, times to ISO 8601."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def as_json(view: Any) -> HttpResponse:
    """The view as JSON: ``{"rehearsal": …, "rows": […]}`` for a list, ``"view"`` else.

    NaN and infinity are texts: JSON has no number for them.
    """
    key = "rows" if isinstance(view, tuple | list) else "view"
    body = {"rehearsal": in_rehearsal(), key: plain(view)}
    return HttpResponse(dumps(body, indent=1), content_type="application/json; charset=utf-8")


def as_csv(rows: Sequence[Any], *, name: str, of: type | None = None) -> HttpResponse:
    """Dataclass rows as CSV for a spreadsheet; ``of`` gives the header of an empty list."""
    kind = type(rows[0]) if rows else of
    names = [field.name for field in fields(kind)] if kind is not None else []
    return _csv(names, [[getattr(row, one) for one in names] for row in rows], name=name)


def table_twin(
    names: Sequence[str], rows: Sequence[Sequence[Any]], suffix: str, *, name: str
) -> HttpResponse:
    """Rows whose columns only the city's folder knows; in JSON an object for each."""
    if suffix == "json":
        return as_json(tuple(dict(zip(names, row, strict=True)) for row in rows))
    return _csv(names, rows, name=name)


def _csv(names: Sequence[str], rows: Sequence[Sequence[Any]], *, name: str) -> HttpResponse:
    mark = [MARK] if in_rehearsal() else []
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([*names, *(["rehearsal"] if mark else [])])
    for row in rows:
        writer.writerow([*(_cell(value) for value in row), *mark])
    # The mark of byte order makes spreadsheets read Chinese rightly.
    response = HttpResponse("\ufeff" + buffer.getvalue(), content_type="text/csv; charset=utf-8")
    return _named(response, f"{name}{'-' + MARK if mark else ''}.csv")


def twin(rows: Sequence[Any], suffix: str, *, name: str, of: type | None = None) -> HttpResponse:
    """A list in the format its suffix asks for, ``csv`` or ``json``."""
    return as_json(tuple(rows)) if suffix == "json" else as_csv(rows, name=name, of=of)


def download(file: Download) -> HttpResponse:
    """A file whose record is already durable."""
    return _named(HttpResponse(file.content, content_type=file.media_type), file.file_name)


def _named(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def _cell(value: Any) -> str:
    text = _flat(value)
    return f"'{text}" if text.startswith(_FORMULA) and not _is_number(value) else text


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _flat(value: Any) -> str:
    """One cell's text: a Text in the reader's language, the titles of nested things."""
    if value is None:
        return ""
    if isinstance(value, Text):
        return say(value)
    if isinstance(value, tuple | list):
        return gettext("；").join(_flat(item) for item in value)
    if is_dataclass(value):
        return _flat(getattr(value, "title", "") or getattr(value, "table", ""))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
