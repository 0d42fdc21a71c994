"""What every page knows: the time, who is reading, the mark of rehearsal, theme and place."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from citybrain.base.errors import CityError
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue.service import Badges
from citybrain.engines.guard.service import may
from citybrain.engines.identity.service import Actor, actor_of, in_rehearsal
from citybrain.interfaces.steward.tour import tour

THEMES = ("light", "dark")


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
        _("可信"),
        (("integrity", _("完整性"), "shield"), ("record", _("谁看过"), "eye")),
    ),
    (_("城市"), (("plan", _("接入计划"), "share"), ("help", _("帮助"), "book"))),
)
_NOBODY: Mapping[str, object] = MappingProxyType({"navigation": (), "actor": None})


def page(request: HttpRequest) -> dict[str, object]:
    """The context processor of every template."""
    who = _actor(request)
    frame = catalogue.frame(who)
    shared: dict[str, object] = {
        "now": frame.now,
        "theme": theme(request),
        "rehearsal": in_rehearsal(),
        "city_title": _text(frame.city_title),
        "city_seal": frame.city_title.zh[:1] or "城",
    }
    if who is None:
        return {**_NOBODY, **shared}
    home = request.path == reverse("overview")
    return {
        **shared,
        "actor": who,
        "actor_department": _text(frame.department_title),
        "navigation": navigation(request.path, frame.badges),
        "tour": tour(
            request,
            at_home=home,
            offered=in_rehearsal(),
            may_break=may(who, "lake.cheat", "lake:").allowed,
        ),
    }


def theme(request: HttpRequest) -> str:
    """``light`` or ``dark``, from the reader's cookie."""
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else THEMES[0]


def navigation(path: str, badges: Badges) -> tuple[Group, ...]:
    """The groups of the navigation, the reader's place marked."""
    here = _here(path)
    return tuple(
        Group(title=title, links=tuple(_link(*entry, here, badges) for entry in entries))
        for title, entries in _GROUPS
    )


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


def _actor(request: HttpRequest) -> Actor | None:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    try:
        return actor_of(user)
    except CityError:
        return None


def _text(text: catalogue.Text) -> str:
    from citybrain.interfaces.steward.templatetags.steward import say

    return say(text)
