"""A record's delivered rows, table by table, so that those of one table stand side by side."""

from citybrain.engines.libraries.service import RecordView, SourceRow, SourceView


def compared(view: RecordView) -> list[tuple[SourceRow, list[SourceView]]]:
    """Each table by its first row, and all of its rows."""
    found: dict[str, list[SourceView]] = {}
    for one in view.sources:
        found.setdefault(one.source.table, []).append(one)
    return [(rows[0].source, rows) for rows in found.values()]
