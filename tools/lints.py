"""Lints of the house that no ready-made tool knows; ``python -m tools.lints`` runs them.

==========  ==============================================================================
rule        refuses
==========  ==============================================================================
clock       reading the time anywhere but in ``citybrain.base.clock``
sql         SQL put together from pieces and handed to ``execute``, in engines and above
timeout     a network call that may wait for ever
orm         rows written through ``.objects`` outside the engines
content     names of a shipped city's places and departments in Python: they are content
english     a refusal that is said in Chinese only: terminals speak English
secret      private keys, access tokens, passwords inside URLs
path        paths of one machine
==========  ==============================================================================

There is no comment that switches a rule off: code changes, or the rule does.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeGuard

import yaml

from tools.lint_sql import built_sql, called
from tools.measure import ROOT, python_files

CLOCK = "src/citybrain/base/clock.py"
_TIMES = {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "django.utils.timezone.now",
    "django.db.models.functions.Now",
    "sqlalchemy.func.now",
    "sqlalchemy.func.current_timestamp",
    "sqlalchemy.sql.func.now",
}
# These convert the time they are given, and read it only when given none.
_TIMES_BY_DEFAULT = {
    "time.localtime",
    "time.gmtime",
    "django.utils.timezone.localtime",
    "django.utils.timezone.localdate",
}
_FIELD_CLOCKS = {"auto_now", "auto_now_add"}
_ABOVE_LAKE = ("engines", "interfaces", "config")
_WAITS = {
    f"requests.{verb}"
    for verb in ("get", "post", "put", "patch", "delete", "head", "options", "request")
} | {"urllib.request.urlopen", "socket.create_connection"}
_WRITES = {
    "create",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "acreate",
    "aupdate",
    "adelete",
}
_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|\b[a-z][a-z0-9+]*://[^\s/:@'\"{}<>]+:(?!password@)[^\s/@'\"{}<>*]+@(?!127\.0\.0\.1)"
)
_CHINESE = re.compile("[\u4e00-\u9fff]")
_PATHS = re.compile(r"(?<![\w.])(/home/|/root/|/Users/|/work/|[A-Z]:\\\\?Users\\)\w")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One place that breaks a rule, with what to do instead."""

    file: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}: {self.message}"


Hit = tuple[int, str]
Rule = Callable[[ast.Module, "Names", str], Iterator[Hit]]


