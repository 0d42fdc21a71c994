"""The visitor's place in the tour: go on, put away, break one fact."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.libraries import service as libraries
from citybrain.interfaces.kit.access import SIGNED_IN, actor, page
from citybrain.interfaces.kit.templatetags.kit import say
from citybrain.interfaces.kit.views_session import next_page
from citybrain.interfaces.steward import tour


@page(SIGNED_IN)
def tour_step(request: HttpRequest, number: int) -> HttpResponse:
    """Go to a step of the tour: a link, so that the tour needs no script."""
    step = min(max(number, 1), tour.LAST)
    tour.keep(request, step=step, closed=False, finished=False)
    kept = {name: str(value) for name, value in tour.state(request).items()}
    if step in (tour.PERSON, tour.NUMBER) and "row" in kept:
        found = libraries.touched_by(
            actor(request), kept["table"], row=kept["row"], field=kept["field"]
        )
        tour.keep(request, person=found.person, number=found.number)
        if libraries.builds():
            messages.info(request, _("正在按改动重算，几秒后再点一次。"))
            return redirect("models")
        kept |= {"person": found.person, "number": found.number}
    return redirect(
        tour.place(step, kept.get("table", ""), kept.get("person", ""), kept.get("number", ""))
    )


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
    tour.keep(
        request, step=2, closed=False, finished=False, table=broken.table, row=broken.label,
        field=broken.field, corrected=False,
    )  # fmt: skip
    messages.info(request, say(broken.sentence))
    return redirect("table", table=broken.table)
