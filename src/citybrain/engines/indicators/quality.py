"""The quality of the city's tables as the lake measured it, with the terms of its formula."""

from citybrain.engines.catalogue.service import Text
from citybrain.engines.indicators.stand import Stand
from citybrain.engines.indicators.views import Quality, Term

_TITLES = {
    "completeness": Text(zh="完整", en="Complete"),
    "validity": Text(zh="有效", en="Valid"),
    "uniqueness": Text(zh="唯一", en="Unique"),
    "timeliness": Text(zh="及时", en="On time"),
}


def quality(stand: Stand) -> Quality:
    """The score over all tables that were measured; None before anything was."""
    from citybrain.lake.quality.formula import formula
    from citybrain.lake.quality.reading import Book
    from citybrain.lake.quality.score import score, together

    rule = formula(stand.city)
    tables = Book(stand.store, stand.city, rule).at(stand.now)
    if not tables:
        return Quality(score=None, terms=(), tables=0)
    found = score(together(table.parts for table in tables), rule)
    terms = tuple(
        Term(name=t.part, title=_TITLES[t.part], value=t.value, weight=t.weight)
        for t in found.terms
    )
    return Quality(score=found.value, terms=terms, tables=len(tables))
