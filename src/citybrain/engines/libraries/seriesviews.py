"""Figures over time as a page draws them."""

from collections.abc import Mapping, Sequence
from typing import Any

from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.records import code_title
from citybrain.engines.libraries.rowids import id_of
from citybrain.engines.libraries.views_rows import SeriesPoint, SeriesView
from citybrain.engines.libraries.wiring import Text, both
from citybrain.lake.libraries.browse import KEY, open_field, series, shown
from citybrain.lake.libraries.model import Library, Series

MOST = 60  # series on one page


def series_views(library: Library, of: Series, chosen: Mapping[str, str]) -> tuple[SeriesView, ...]:
    """The series whose parts are as chosen; none where a part of it is masked."""
    if not all(open_field(library.field(name)) for name in _names(of)):
        return ()
    held = series(wiring.store(), library, of, chosen)
    return tuple(_view(library, of, rows) for rows, _n in zip(held, range(MOST), strict=False))


def _names(of: Series) -> list[str]:
    told = (of.period, of.value, *of.by, of.unit, of.growth, of.caliber, of.source)
    return [name for name in told if name]


def _view(library: Library, of: Series, rows: Sequence[Mapping[str, Any]]) -> SeriesView:
    newest = rows[-1]
    parts = tuple((_title(library, name), _told(library, name, newest)) for name in of.by)
    return SeriesView(
        title=parts[0][1],
        of=parts[1:],
        unit=_text(newest, of.unit),
        caliber=_text(newest, of.caliber),
        source=_text(newest, of.source),
        points=tuple(
            SeriesPoint(
                period=_text(row, of.period),
                value=float(row[of.value]),
                shown=_text(row, of.value),
                growth=_text(row, of.growth),
                id=id_of(library, row[KEY]),
            )
            for row in rows
            if row[of.value] is not None
        ),
    )


def _title(library: Library, name: str) -> Text:
    one = library.field(name)
    return both(one.title, one.title_en)


def _told(library: Library, name: str, row: Mapping[str, Any]) -> Text:
    value = _text(row, name)
    found = code_title(library.field(name), value)
    return found if found.zh else both(value)


def _text(row: Mapping[str, Any], name: str) -> str:
    return (shown(row[name]) or "") if name else ""
