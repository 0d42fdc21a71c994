"""Reads a page as a browser would, far enough to judge its markup."""

import re
from collections import Counter
from html.parser import HTMLParser

CHINESE = re.compile(r"[㐀-鿿]")
# Code is no language, and the head's title cannot mark a part of itself.
UNSPOKEN = {"code", "pre", "script", "head"}
TOLD = ("alt", "aria-label", "placeholder", "title")
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Page(HTMLParser):
    """Collects what the house rules of pages speak about."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.language = ""
        self.headings: list[str] = []
        self.ids: Counter[str] = Counter()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.unlabelled: list[str] = []
        self.open_forms: list[str] = []
        self.text = ""
        self.foreign: list[str] = []
        self.told: list[str] = []
        self._marked: list[bool] = []
        self._labels: set[str] = set()
        self._fields: list[tuple[str, dict[str, str]]] = []
        self._open: list[str] = []
        self._form: dict[str, bool] | None = None
        self.feed(html)
        self.close()
        self.unlabelled = [
            f"{tag} {found.get('name', '')}"
            for tag, found in self._fields
            if found.get("id") not in self._labels and not found.get("aria-label")
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        chinese = self._chinese
        if "lang" in found:
            chinese = found["lang"].startswith("zh")
        if tag not in VOID:
            self._open.append(tag)
            self._marked.append(chinese)
        self.told += [found[n] for n in TOLD if not chinese and CHINESE.search(found.get(n, ""))]
        if tag == "html":
            self.language = found.get("lang", "")
        if "id" in found:
            self.ids[found["id"]] += 1
        self._judge(tag, found)
        self._form_of(tag, found)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    @property
    def _chinese(self) -> bool:
        return bool(self._marked) and self._marked[-1]

    def _judge(self, tag: str, found: dict[str, str]) -> None:
        self.addresses += [found[name] for name in ("href", "src", "action") if name in found]
        self.inline += [f"{tag} {name} <" for name in found if "<span" in found[name]]
        self.inline += [f"{tag} {name}" for name in found if name == "style" or name[:2] == "on"]
        if tag == "script" and "src" not in found:
            self.inline.append("script")
        if tag == "style":
            self.inline.append("style")
        if tag == "label":
            self._labels.add(found.get("for", ""))
        hidden = {"hidden", "submit", "button"}
        if tag in {"input", "select", "textarea"} and found.get("type") not in hidden:
            self._fields.append((tag, found))

    def _form_of(self, tag: str, found: dict[str, str]) -> None:
        if tag == "form":
            self._form = {"post": found.get("method", "").lower() == "post", "token": False}
        if self._form is not None and found.get("name") == "csrfmiddlewaretoken":
            self._form["token"] = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            if self._form["post"] and not self._form["token"]:
                self.open_forms.append("form")
            self._form = None
        while self._open and self._close() != tag:
            pass

    def _close(self) -> str:
        self._marked.pop()
        return self._open.pop()

    def handle_data(self, data: str) -> None:
        if "h1" in self._open:
            if self._open[-1] == "h1" and (not self.headings or self.headings[-1].endswith("\n")):
                self.headings.append("")
            self.headings[-1:] = [self.headings[-1] + data] if self.headings else [data]
        if CHINESE.search(data) and not self._chinese and not UNSPOKEN & {*self._open}:
            self.foreign.append(data.strip())
        if "script" not in self._open:
            self.text += data + " "


def faults(html: str, *, language: str = "zh-CN") -> list[str]:
    """Everything about a page that breaks a house rule; empty for a good page."""
    page = Page(html)
    found = []
    if html.count("<h1") != 1:
        found.append(f"{html.count('<h1')} h1")
    if page.language != language:
        found.append(f"lang {page.language}")
    if "演练" not in page.text and "Rehearsal" not in page.text:
        found.append("no mark of rehearsal")
    if language == "en":
        found += [f"Chinese that does not say so: {one}" for one in page.foreign]
    found += [f"inline: {one}" for one in page.inline]
    found += [f"not labelled: {one}" for one in page.unlabelled]
    found += [f"twice: #{one}" for one, count in page.ids.items() if count > 1]
    found += [f"elsewhere: {one}" for one in page.addresses if "://" in one or one[:2] == "//"]
    found += ["a form without a token" for _one in page.open_forms]
    return found
