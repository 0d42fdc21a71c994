"""The visitor's place in the tour: go on, put away, break one fact."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from citybrain.engines.catalogue import service as catalogue
from citybrain.interfaces.kit.access import SIGNED_IN, actor, page
from citybrain.interfaces.kit.templatetags.kit import say
from citybrain.interfaces.kit.views_session import next_page
from citybrain.interfaces.steward import tour


@page(SIGNED_IN)
def tour_step(request: HttpRequest, number: int) -> HttpResponse:
    """Go to a step of the tour: a link, so that the tour needs no script."""
    step = min(max(number, 1), tour.LAST)
    tour.keep(request, step=step, closed=False, finished=False)
    return redirect(tour.place(step, str(tour.state(request).get("table", ""))))


@page(SIGNED_IN, "POST")
def tour_close(request: HttpRequest) -> HttpResponse:
    """Put the tour away; the help page brings it back."""
    tour.keep(request, closed=True, step=0)
    messages.info(request, _("导览已收起，可在帮助中再打开。"))
    return HttpResponseRedirect(next_page(request))


@page("lake.cheat", "POST")
def tour_break(request: HttpRequest) -> HttpResponse:
    """In a rehearsal, break one fact in a department's own spreadsheet."""
    broken = catalogue.break_one_fact(actor(request))
    tour.keep(request, step=2, closed=False, finished=False, table=broken.table)
    messages.info(request, say(broken.sentence))
    return redirect("table", table=broken.table)
