"""Integrity: verify, cheat, repair; the record of who looked, and its proofs."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from citybrain.base.errors import CityError
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue.service import SeenPage, SeenRow
from citybrain.engines.guard.service import may
from citybrain.interfaces.kit import words
from citybrain.interfaces.kit.access import OWN, actor, page
from citybrain.interfaces.kit.twins import as_json, download, twin
from citybrain.interfaces.steward import tour

PAGE = 50


@page("work.read")
def integrity(request: HttpRequest) -> HttpResponse:
    """What the last verification found, what is refused because of it, how to repair."""
    who = actor(request)
    may_take = may(who, "ledger.read", "ledger:").allowed
    context = {"view": catalogue.integrity(who), "may_take_evidence": may_take}
    return render(request, "steward/integrity.html", context)


@page("work.read")
def integrity_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """The page as JSON; as CSV the list of verifications."""
    view = catalogue.integrity(actor(request))
    if suffix == "json":
        return as_json(view)
    rows = view.verifications
    return twin(rows, suffix, name="verifications", of=catalogue.VerificationRow)


@page("lake.verify", "POST")
def integrity_verify(request: HttpRequest) -> HttpResponse:
    """Compute every hash and the whole tree again."""
    catalogue.verify_now(actor(request))
    return redirect("integrity")


@page("lake.cheat", "POST")
def integrity_cheat(request: HttpRequest) -> HttpResponse:
    """In a rehearsal: flip one byte, edit one entry, and look what the verification says."""
    who = actor(request)
    catalogue.cheat(who)
    catalogue.verify_now(who)
    return redirect("integrity")


@page("lake.restore", "POST")
def integrity_repair(request: HttpRequest) -> HttpResponse:
    """One step of the repair: restore a file, restore an entry, or verify again."""
    who, action = actor(request), request.POST.get("action", "")
    argument = request.POST.get("argument", "")
    if action == "restore_file":
        catalogue.restore_file(who, argument)
        messages.success(request, _("文件已从备份恢复，哈希与登记的相同。"))
    elif action == "restore_record" and argument.isdecimal():
        catalogue.restore_record(who, int(argument))
        messages.success(request, _("记录已恢复，叶哈希与签名时的相同。"))
    elif action != "verify":
        raise CityError(_("没有这一步。"), do=_("请回到完整性页面再选。"), where=action)
    if catalogue.verify_now(who).state == "whole":
        tour.keep(request, finished=True)
    return redirect("integrity")


@page("ledger.read")
def evidence(request: HttpRequest) -> HttpResponse:
    """Everything somebody else needs to judge: problems, proofs, checkpoints, keys."""
    return download(catalogue.evidence(actor(request)))


def _filters(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip() for name in ("who", "action", "thing")}


def _seen(request: HttpRequest) -> SeenPage:
    text = request.GET.get("offset", "0")
    offset = int(text) if text.isdecimal() else 0
    filters = _filters(request)
    return catalogue.seen_by(
        actor(request),
        filters["thing"],
        who=filters["who"],
        action=filters["action"],
        offset=offset,
        limit=PAGE,
    )


@page(OWN)
def record(request: HttpRequest) -> HttpResponse:
    """Who looked at what, when and why."""
    view, filters = _seen(request), _filters(request)
    context = {
        "view": view,
        "filters": {**filters, "any": any(filters.values())},
        "query_string": urlencode({name: value for name, value in filters.items() if value}),
        "actions": words.ACTIONS.items(),
        "me": actor(request).username,
        "last_shown": min(view.offset + len(view.rows), view.total),
        "previous_offset": max(view.offset - view.limit, 0),
    }
    return render(request, "steward/record.html", context)


@page(OWN)
def record_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """The same rows, machine-readable."""
    view = _seen(request)
    return as_json(view) if suffix == "json" else twin(view.rows, suffix, name="record", of=SeenRow)


@page(OWN)
def proof(request: HttpRequest, number: int) -> HttpResponse:
    """The proof that one entry is in the record, unchanged."""
    return render(request, "steward/proof.html", {"view": catalogue.proof(actor(request), number)})


@page(OWN)
def proof_twin(request: HttpRequest, number: int, suffix: str) -> HttpResponse:
    """The proof as a bundle to verify elsewhere; as CSV its path."""
    who = actor(request)
    if suffix == "json":
        return download(catalogue.proof_bundle(who, number))
    return twin(catalogue.proof(who, number).path, suffix, name=f"proof-{number}")
