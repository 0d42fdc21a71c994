"""The tour of the whole round: its steps, and where in it a visitor is (kept in the session)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

LAST = 7
PERSON, NUMBER, SEEN = 4, 5, 6


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: what it is called, what to do, and the word on its button."""

    number: int
    title: object
    text: object
    go: object
    url: str
    current: bool = False
    done: bool = False


@dataclass(frozen=True, kw_only=True)
class Tour:
    """The tour as a page shows it."""

    shown: bool
    started: bool
    step: int
    steps: tuple[Step, ...]
    title: object = ""
    text: object = ""
    go: object = ""
    url: str = ""
    back: str = ""
    forward: str = ""
    breakable: bool = False
    finished: bool = False


_WORDS: Mapping[int, tuple[object, object, object]] = MappingProxyType(
    {
        1: (
            _("改一个事实"),
            _(
                "在一个单位自己的表格里，把一个出生日期改错。演练里由我们代您改一格，也可以自己打开那份表格改。"
            ),
            _("替我改错一格"),
        ),
        2: (
            _("汇聚"),
            _("按下“汇聚”。所有行都会入库，只有改错的那一行被挑出来。"),
            _("去汇聚"),
        ),
        3: (
            _("修正"),
            _("读那句话：它写出两个值。写明用途查看明文，在页面里改对，再汇聚一次。"),
            _("去修正"),
        ),
        4: (
            _("看那个人"),
            _("修正的那一行一入库，这个人的页面就重算了：每个值写着谁说的，改前改后都在。"),
            _("去看那个人"),
        ),
        5: (
            _("墙上的数"),
            _("墙上的数也跟着动了。从这个数往下走，三次点击就到源表那一格，再走回来。"),
            _("去看那个数"),
        ),
        6: (
            _("谁看过"),
            _("您刚才的查看也在这里：何人、何时、为何，附证明。"),
            _("去看"),
        ),
        7: (
            _("试着作弊"),
            _("翻转湖里一个字节，改一条记录。页面会变红，并说出两处，再一步步恢复。"),
            _("去作弊"),
        ),
    }
)


_END = _("走完了：改了一个事实，湖答了话，说出了谁看过，也没能骗过它。收起导览，到处看看吧。")

_THERE = _("到那一处")

# Who may not break a fact is promised no button for it.
_BY_HAND = _(
    "在一个单位自己的表格里，把一个出生日期改错。您的账号没有代改的按钮："
    "请自己打开那份表格改一格，或用数据工程师的账号走这一步。"
)

_FIXED: Mapping[int, str] = MappingProxyType({1: "overview", LAST: "integrity"})


def state(request: HttpRequest) -> dict[str, object]:
    """The visitor's place: ``step`` 0 when not begun, ``closed``, and the ``table`` touched."""
    kept = request.session.get("tour", {})
    return dict(kept) if isinstance(kept, dict) else {}


def keep(request: HttpRequest, **changes: object) -> None:
    """Remember the visitor's place."""
    request.session["tour"] = {**state(request), **changes}


def step_of(request: HttpRequest) -> int:
    """The step the visitor is at; 0 when the tour was not begun or was put away."""
    kept = state(request)
    step = kept.get("step", 0)
    return step if isinstance(step, int) and not kept.get("closed") else 0


def reached(request: HttpRequest, step: int) -> None:
    """Go on to a step, if the visitor is on the tour and was not yet there."""
    if 0 < step_of(request) < step:
        keep(request, step=step)


def place(step: int, table: str, person: str = "", number: str = "") -> str:
    """Where a step happens; table, person and number are those that were touched, if any yet.

    ``person`` is ``library/entity``, ``number`` an indicator's name.
    """
    if step in _FIXED:
        return reverse(_FIXED[step]) + ("#act" if step == LAST else "")
    if step == PERSON:
        return reverse("entity", args=person.split("/")) if person else reverse("library_list")
    if step == NUMBER:
        return reverse("trace", args=[f"indicator:{number}"]) if number else reverse("trace_start")
    if not table:
        return reverse({2: "overview", 3: "repair_list", SEEN: "record"}[step])
    name = "repair" if step == 3 else "table"
    return reverse(name, args=[table]) + ("#seen" if step == SEEN else "")


def _is_at(path: str, spot: str) -> bool:
    """Whether a page is the step's, or one that grew out of it (a reveal, a correction)."""
    return path == spot or (spot != reverse("overview") and path.startswith(f"{spot}/"))


def steps(current: int) -> tuple[Step, ...]:
    """The steps with their links, the current one marked."""
    return tuple(
        Step(
            number=number,
            title=title,
            text=text,
            go=go,
            url=reverse("tour_step", args=[number]),
            current=number == (current or 1),
            done=number < current,
        )
        for number, (title, text, go) in _WORDS.items()
    )


def tour(request: HttpRequest, *, at_home: bool, offered: bool, may_break: bool) -> Tour:
    """The tour for a page. It is offered at home and follows whoever began it.

    Only a rehearsal has one: nobody breaks a fact of a city that is not made up.
    """
    kept = state(request)
    step = step_of(request)
    shown = offered and not kept.get("closed") and (at_home or step > 0)
    title, text, go = _WORDS[step or 1]
    table = str(kept.get("table", ""))
    spot = (
        place(step, table, str(kept.get("person", "")), str(kept.get("number", ""))) if step else ""
    )
    here = step == 0 or _is_at(request.path, spot.partition("#")[0])
    if here and "#" in spot:
        go = _THERE  # on a narrow window it lies far below
    breakable = step == 1 and may_break
    by_hand = (step or 1) == 1 and not may_break
    text, go = (_BY_HAND, "") if by_hand else (text, go)
    finished = step == LAST and bool(kept.get("finished"))
    return Tour(
        shown=shown,
        started=step > 0,
        step=step,
        steps=steps(step + 1 if finished else step),
        title=title,
        text=_END if finished else text,
        go=go if breakable or not (finished or (here and "#" not in spot)) else "",
        url=reverse("tour_step", args=[step]) if step in (PERSON, NUMBER) else spot,
        back=reverse("tour_step", args=[max(step - 1, 1)]),
        forward=reverse("tour_step", args=[min(step + 1, LAST)]),
        breakable=breakable,
        finished=finished,
    )
