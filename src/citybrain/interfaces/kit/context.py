"""What every page knows: the time, who is reading, the mark of rehearsal, the theme."""

from django.http import HttpRequest

from citybrain.base.errors import CityError
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue.service import Frame
from citybrain.engines.identity.service import Actor, actor_of, in_rehearsal
from citybrain.interfaces.kit.templatetags.kit import say

THEMES = ("light", "dark")
AUTO = "auto"


def page(request: HttpRequest) -> dict[str, object]:
    """The context processor of every template; ``base`` is added by the page's interface."""
    who, frame = reader(request), frame_of(request)
    shared: dict[str, object] = {
        "now": frame.now,
        "theme": theme(request),
        "rehearsal": in_rehearsal(),
        "city_title": say(frame.city_title),
        "city_seal": frame.city_title.zh[:1] or "城",
        "actor": who,
    }
    return shared if who is None else {**shared, "actor_department": say(frame.department_title)}


def theme(request: HttpRequest) -> str:
    """``light`` or ``dark``, from the reader's cookie; ``auto``, as the system likes it, else."""
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else AUTO


def reader(request: HttpRequest) -> Actor | None:
    """Who is reading; None when nobody signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    try:
        return actor_of(user)
    except CityError:
        return None


def frame_of(request: HttpRequest) -> Frame:
    """What the catalogue says of the page's frame, asked once for one request."""
    kept: Frame | None = getattr(request, "citybrain_frame", None)
    if kept is None:
        kept = catalogue.frame(reader(request))
        request.citybrain_frame = kept  # type: ignore[attr-defined]  # a request may carry more
    return kept
