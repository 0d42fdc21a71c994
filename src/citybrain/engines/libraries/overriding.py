"""Decisions by hand: these two are, or are not, the same; recorded with a purpose.

A decision names mentions, not entities: it holds however the entities are made anew, until it
is withdrawn. Both take effect with the next build, which is ordered at once.
"""

from citybrain.base.errors import CityError
from citybrain.base.wording import both
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.building import enqueue_build
from citybrain.engines.libraries.decided import KINDS, overrides_of
from citybrain.engines.libraries.errors import Unknown
from citybrain.engines.libraries.records import declared
from citybrain.engines.libraries.rowids import thing_of
from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.names import LINKS
from citybrain.lake.libraries.record import Edge, Record, golden
from citybrain.lake.resolve import overrides


def decide(
    actor: Actor, library: str, entity_id: str, *, other: str, same: bool, purpose: str
) -> int:
    """Say that ``other`` (an entity's id, or one of this record's mentions) is the same or not.

    One entry about each entity that is concerned, with the purpose; the job that builds the
    links anew. Refuses without purpose, and a decision against one that is in force.
    """
    found = declared(library)
    if found.entity not in KINDS:
        raise CityError(
            both(
                "这个库的行不是人也不是企业",
                "The rows of this library are neither people nor companies",
            ),
            do=both(
                "只有人口库、法人库可以人工认定",
                "Decide by hand in the libraries of people and of companies",
            ),
            where=library,
        )
    here = _whole(found, entity_id)
    mentions, there = _mentions(found, here, other.strip(), same=same)
    things = tuple(dict.fromkeys((thing_of(found, entity_id), *there)))
    with guard.act(actor, "library.override", things, purpose=purpose, clock=wiring.clock()):
        pass  # recorded before it is made: the lake and the record cannot commit as one
    overrides.add(
        wiring.store(),
        kind=KINDS[found.entity],
        verdict="together" if same else "apart",
        mentions=mentions,
        by=actor.id,
        why=purpose,
        now=wiring.clock().now(),
    )
    return enqueue_build(actor, [LINKS[found.entity]], full=True)


def withdraw(actor: Actor, library: str, entity_id: str, *, decision: int, purpose: str) -> int:
    """End a decision by hand about this record; the job that builds the links anew.

    One entry about the record, and about each id that comes back with it, with the purpose; the
    decision stays readable as one that was withdrawn. Refuses without purpose, and what is no
    decision in force about this record.
    """
    found = declared(library)
    if all(one.id != decision or one.withdrawn_at for one in overrides_of(found, entity_id)):
        raise Unknown(
            both("这条人工认定不在这个主体上", "This record has no such decision by hand"),
            why=both("它已被撤回，或说的是别的主体", "it was withdrawn, or is about another one"),
            do=both("请重新打开这一页", "Open the page again"),
            where=entity_id,
        )
    back = _before(KINDS[found.entity], decision)
    things = tuple(dict.fromkeys(thing_of(found, one) for one in (entity_id, *back)))
    with guard.act(actor, "library.override", things, purpose=purpose, clock=wiring.clock()):
        pass  # recorded before it is made, as a decision is
    overrides.remove(
        wiring.store(), override=decision, by=actor.id, why=purpose, now=wiring.clock().now()
    )
    return enqueue_build(actor, [LINKS[found.entity]], full=True)


def _before(kind: str, decision: int) -> list[str]:
    """The ids that the mentions of a decision had before they were joined."""
    store = wiring.store()
    named = {
        m for o in overrides.in_force(store, kind=kind) if o.id == decision for m in o.mentions
    }
    return [one for mention, one in overrides.joined(store, kind=kind) if mention in named]


def _mentions(
    library: Library, here: Record, other: str, *, same: bool
) -> tuple[list[str], tuple[str, ...]]:
    """The mentions that the decision names, and the other entity's thing."""
    own = _own(here, other)
    if own:
        # Of the others one that is there by its number: it is the one that stays.
        others = sorted(
            (e for e in here.edges if e.mention != own), key=lambda e: e.how != "number"
        )
        rest = [edge.mention for edge in others]
        if same or not rest:
            raise CityError(
                both("这处提及已经算在这个主体里", "This mention belongs to this one already"),
            do=both("要分开请选“不是同一个”", "To part them, choose “not the same”"), where=other
            )  # fmt: skip
        if _joined(library, own, rest):
            raise CityError(
                both("人工认定过这处提及属于这个主体", "By hand it was said to belong here"),
                do=both("请先撤回那条人工认定", "Withdraw that decision first"),
                where=other,
            )
        return [own, rest[0]], ()
    there = _whole(library, other)
    return [here.edges[0].mention, there.edges[0].mention], (thing_of(library, other),)


def _joined(library: Library, own: str, rest: list[str]) -> bool:
    """Whether a decision in force joins this mention to others of the record.

    What it was joined to would leave the record with it, a row with the person's number too.
    """
    groups = overrides.groups(overrides.in_force(wiring.store(), kind=KINDS[library.entity]))
    return own in groups and any(groups.get(one) == groups[own] for one in rest)


def _own(here: Record, ref: str) -> str:
    """The mention behind what the page calls it: ``civil.marriages/1#man``."""
    place, _, role = ref.partition("#")
    found = (e for e in here.edges if _is(e, place, role))
    return next((edge.mention for edge in found), "")


def _is(edge: Edge, ref: str, role: str) -> bool:
    return edge.place.ref == ref and edge.role == role


def _whole(library: Library, entity_id: str) -> Record:
    """The record with its mentions by name, for the decision alone; nothing of it is shown."""
    found = golden(wiring.store(), wiring.city(), library.name, entity_id, reveal=True)
    if found is None or not found.edges:
        raise Unknown(
            both(
                f"{library.title}里没有 {entity_id}",
                f"The library {library.name} does not hold {entity_id}",
            ),
            do=both(
                "请写另一个主体的编号，或本页的一处提及",
                "Give the id of another one, or a mention on this page",
            ),
            where=entity_id,
        )
    return found
