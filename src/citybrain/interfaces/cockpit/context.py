"""What the cockpit's pages know beside the kit's frame."""

from django.http import HttpRequest
from django.urls import reverse

BASE = "cockpit/base.html"


def page(request: HttpRequest) -> dict[str, object]:
    """The context processor: at the cockpit's addresses the kit's error page is the cockpit's."""
    if not request.path.startswith(reverse("cockpit")):
        return {}
    return {"base": BASE, "help": ""}
