"""The registry of data elements as people may see it, with what is bound to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice

from citybrain.base.chinese import matches
from citybrain.city import City
from citybrain.city.contracts import Field
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries.errors import Unknown
from citybrain.engines.libraries.standing import Owners
from citybrain.engines.libraries.wiring import Text, both, city, clock, require
from citybrain.lake.elements.binding import Binding, bindings
from citybrain.lake.elements.element import Element, registry
from citybrain.lake.elements.inference import Proposal, proposals

SOURCES = {
    "national": both("国家标准", "National standard"),
    "industry": both("行业标准", "Industry standard"),
    "law": both("法规文件", "Law"),
    "city": both("本市约定", "The city itself"),
}
LISTED = 200  # fields of one kind on a page; the list to take away has all
_BECAUSE = {
    "codelist": both("代码表相同", "same codelist"),
    "rule": both("校验规则相同", "same rule"),
    "title": both("名称相同", "same title"),
    "name": both("字段名相同", "same name"),
}


@dataclass(frozen=True, kw_only=True)
class ElementRow:
    """One element. ``length`` as the standards write it: ``18``, ``..40`` or empty."""

    element: str
    title: Text
    group: str
    group_title: Text
    type: str
    length: str
    codelist: str
    unit: str
    unit_title: Text
    standard: str
    source: str
    source_title: Text
    fields: int
    tables: int
    departments: int
    contradictions: int


@dataclass(frozen=True, kw_only=True)
class BoundField:
    """One field of one contract. ``element`` is empty while it is unbound.

    ``proposal`` is the element that would fit an unbound field, and ``because`` why.
    """

    table: str
    table_title: Text
    department: str
    department_title: Text
    field: str
    title: Text
    type: str
    codelist: str
    element: str
    element_title: Text
    contradictions: tuple[Text, ...]
    proposal: str
    proposal_title: Text
    because: Text


@dataclass(frozen=True, kw_only=True)
class StandardsView:
    """The page of standards; ``share`` of the fields are bound, from 0 to 1.

    Of fields that contradict, or are not bound, ``LISTED`` at most; how many there are stands
    in ``contradictions`` and in ``fields`` less ``bound``.
    """

    elements: tuple[ElementRow, ...]
    elements_total: int
    fields: int
    bound: int
    share: float
    contradictions: int
    contradicting: tuple[BoundField, ...]
    unbound: tuple[BoundField, ...]

    @property
    def free(self) -> int:
        """How many fields no element is bound to."""
        return self.fields - self.bound


@dataclass(frozen=True, kw_only=True)
class ElementView:
    """One element's page."""

    row: ElementRow
    description: Text
    also: tuple[str, ...]
    rule: str
    codes: tuple[tuple[str, Text], ...]
    fields: tuple[BoundField, ...]


_Matched = tuple[tuple[Binding, ...], Mapping[tuple[str, str], Proposal]]
_kept: list[tuple[str, _Matched]] = []


def _matched(found: City) -> _Matched:
    """Bindings and proposals of a city; worked out once, for they follow from its folder."""
    if not _kept or _kept[0][0] != found.fingerprint:
        proposed = {(one.table, one.field): one for one in proposals(found)}
        _kept[:] = [(found.fingerprint, (bindings(found), proposed))]
    return _kept[0][1]


