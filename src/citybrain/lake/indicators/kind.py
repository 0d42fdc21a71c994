"""The kinds ``indicator`` and ``dashboard``: their schemas, and rules between files."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from importlib.resources import files
from typing import Any

from citybrain.base.errors import CityError
from citybrain.city.document import Document
from citybrain.city.finding import Finding
from citybrain.city.kinds import FileKind
from citybrain.city.rules.places import kind_files, kind_names
from citybrain.city.rules.view import View
from citybrain.city.words import did_you_mean
from citybrain.lake.indicators.indicator import FACTS, dashboards, indicators
from citybrain.lake.locations import MADE
from citybrain.lake.models.registry import in_folder

OWN_SERIES = ("departments", "divisions")


@cache
def _form(name: str) -> Mapping[str, Any]:
    text = files("citybrain.lake.indicators").joinpath(f"{name}.schema.json")
    found: dict[str, Any] = json.loads(text.read_text(encoding="utf-8"))
    if name == "indicator":
        found["properties"]["fact"]["enum"] = list(FACTS)
    return found


_FORMS: Mapping[str, Callable[[], Mapping[str, Any]]] = {
    name: partial(_form, name) for name in ("indicator", "dashboard")
}


def sources(view: View) -> Iterator[Finding]:
    """A number has one source: a fact, or one SELECT over the table it says it reads."""
    listed = list(view.contents("indicators"))
    every = in_folder(view.folder, view.city) if listed else {}
    for document, content in listed:
        yield from _source(view, document, content, every)
        yield from _names(document, content, "owner", view.city.departments)
        series = content.get("series")
        if isinstance(series, str) and series not in OWN_SERIES:
            yield from _names(document, content, "series", view.city.codelists)


def _source(
    view: View, document: Document, content: Mapping[str, Any], every: Mapping[str, object]
) -> Iterator[Finding]:
    sql, model = content.get("sql"), content.get("model")
    if not isinstance(sql, str):
        return
    from citybrain.lake.statement import mixes_totals, tables_of

    try:
        read = tables_of(sql)
        mixed = mixes_totals(sql)
    except CityError as error:
        why = error.why or error.what
        yield document.finding(("sql",), "indicator-sql", f"It is refused: {why}.", error.do)
        return
    if mixed:
        yield document.finding(
            ("sql",),
            "indicator-total",
            "ROLLUP gives two rows without a series as soon as one row has none: the number, "
            "and the rows that are of no part.",
            "Select CASE WHEN GROUPING(x) = 0 THEN coalesce(x, 'unknown') END AS series.",
        )
    if model not in read:
        yield document.finding(
            ("model",),
            "indicator-source",
            f"The SELECT reads {', '.join(read) or 'no table'}, and the model is '{model}'.",
            "Name the table that the number is read from.",
        )
    for name in read:
        layer, _, table = name.partition(".")
        if layer in {"ods", "quarantine"} and table not in view.city.contracts:
            yield document.finding(
                ("sql",),
                "unknown-table",
                f"No contract describes {table}.",
                did_you_mean(table, view.city.contracts) or "Write its contract first.",
            )
        elif layer in MADE and name not in every:
            yield document.finding(
                ("sql",),
                "unknown-table",
                f"No model makes {name}.",
                did_you_mean(name, every) or "Write the model first, or delete this indicator.",
            )


def _names(
    document: Document, content: Mapping[str, Any], key: str, known: Mapping[str, object]
) -> Iterator[Finding]:
    name = content.get(key)
    if isinstance(name, str) and name not in known:
        yield document.finding(
            (key,),
            f"unknown-{'department' if key == 'owner' else 'codelist'}",
            f"There is no '{name}'.",
            did_you_mean(name, known) or "Write its file first.",
        )


def cards(view: View) -> Iterator[Finding]:
    """Every card of a dashboard is an indicator."""
    known = {document.stem for document in view.folder.under("indicators")}
    for document, content in view.contents("dashboards"):
        listed = content.get("cards")
        for index, name in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(name, str) and name not in known:
                yield document.finding(
                    ("cards", index),
                    "unknown-indicator",
                    f"There is no indicator '{name}'.",
                    did_you_mean(name, known) or "Write indicators/<name>.yml first.",
                )


INDICATOR = FileKind(
    name="indicator",
    folder="indicators",
    things=indicators,
    rules=(kind_files("indicators"), kind_names("indicators"), sources),
    form=_FORMS["indicator"],
)
DASHBOARD = FileKind(
    name="dashboard",
    folder="dashboards",
    things=dashboards,
    rules=(kind_files("dashboards"), kind_names("dashboards"), cards),
    form=_FORMS["dashboard"],
)
