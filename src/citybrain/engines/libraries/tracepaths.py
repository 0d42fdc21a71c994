"""The way between a column and an indicator's value: the upper steps of a trace."""

from collections.abc import Iterator

from citybrain.engines.libraries import flows
from citybrain.engines.libraries.tracesteps import indicator_step, model_step, number_step
from citybrain.engines.libraries.views_trace import TraceStep


def path_to(column: flows.Column, via: str) -> list[flows.Column]:
    """The columns from an indicator's value down to this one; empty where none leads there.

    ``via`` names the indicator, else it is any. A count is made of its rows rather than of a
    column: then the row's other columns lead to it, and only the tables between are meant.
    """
    if path := _through(column, via):
        return path
    if not via:
        return []
    for name in flows.columns_of(column[0]):
        if path := _through((column[0], name), via):
            held = {flow.target[0]: flow.target for flow in flows.flows().downstream(column)}
            between = [held.get(table, (table, "")) for table, _column in path[1:-1]]
            return [path[0], *between, column]
    return []


def _through(column: flows.Column, via: str) -> list[flows.Column]:
    came: dict[flows.Column, flows.Column] = {}
    for flow in flows.flows().downstream(column):
        came.setdefault(flow.target, flow.source)
    ends = [one for one in came if one[0].startswith(f"{flows.INDICATOR}.")]
    wanted = [one for one in ends if via in ("", one[0].partition(".")[2])]
    if not wanted:
        return []
    path = [wanted[0]]
    while path[-1] != column:
        path.append(came[path[-1]])
    return path


def steps_above(path: list[flows.Column]) -> Iterator[TraceStep]:
    """The steps of a path."""
    for table, column in path:
        if table.startswith(f"{flows.INDICATOR}."):
            name = table.partition(".")[2]
            yield from (step for step in (number_step(name), indicator_step(name)) if step)
        else:
            step = model_step(table, column=column)
            if step:
                yield step
