"""What the steward's pages know beside the kit's frame: navigation, place, the tour."""

from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from citybrain.engines.catalogue.service import Badges
from citybrain.engines.guard.service import in_rehearsal, may
from citybrain.engines.identity.service import Actor
from citybrain.interfaces.kit.access import may_open
from citybrain.interfaces.kit.context import frame_of, reader
from citybrain.interfaces.steward.tour import Tour, tour

BASE = "steward/base.html"  # what the kit's error page extends here


@dataclass(frozen=True, kw_only=True)
class Link:
    """One line of the navigation."""

    title: object
    url: str
    icon: str
    current: bool
    count: int = 0
    count_word: object = ""
    bad: bool = False


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group of the navigation."""

    title: object
    links: tuple[Link, ...]


# name of the page, its word, its icon; a page belongs to the longest address that begins its own
_GROUPS: tuple[tuple[object, tuple[tuple[str, object, str], ...]], ...] = (
    (
        _("数据"),
        (
            ("overview", _("总览"), "gauge"),
            ("systems", _("系统"), "server"),
            ("tables", _("表"), "table"),
            ("runs", _("汇聚任务"), "collect"),
            ("repair_list", _("待修正"), "fix"),
        ),
    ),
    (
        _("数据开发"),
        (
            ("models", _("模型"), "flow"),
            ("workbench", _("SQL 工作台"), "code"),
            ("lineage", _("血缘"), "share"),
            ("operations", _("调度运行"), "clock"),
        ),
    ),
    (
        _("基础库"),
        (
            ("library_list", _("库"), "id"),
            ("trace_start", _("溯源"), "up"),
            ("findings", _("问题线索"), "flag"),
        ),
    ),
    (
        _("治理"),
        (("quality", _("质量"), "check"), ("standards", _("数据标准"), "list")),
    ),
    (
        _("可信"),
        (("integrity", _("完整性"), "shield"), ("record", _("谁看过"), "eye")),
    ),
    (
        _("城市"),
        (
            ("cockpit", _("驾驶舱"), "pulse"),
            ("plan", _("接入计划"), "share"),
            ("help", _("帮助"), "book"),
        ),
    ),
)


def page(request: HttpRequest) -> dict[str, object]:
    """The context processor of the steward's templates, after the kit's own.

    What it gives is worked out when a template asks for it, so that pages of other
    interfaces pay nothing for it.
    """
    return {
        "base": BASE,
        "help": reverse("help"),
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
        "tour": SimpleLazyObject(lambda: _tour(request)),
    }


def _navigation(request: HttpRequest) -> tuple[Group, ...]:
    who = reader(request)
    return () if who is None else navigation(who, request.path, frame_of(request).badges)


def _tour(request: HttpRequest) -> Tour | None:
    who = reader(request)
    if who is None:
        return None
    may_break = may(who, "lake.cheat", "lake:").allowed
    return tour(
        request,
        at_home=request.path == reverse("overview"),
        offered=in_rehearsal(),
        may_break=may_break,
    )


def navigation(who: Actor, path: str, badges: Badges) -> tuple[Group, ...]:
    """The groups of the navigation with what opens to the reader, whose place is marked."""
    here = _here(path)
    groups = (
        Group(
            title=title,
            links=tuple(_link(*one, here, badges) for one in entries if may_open(who, one[0])),
        )
        for title, entries in _GROUPS
    )
    return tuple(group for group in groups if group.links)


def _here(path: str) -> str:
    """The page of the navigation that an address belongs to."""
    names = [name for _title, entries in _GROUPS for name, _word, _icon in entries]
    if path.startswith(reverse("upload_new")):
        return "repair_list"
    home = reverse("overview")
    fitting = [name for name in names if path.startswith(reverse(name))]
    if path != home and "overview" in fitting:
        fitting.remove("overview")  # every address begins with it
    return max(fitting, key=lambda name: len(reverse(name)), default="")


def _link(name: str, title: object, icon: str, here: str, badges: Badges) -> Link:
    link = Link(title=title, url=reverse(name), icon=icon, current=name == here)
    if name == "repair_list":
        return replace(link, count=badges.quarantined, count_word=_("行"))
    if name == "integrity":
        return replace(link, count=badges.problems, count_word=_("处异常"), bad=True)
    return link