class _Scene:
    """The registry beside the contracts, read once."""

    def __init__(self) -> None:
        self.city = city()
        self.owners = Owners(self.city, clock().now().date())
        self.registry = registry(self.city)
        self.bindings, self.proposals = _matched(self.city)
        self.by_element: dict[str, list[Binding]] = {}
        for one in self.bindings:
            if one.element:
                self.by_element.setdefault(one.element.name, []).append(one)

    def element(self, element: Element) -> ElementRow:
        """One element as a row."""
        listed = self.by_element.get(element.name, [])
        group = self.registry.groups[element.group]
        return ElementRow(
            element=element.name,
            title=both(element.title, element.title_en),
            group=element.group,
            group_title=both(group.title, group.title_en),
            type=element.type,
            length=_length(element),
            codelist=element.codelist,
            unit=element.unit,
            unit_title=both(element.unit, element.unit_en),
            standard=self._standard(element),
            source=element.source,
            source_title=SOURCES.get(element.source, SOURCES["city"]),
            fields=len(listed),
            tables=len({one.table for one in listed}),
            departments=len({self.owners.of(one.table) for one in listed}),
            contradictions=sum(bool(one.contradictions) for one in listed),
        )

    def _standard(self, element: Element) -> str:
        """The element's own standard, else its codelist's."""
        listed = self.city.codelists.get(element.codelist)
        return element.standard or (listed.standard if listed else "")

    def field(self, one: Binding) -> BoundField:
        """One field as a row."""
        owner = self.owners.of(one.table)
        proposal = self.proposals.get((one.table, one.field.name))
        proposed = self.registry.elements[proposal.element] if proposal else None
        return BoundField(
            table=one.table,
            table_title=self.owners.table(one.table),
            department=owner,
            department_title=self.owners.department(owner),
            field=one.field.name,
            title=_title(one.field),
            type=one.field.type,
            codelist=one.field.codelist,
            element=one.element.name if one.element else "",
            element_title=_named(one.element),
            contradictions=tuple(both(c.sentence, c.sentence_en) for c in one.contradictions),
            proposal=proposed.name if proposed else "",
            proposal_title=_named(proposed),
            because=_BECAUSE[proposal.because] if proposal else both(""),
        )

    def fields(
        self, wanted: Callable[[Binding], bool], *, most: int | None = None
    ) -> tuple[BoundField, ...]:
        """The fields that are wanted, as rows; at most so many."""
        found = (one for one in self.bindings if wanted(one))
        return tuple(self.field(one) for one in islice(found, most))


def _title(field: Field) -> Text:
    return both(field.title or field.name, field.title_en)


def _named(element: Element | None) -> Text:
    return both(element.title, element.title_en) if element else both("")


def _length(element: Element) -> str:
    if not element.most:
        return ""
    if element.least == element.most:
        return str(element.most)
    return f"{element.least or ''}..{element.most}"


def standards(actor: Actor, q: str = "") -> StandardsView:
    """All elements, or those that a word, pinyin, field, standard or codelist finds."""
    require(actor, "work.read", "lake:")
    scene = _Scene()
    rows = [scene.element(one) for one in scene.registry.elements.values()]
    found = [row for row in rows if _found(row, scene, q.strip())]
    bound = sum(one.element is not None for one in scene.bindings)
    contradicting = sum(bool(one.contradictions) for one in scene.bindings)
    return StandardsView(
        elements=tuple(found),
        elements_total=len(rows),
        fields=len(scene.bindings),
        bound=bound,
        share=bound / len(scene.bindings) if scene.bindings else 1.0,
        contradictions=contradicting,
        contradicting=scene.fields(lambda one: bool(one.contradictions), most=LISTED),
        unbound=scene.fields(lambda one: one.element is None, most=LISTED),
    )


def _found(row: ElementRow, scene: _Scene, q: str) -> bool:
    if not q:
        return True
    element = scene.registry.elements[row.element]
    words = (row.title.zh, row.title.en, row.element, row.codelist, row.standard, *element.also)
    return any(matches(word, q) for word in words if word)


def standards_fields(actor: Actor) -> tuple[BoundField, ...]:
    """Every field of every contract with its element, contradictions and proposals."""
    require(actor, "work.read", "lake:")
    return _Scene().fields(lambda one: True)


def standard(actor: Actor, element: str) -> ElementView:
    """One element with every field that holds it; refuses an unknown name."""
    require(actor, "work.read", "lake:")
    scene = _Scene()
    found = scene.registry.elements.get(element)
    if found is None:
        raise Unknown(
            both(f"没有数据元 {element}", f"There is no data element {element}"),
            do=both("请在“数据标准”页面中查找", "The page “Standards” lists them"),
            where=element,
        )
    listed = scene.city.codelists.get(found.codelist)
    return ElementView(
        row=scene.element(found),
        description=both(found.description, found.description_en),
        also=found.also,
        rule=found.rule,
        codes=tuple(
            (code, both(entry.title, entry.title_en))
            for code, entry in (listed.entries.items() if listed else ())
        ),
        fields=tuple(scene.field(one) for one in scene.by_element.get(element, [])),
    )
