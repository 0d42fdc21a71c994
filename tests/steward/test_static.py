"""Static files under ASGI: whole, with the headers of a cache, and without a warning."""

import asyncio
import warnings
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application

ADDRESS = "/static/kit/tokens.css"


def asked(method: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer that the server would get from Django."""

    async def ask() -> tuple[int, dict[str, str], bytes]:
        scope: dict[str, Any] = {
            "type": "http", "http_version": "1.1", "method": method, "path": ADDRESS,
            "query_string": b"", "scheme": "http", "server": ("127.0.0.1", 80),
            "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
        }  # fmt: skip
        browser = ApplicationCommunicator(get_asgi_application(), scope)
        await browser.send_input({"type": "http.request", "body": b""})
        start = await browser.receive_output(30)
        body, more = b"", True
        while more:
            part = await browser.receive_output(30)
            body, more = body + part.get("body", b""), part.get("more_body", False)
        found = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        return start["status"], found, body

    return asyncio.run(ask())


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_static_file_is_sent_whole_and_without_a_warning(method: str) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        status, headers, body = asked(method, {})
        again, _headers, nothing = asked(method, {"if-none-match": headers["etag"]})
    assert [str(one.message) for one in said if "synchronous" in str(one.message)] == []
    assert (status, headers["content-type"]) == (200, 'text/css; charset="utf-8"')
    assert len(body) == (int(headers["content-length"]) if method == "GET" else 0)
    assert "max-age" in headers["cache-control"]
    assert (again, nothing) == (304, b"")