class Names:
    """What the names of a module stand for, by its import statements."""

    def __init__(self, tree: ast.Module) -> None:
        self._known: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    # ``import a.b`` binds ``a``; ``import a.b as c`` binds the whole.
                    whole = alias.name if alias.asname else alias.name.split(".")[0]
                    self._known[alias.asname or whole] = whole
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    self._known[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def full(self, node: ast.AST) -> str:
        """The dotted name an expression refers to, from the imported module on; else empty."""
        if isinstance(node, ast.Name):
            return self._known.get(node.id, "")
        if isinstance(node, ast.Attribute):
            owner = self.full(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        return ""


def check_source(text: str, file: str) -> list[Finding]:
    """Every finding in the text of one Python file; ``file`` is its path in the repository."""
    tree = ast.parse(text)
    names = Names(tree)
    found = [
        Finding(file=file, line=line, rule=rule, message=message)
        for rule, check in RULES.items()
        for line, message in check(tree, names, file)
    ]
    return sorted(found + check_text(text, file), key=lambda f: (f.line, f.rule))


def check_text(text: str, file: str) -> list[Finding]:
    """Secrets and paths of one machine in the text of any file."""
    found: list[Finding] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if _SECRETS.search(line):
            message = "A secret stands here; keep it in the environment or the home, and renew it."
            found.append(Finding(file=file, line=number, rule="secret", message=message))
        if _PATHS.search(line):
            message = "This path exists on one machine; derive it from the repository or the home."
            found.append(Finding(file=file, line=number, rule="path", message=message))
    return found


def _clock(tree: ast.Module, names: Names, file: str) -> Iterator[Hit]:
    if file == CLOCK:
        return
    # References count as well as calls: ``default=timezone.now`` reads the time later.
    for node in ast.walk(tree):
        if isinstance(node, (ast.Attribute, ast.Name)) and names.full(node) in _TIMES:
            yield node.lineno, f"{names.full(node)} reads the time; take a clock or now= instead."
        if _is_bare_call(node) and names.full(node.func) in _TIMES_BY_DEFAULT:
            yield node.lineno, f"{names.full(node.func)}() reads the time; give it one."
        if isinstance(node, ast.keyword) and node.arg in _FIELD_CLOCKS:
            yield node.lineno, f"{node.arg} reads the time by itself; set the field from now=."


def _is_bare_call(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and not (node.args or node.keywords)


def _sql(tree: ast.Module, _: Names, file: str) -> Iterator[Hit]:
    if _floor(file) in _ABOVE_LAKE:
        for line in built_sql(tree):
            yield line, "This SQL is put together from pieces; pass parameters."


def _timeout(tree: ast.Module, names: Names, _: str) -> Iterator[Hit]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        given = {k.arg for k in call.keywords}
        name = names.full(call.func)
        if name in _WAITS and not given & {"timeout", None}:
            yield call.lineno, f"{name} may wait for ever; give it a timeout=."


def _orm(tree: ast.Module, _: Names, file: str) -> Iterator[Hit]:
    if _floor(file) == "engines" or not file.startswith("src/"):
        return
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if called(call) in _WRITES and "objects" in _attributes(call.func):
            yield call.lineno, "Rows are written by an engine's service, not from here."


def _content(tree: ast.Module, _: Names, file: str) -> Iterator[Hit]:
    if not file.startswith("src/"):
        return
    told = {id(docstring) for docstring in _docstrings(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            named = next((name for name in shipped_names() if name in node.value), "")
            if named:
                yield node.lineno, f"{named} is content; read it from the city's folder."


def _docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    """Texts that explain: examples in them may name a real place."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _english(tree: ast.Module, _: Names, file: str) -> Iterator[Hit]:
    if _floor(file) != "engines":
        return
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        refusal = called(call)[:1].isupper() and {k.arg for k in call.keywords} & {"why", "do"}
        said = [*call.args, *(k.value for k in call.keywords)] if refusal else []
        for part in said:
            if isinstance(part, (ast.Constant, ast.JoinedStr)) and _CHINESE.search(ast.dump(part)):
                yield part.lineno, "This is Chinese only; say both(chinese, english)."


@cache
def shipped_names() -> tuple[str, ...]:
    """Chinese names of the shipped cities' divisions and departments, longest first."""
    names: set[str] = set()
    for path in (ROOT / "cities").glob("*/d*/*.yml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        names |= {entry["name"] for entry in content.get("divisions", [])}
        names |= {content["title"]} if "title" in content else set()
    return tuple(sorted(names, key=len, reverse=True))


RULES: dict[str, Rule] = {
    "clock": _clock,
    "sql": _sql,
    "timeout": _timeout,
    "orm": _orm,
    "content": _content,
    "english": _english,
}


def _floor(file: str) -> str:
    parts = Path(file).parts
    return parts[2] if parts[:2] == ("src", "citybrain") and len(parts) > 2 else ""


def _attributes(node: ast.AST) -> set[str]:
    return {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def check_repository() -> list[Finding]:
    """Every finding in the repository's code, docs and shipped cities."""
    found: list[Finding] = []
    for path in python_files("src", "tools", "bench"):
        found += check_source(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    for path in _texts():
        found += check_text(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    return found


def _texts() -> Iterator[Path]:
    endings = {".md", ".yml", ".yaml", ".toml", ".html", ".js", ".css", ".sql", ".json"}
    yield from (p for p in ROOT.iterdir() if p.is_file() and p.suffix in endings)
    for folder in ("src", "docs", "cities", "changes"):
        files = (ROOT / folder).rglob("*")
        yield from (p for p in files if p.suffix in endings and "vendor" not in p.parts)


def main() -> int:
    """Print every finding; 1 when there is one."""
    found = check_repository()
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
