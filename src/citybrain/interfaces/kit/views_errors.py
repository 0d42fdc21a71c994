"""Error pages: what happened, why, what to do, where; as a page, or as JSON for a twin."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citybrain.base.errors import CityError, ended, is_chinese
from citybrain.engines.catalogue import service as catalogue


def status_of(error: CityError) -> int:
    """The HTTP status an error asks for by its ``status``; 422 when it asks for none."""
    return int(getattr(error, "status", HTTPStatus.UNPROCESSABLE_ENTITY))


def headline(status: int) -> str:
    """One sentence, in the reader's language, for a status."""
    sentences = {
        400: _("这个请求不完整，没有处理。"),
        403: _("这件事没有获准。"),
        404: _("没有找到您要的内容。"),
        409: _("现在做不了这件事。"),
        422: _("这件事没有做成。"),
        500: _("系统出了错，这一页没有做成。"),
    }
    return sentences.get(status, sentences[422])


def error_page(
    request: HttpRequest,
    *,
    status: int,
    what: str = "",
    why: str = "",
    do: str = "",
    where: str = "",
) -> HttpResponse:
    """The page of one error, or JSON when a twin was asked for."""
    parts = {"what": what or headline(status), "why": why, "do": do, "where": where}
    if request.path.endswith((".json", ".csv")):
        return JsonResponse({"error": parts}, status=status)
    context = {"status": status, "headline": headline(status), "error": parts}
    return render(request, "kit/error.html", context, status=status)


def told(error: CityError) -> dict[str, str]:
    """The four parts of an error in the reader's language.

    The lake speaks English only, for notebooks and terminals: a Chinese page says first in
    Chinese what is known of such a failure, and then what the lake said.
    """
    english = get_language() == "en"
    parts = error.as_dict(english=english)
    if english or is_chinese(parts["what"]):
        return parts
    sentence = error.in_english()
    said = catalogue.said(sentence).zh
    known = said if said != sentence else headline(status_of(error))
    return {"what": known, "why": sentence, "do": "", "where": ""}


def told_in_a_line(error: CityError) -> str:
    """What, why and what to do, as one line above a form."""
    parts = told(error)
    between = " " if get_language() == "en" else ""
    stop = "." if between else "。"
    said = (parts["what"], parts["why"], parts["do"])
    return between.join(ended(part, stop) for part in said if part)


def told_reason(error: CityError) -> str:
    """Why it was refused, beside the field that it is about; what happened where no why is."""
    parts = told(error)
    return parts["why"] or parts["what"]


def refusal(request: HttpRequest, error: CityError) -> HttpResponse:
    """The page of an error that already speaks in sentences."""
    return error_page(request, status=status_of(error), **told(error))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handler for 400."""
    return error_page(request, status=400, do=_("请回到上一页再试。"))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handler for 403."""
    return error_page(request, status=403, do=_("需要的话，请联系本单位的数据专员。"))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handler for 404."""
    return error_page(
        request,
        status=404,
        why=_("地址可能写错了，或者这张表已不在城市目录里。"),
        do=_("请检查地址，或回到首页。"),
        where=request.path,
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Handler for 500: drawn without a database, which may be what failed."""
    context = {"status": 500, "headline": headline(500), "plain": True}
    return render(request, "kit/fault.html", context, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our own page, or came after the session ended."""
    return error_page(
        request,
        status=403,
        what=_("这个表单没有提交成功。"),
        why=_("页面打开太久，或者您在别处退出了登录，表单的安全标记失效了"),
        do=_("请回到上一页，刷新后再提交；填写的内容没有被保存。"),
        where=reason,
    )
