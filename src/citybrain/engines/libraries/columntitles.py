"""What a column is called: as the folder says, or as what its value is taken from unchanged."""

from citybrain.engines.libraries import flows, knowledge, wiring
from citybrain.engines.libraries.wiring import Text, both
from citybrain.lake.libraries.reading import libraries

_DIRECT = "direct"
_OURS = {
    "_row": both("来源行", "Source row"),
    "_batch": both("批次", "Batch"),
    "_contract": both("合同版本", "Contract version"),
}


def title_of_column(column: flows.Column) -> Text:
    """What a model, a library or a contract calls a column; its own name where none does."""
    return known_title(column) or both(column[1])


def known_title(column: flows.Column, *, steps: int = flows.DEEPEST) -> Text | None:
    """The same; None where nobody calls it anything.

    A column without a title that holds the value of one other column has that one's.
    """
    told = _told(column)
    if told or not steps:
        return told
    sources = flows.flows().backward.get(column, ())
    same = {flow.source for flow in sources if flow.kind == _DIRECT}
    return known_title(same.pop(), steps=steps - 1) if len(same) == 1 else None


def title_of_field(name: str, *, library: str = "") -> Text:
    """What a library calls a field; without one, the first that has a field of the name."""
    titles = (
        title_of_column((one.table, name))
        for one in libraries(wiring.city()).values()
        if library in ("", one.name) and name in {field.name for field in one.fields}
    )
    return next(titles, both(name))


def _told(column: flows.Column) -> Text | None:
    table, name = column
    if name in _OURS:
        return _OURS[name]
    model = knowledge.models().get(table)
    note = model.columns.get(name) if model else None
    if note and note.title:
        return both(note.title, note.title_en)
    held = next((one for one in libraries(wiring.city()).values() if one.table == table), None)
    contract = wiring.city().contracts.get(table.partition(".")[2])
    fields = held.fields if held else contract.fields if contract else ()
    named = next((one for one in fields if one.name == name), None)
    return both(named.title, named.title_en) if named and named.title else None
