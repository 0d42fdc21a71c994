"""How a made column is protected, from what it was made of."""

from collections.abc import Mapping

from citybrain.lake.mask import Class
from citybrain.lake.models.follow import Source
from citybrain.lake.models.lineage import Lineage

INTERNAL = 2
PERSONAL = 3
IDENTIFIES = ("", "row", "person")  # from nothing to everything
MIXED = "text"  # values of several classes in one column: masked wholly

Classes = Mapping[str, Mapping[str, Class]]


def inherited(column: str, told: Lineage, classes: Classes) -> Class | None:
    """The class of a column; None when a source or its class is unknown: it is masked wholly.

    Level and class are those of the values in it. A count is internal and shown; so is a sum
    or an average, unless the rows are grouped by something personal or the figure is a
    window's, which may be as narrow as one row.
    """
    if not told.known or column not in told.columns or column in told.unclear:
        return None
    sources = told.columns[column]
    carried = [s for s in sources if s.kind != "condition" and s.how != "statistic"]
    if not carried:
        statistic = [s for s in sources if s.how == "statistic"]
        if statistic:
            return _statistic(statistic, told, classes)
        carried = [s for s in sources if s.how == "case"]
    found = [_class(s, classes) for s in carried]
    known = [one for one in found if one is not None]
    if len(known) < len(found):
        return None
    return _joined(known)


def _class(source: Source, classes: Classes) -> Class | None:
    return classes.get(source.table, {}).get(source.column)


def _joined(known: list[Class]) -> Class:
    level = max((one.level for one in known), default=INTERNAL)
    maskings = {one.masking for one in known} - {"none"}
    masking = "none" if not maskings else maskings.pop() if len(maskings) == 1 else MIXED
    identifies = max((one.identifies for one in known), key=IDENTIFIES.index, default="")
    return Class(level=level, masking=masking, identifies=identifies)


def _names_one(source: Source, group: Class | None, tables: set[str]) -> bool:
    """Whether rows grouped by the column are those of one person, or of one row."""
    if group is None or group.level >= PERSONAL or group.identifies == "person":
        return True
    return group.identifies == "row" and source.table in tables


def _statistic(sources: list[Source], told: Lineage, classes: Classes) -> Class | None:
    tables = {s.table for s in sources}
    groups = [s for s in told.conditions if s.how == "group"]
    if not any(_names_one(s, _class(s, classes), tables) for s in groups):
        return Class(level=INTERNAL)
    found = [_class(s, classes) for s in sources]
    levels = [one.level for one in found if one is not None]
    return Class(level=max(levels)) if len(levels) == len(found) else None
