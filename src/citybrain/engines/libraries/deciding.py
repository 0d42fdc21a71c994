"""How a library's field is decided: who is asked in which order, and from whom it is taken now."""

from collections.abc import Iterator, Sequence

from citybrain.base.errors import CityError
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import flows, wiring
from citybrain.engines.libraries.records import declared, role_title, table_title
from citybrain.engines.libraries.views_library import FieldOrder
from citybrain.engines.libraries.views_lineage import Deciding, DecidingRule, DecidingSource
from citybrain.engines.libraries.wiring import Text, both
from citybrain.lake.libraries import names
from citybrain.lake.libraries.adopted import Adopted, adopted
from citybrain.lake.libraries.expressions import told
from citybrain.lake.libraries.model import Library, LibraryField, Rows, Score, Source
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.libraries.rows import POINTS, REASONS, SCORE
from citybrain.lake.libraries.sources import rowset_of

FIRST = both("首选来源", "first choice")
FALLBACK = both("备选来源", "fallback")
BESIDE = both("并列", "side by side")
_NOTHING = both("")


def deciding(table: str, column: str) -> Deciding | None:
    """How the field comes about, with how many records have it from where at present.

    None for what is no field of a library. Counts only: whoever may see the lineage may see
    them, and they stay away while the library is not built or not shown.
    """
    library = next((o for o in libraries(wiring.city()).values() if o.table == table), None)
    if library is None or not column:
        return None
    field = next((one for one in library.fields if one.name == column), None)
    rules = _rules(library.score, column)
    if field is None and not rules:
        return None
    counts, why = _counted(library, column)
    sources = tuple(_sources(library, field, counts)) if field else ()
    return Deciding(
        kind=_kind(library, field),
        library=library.name,
        file=library.file,
        valid=field.valid if field else "",
        sources=sources,
        values=told(library.select, column) if field and library.select else (),
        select=library.select if field else "",
        rules=rules,
        bounds=_bounds(library.score),
        records=counts.rows if counts else None,
        empty=counts.empty if counts else None,
        empty_share=_share(counts.empty, counts) if counts else None,
        uncounted=why,
    )


def field_orders(actor: Actor, library: str) -> tuple[FieldOrder, ...]:
    """Every field of a library with who says it; of the folder alone, so nothing is recorded."""
    found = declared(library)
    wiring.require(actor, "lake.read", f"table:{found.table}")
    return tuple(_order(field) for field in found.fields)


def _order(field: LibraryField) -> FieldOrder:
    city, first = wiring.city(), next(iter(field.sources), None)
    owners = list(dict.fromkeys(names.department(city, one.table) for one in field.sources))
    titles = [wiring.department(owner) for owner in owners]
    return FieldOrder(
        name=field.name,
        title=both(field.title, field.title_en),
        level=field.level,
        department_title=titles[0] if titles else _NOTHING,
        table=first.table if first else "",
        table_title=table_title(first.table) if first else _NOTHING,
        fallbacks=both(
            "、".join(one.zh for one in titles[1:]), ", ".join(one.en for one in titles[1:])
        ),
    )


def _kind(library: Library, field: LibraryField | None) -> str:
    if field is None:
        return "score"
    if library.entity_id:
        return "sources"
    return "select" if library.select else "rows"


def _counted(library: Library, column: str) -> tuple[Adopted | None, Text]:
    """The counts, or the reason why there are none."""
    try:
        catalogue.gate(library.table)
        found = adopted(wiring.store(), library, column)
    except CityError as refused:
        return None, refused.texts["why"]
    if found is None:
        return None, both("还没有构建出这个字段", "no build has made this field yet")
    return found, _NOTHING


def _sources(
    library: Library, field: LibraryField, counts: Adopted | None
) -> Iterator[DecidingSource]:
    """The declared sources in their order; rows of one table are counted once, with its first."""
    declared: Sequence[Source | Rows] = field.sources if library.entity_id else library.rows
    ranks: dict[str, list[int]] = {}
    for rank, one in enumerate(declared, 1):
        ranks.setdefault(one.table, []).append(rank)
    for rank, one in enumerate(declared, 1):
        first, *others = ranks[one.table]
        held = counts.tables.get(one.table, 0) if counts and first == rank else None
        value = one.value if isinstance(one, Source) else one.values.get(field.name, "")
        owner = names.department(wiring.city(), one.table)
        yield DecidingSource(
            rank=rank,
            choice=_choice(library, rank),
            department=owner,
            department_title=wiring.department(owner),
            table=one.table,
            table_title=table_title(one.table),
            role=_role(library, one),
            value=value,
            column=value if value in flows.columns_of(names.standardised(one.table)) else "",
            where=one.where,
            how=tuple(_how(one)),
            records=held,
            share=None if held is None or counts is None else _share(held, counts),
            counted_with=0 if first == rank else first,
            counts_too=tuple(others) if first == rank else (),
        )


def _choice(library: Library, rank: int) -> Text:
    if not library.entity_id:
        return BESIDE if len(library.rows) > 1 else _NOTHING
    return FIRST if rank == 1 else FALLBACK


def _role(library: Library, one: Source | Rows) -> Text:
    home = names.home(libraries(wiring.city()), library.entity)
    if home is None or isinstance(one, Rows):
        return _NOTHING
    table, role = rowset_of(one, home).mentioned
    return role_title(home, table, role) if role else _NOTHING


def _how(one: Source | Rows) -> Iterator[Text]:
    """What is peculiar about how a source's rows are taken."""
    if isinstance(one, Rows):
        if one.grouped:
            yield both("多行合为一行", "several rows make one")
        return
    if one.all:
        yield both("合计此主体的全部行", "taken over all rows of the entity")
    if one.via:
        yield both(
            f"经“{table_title(one.via.table).zh}”的 {one.via.by} 归属",
            f"whose it is says {one.via.by} of {table_title(one.via.table).en}",
        )
    if one.quiet:
        yield both("与前者不同不算分歧", "may differ from those before it")


def _rules(score: Score | None, column: str) -> tuple[DecidingRule, ...]:
    """The rules of the score that a column shows; none for a column that shows no score."""
    if score is None:
        return ()
    whole = column in (SCORE, REASONS)
    return tuple(
        DecidingRule(title=both(rule.title, rule.title_en), points=rule.points, when=rule.when)
        for rule in score.rules
        if whole or column == POINTS + rule.name
    )


def _bounds(score: Score | None) -> tuple[int, int, int]:
    """What a score begins with, and its lowest and highest value."""
    return (score.base, score.lowest, score.highest) if score else (0, 0, 0)


def _share(count: int, counts: Adopted) -> float:
    return count / counts.rows if counts.rows else 0.0
