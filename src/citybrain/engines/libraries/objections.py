"""Objections to scores: a department says why a score is wrong, and is owed an answer."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Count

from citybrain.base.errors import CityError
from citybrain.base.hashing import sha256_bytes
from citybrain.base.wording import counted
from citybrain.base.workdays import Limit, due
from citybrain.engines.guard import service as guard
from citybrain.engines.identity import service as identity
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries.errors import Unknown
from citybrain.engines.libraries.models import Objection
from citybrain.engines.libraries.quality_views import ObjectionRow
from citybrain.engines.libraries.quality_words import PARTS
from citybrain.engines.libraries.standing import Owners
from citybrain.engines.libraries.wiring import both, city, clock, may, require, store
from citybrain.lake.mask import mask_value
from citybrain.lake.quality.formula import PARTS as NAMES
from citybrain.lake.quality.formula import formula
from citybrain.lake.quality.reading import Book
from citybrain.lake.quality.score import score, together

OPEN, UPHELD, REJECTED = "open", "upheld", "rejected"
REASON_LEAST, REASON_MOST = 4, 1000  # characters


def object_to(
    actor: Actor, department: str, *, reason: str, table: str = "", part: str = ""
) -> str:
    """Object to a department's score, or to one part or one table of it; the objection's id.

    The act is recorded with a digest of the reason; the reason itself stays here, since the
    record takes no free text.
    """
    require(actor, "quality.object", f"department:{department}")
    words = _reason(reason)
    at = clock().now()
    owners = Owners(city(), at.date())
    _known(owners, department, table, part)
    value = _score(owners, department, table, part)
    thing = f"department:{department}"
    with guard.act(actor, "quality.object", thing, clock=clock()) as done:
        done.digest = sha256_bytes(words.encode())
        limit = Limit(amount=formula(owners.city).workdays, unit="d")
        made = Objection.objects.create(
            department=department,
            table=table,
            part=part,
            score=value,
            reason=words,
            account=actor.id,
            at=at,
            due_at=due(at, limit, calendar=owners.city.calendar),
        )
    return str(made.id)


def answer_objection(actor: Actor, objection: str, *, upheld: bool, text: str) -> None:
    """Answer an objection; refuses one that was answered already."""
    found = _find(objection)
    thing = f"department:{found.department}"
    require(actor, "quality.answer", thing)
    words = _reason(text)
    with guard.act(actor, "quality.answer", thing, clock=clock()) as done:
        done.digest = sha256_bytes(words.encode())
        changed = Objection.objects.filter(id=found.id, state=OPEN).update(
            state=UPHELD if upheld else REJECTED,
            answer=words,
            answered_by=actor.id,
            answered_at=clock().now(),
        )
        if not changed:
            raise CityError(
                both("这件异议已经答复", "This objection has been answered"),
                do=both("请刷新页面查看答复", "Load the page again to see the answer"),
                where=objection,
            )


def objections(actor: Actor) -> tuple[ObjectionRow, ...]:
    """Every objection, open ones first, then newest first."""
    require(actor, "work.read", "lake:")
    rows = list(Objection.objects.all())
    names = identity.display_names({row.account for row in rows})
    moment = clock().now()
    owners = Owners(city(), moment.date())
    made = (
        ObjectionRow(
            objection=str(row.id),
            at=row.at,
            department=row.department,
            department_title=owners.department(row.department),
            table=row.table,
            table_title=owners.table(row.table) if row.table else both(""),
            part=row.part,
            part_title=PARTS.get(row.part, both("总分", "Score")),
            score=row.score,
            reason=row.reason,
            who=_person(row.account, actor, names),
            state=row.state,
            due_at=row.due_at,
            overdue=row.state == OPEN and row.due_at < moment,
            answer=row.answer,
            answered_at=row.answered_at,
            may_answer=row.state == OPEN
            and may(actor, "quality.answer", f"department:{row.department}"),
        )
        for row in rows
    )
    return tuple(sorted(made, key=lambda row: row.state != OPEN))


def open_by_department() -> Mapping[str, int]:
    """How many objections of each department wait for an answer."""
    rows = Objection.objects.filter(state=OPEN).values("department").annotate(count=Count("id"))
    return {row["department"]: row["count"] for row in rows.order_by("department")}


def _person(account: str, reader: Actor, names: Mapping[str, tuple[str, str]]) -> str:
    name = names.get(account, (account, account))[0]
    return name if account == reader.id else mask_value(name, "name", 3) or ""


def _find(objection: str) -> Objection:
    try:
        found = Objection.objects.filter(id=UUID(objection)).first()
    except ValueError:
        found = None
    if found is None:
        raise Unknown(
            both("没有这件异议", "There is no such objection"),
            do=both("请在“质量”页面中查找", "The page “Quality” lists them"),
            where=objection,
        )
    return found


def _reason(text: str) -> str:
    words = text.strip()
    if not REASON_LEAST <= len(words) <= REASON_MOST:
        raise CityError(
            both("没有提交", "It was not handed in"),
            why=both(
                f"理由有 {len(words)} 个字，应在 {REASON_LEAST} 到 {REASON_MOST} 个字之间",
                f"the reason has {counted(len(words), 'character')}, "
                f"not {REASON_LEAST} to {REASON_MOST}",
            ),
            do=both(
                "请写明哪里算得不对；不要写个人信息",
                "Say what is reckoned wrongly, without naming persons",
            ),
        )
    return words


def _known(owners: Owners, department: str, table: str, part: str) -> None:
    if department not in owners.city.departments:
        raise Unknown(
            both(f"没有单位 {department}", f"There is no department {department}"),
            do=both("请在“质量”页面中选择单位", "Choose one on the page “Quality”"),
            where=department,
        )
    if table and (table not in owners.city.contracts or owners.of(table) != department):
        raise Unknown(
            both(f"表 {table} 不属于这个单位", f"The table {table} is not this department's"),
            do=both("请选择本单位的表", "Choose a table of the department"),
            where=table,
        )
    if part and part not in NAMES:
        raise Unknown(
            both(f"没有名为 {part} 的分项", f"There is no part {part}"),
            do=both(f"请选择 {'、'.join(NAMES)}", f"Choose one of {', '.join(NAMES)}"),
            where=part,
        )


def _score(owners: Owners, department: str, table: str, part: str) -> float | None:
    """What the score was that is objected to."""
    rules = formula(owners.city)
    tables = [
        one
        for one in Book(store(), owners.city, rules).at(clock().now())
        if (one.table == table if table else owners.of(one.table) == department)
    ]
    whole = together(one.parts for one in tables)
    return whole.part(part).value if part else score(whole, rules).value
