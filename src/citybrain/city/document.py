"""One YAML file as plain values with the line of every key, its traps refused.

YAML reads ``no`` as false, ``012`` as ten, ``1.10`` as 1.1, ``12:30`` as 750 and the key
``1`` as a number; a city's codes, versions and hours would change silently. Each such place
becomes a finding, the value is kept as it was written, and the rest of the file is read on.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import isfinite
from pathlib import PurePosixPath
from typing import Any

import yaml

from citybrain.city.finding import Finding, dotted

MAX_BYTES = 4_000_000
MAX_DEPTH = 40
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
# Python refuses to read integers of thousands of digits; forty are beyond any type here.
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,39})\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+\Z")
_SCIENTIFIC = re.compile(r"-?[0-9]\.[0-9]+e[-+][0-9]{1,3}\Z")
_QUOTE = "Put it in quotes, so that it stays as it is written."


@dataclass(kw_only=True)
class Document:
    """A parsed file: ``value`` is dicts, lists, str, int, float, bool and None only."""

    file: str
    value: Any = None
    findings: list[Finding] = field(default_factory=list)
    node: Any = None
    body_line: int = 0  # where the text below a header begins, in files that have one

    @property
    def stem(self) -> str:
        """The file's name without its ending: the name of what it describes."""
        return PurePosixPath(self.file).stem

    def line(self, path: Sequence[str | int]) -> int:
        """The 1-based line of a key or list element, or of the nearest one around it."""
        if self.body_line and path and path[0] == "sql":
            return self.body_line
        node, line = self.node, 1
        for part in path:
            step = _step(node, part)
            if step is None:
                break
            marked, node = step
            line = marked.start_mark.line + 1
        return line

    def add(self, path: Sequence[str | int], rule: str, message: str, remedy: str) -> None:
        """Note a finding at that place of this file."""
        self.findings.append(self.finding(path, rule, message, remedy))

    def finding(
        self, path: Sequence[str | int], rule: str, message: str, remedy: str, *, line: int = 0
    ) -> Finding:
        """A finding at that place of this file, at its line unless another is given."""
        return Finding(
            file=self.file,
            line=line or self.line(path),
            key=dotted(path),
            rule=rule,
            message=message,
            remedy=remedy,
        )


def _step(node: Any, part: str | int) -> tuple[Any, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == part:
                return key, value
    elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None


@lru_cache(maxsize=512)
def parse(data: bytes, *, file: str) -> Document:
    """Parse one file's bytes; never raises, ``value`` is None where nothing can be read.

    Kept by content, because one command reads the folder, its applied copy and what runs;
    a changed byte is parsed anew. Whoever asks again gets the very same document: read it only.
    """
    document = Document(file=file)
    text = _decode(data, document)
    if text is None:
        return document
    try:
        loader = _LOADER(text)
        try:
            document.node = loader.get_single_node()
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        _syntax(error, text, document)
        return document
    if document.node is None:
        document.add((), "yaml-empty", "The file is empty.", "Write its content or delete it.")
        return document
    document.value = _Reader(document).read(document.node, (), 0)
    return document


def _decode(data: bytes, document: Document) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        document.findings.append(
            document.finding(
                (),
                "yaml-encoding",
                f"Byte {error.start} (0x{data[error.start]:02x}) is not UTF-8.",
                "Save the file as UTF-8.",
                line=line,
            )
        )
        return None


def _syntax(error: Exception, text: str, document: Document) -> None:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    indent = written[: len(written) - len(written.lstrip())]
    if "\t" in indent or "\\t" in str(getattr(error, "problem", "")):
        rule, message = "yaml-tab", "The line is indented with a tab, which YAML does not allow."
        remedy = "Use two spaces for each step of indentation."
    else:
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or error
        rule, message = "yaml-syntax", f"The file is not YAML from here on: {problem}."
        remedy = "Correct this line or the one before it; nothing of the file was read."
    document.findings.append(document.finding((), rule, message, remedy, line=line))


class _Reader:
    """Turns nodes into plain values once, and notes every trap it meets."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.seen: set[int] = set()

    def read(self, node: Any, path: tuple[str | int, ...], depth: int) -> Any:
        if id(node) in self.seen:
            # The node's own mark is where the anchor stands, so the key's line is said.
            remedy = "Write the value out again."
            self.document.add(path, "yaml-alias", "An alias stands here.", remedy)
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if depth > MAX_DEPTH:
            self._trap(
                node,
                path,
                "yaml-depth",
                f"Values are nested more than {MAX_DEPTH} deep.",
                "Flatten them.",
            )
            return None
        self._refuse_tag(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(v, (*path, i), depth + 1) for i, v in enumerate(node.value)]
        return self._mapping(node, path, depth)

    def _mapping(self, node: Any, path: tuple[str | int, ...], depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, path)
            here = (*path, key)
            if key in found:
                self._trap(
                    key_node,
                    here,
                    "yaml-duplicate-key",
                    f"The key '{key}' stands twice, first in line {lines[key]}; "
                    "YAML would silently keep the last one.",
                    "Delete one of them.",
                )
                continue
            lines[key] = key_node.start_mark.line + 1
            found[key] = self.read(value_node, here, depth + 1)
        return found

    def _key(self, node: Any, path: tuple[str | int, ...]) -> str:
        if not isinstance(node, yaml.ScalarNode):
            self._trap(node, path, "yaml-key", "A key is not a word.", "Write a plain word.")
            return "?"
        text = str(node.value)
        kind = node.tag.removeprefix(_TAG)
        if kind == "bool":
            self._trap(
                node,
                (*path, text),
                "yaml-boolean-key",
                f"The key {text} is read as {text.lower() in ('yes', 'on', 'true', 'y')} by YAML.",
                _QUOTE,
            )
        elif kind == "merge":
            self._trap(
                node, (*path, text), "yaml-alias", "A merge stands here.", "Write the values out."
            )
        elif kind != "str":
            self._trap(
                node,
                (*path, text),
                "yaml-unquoted-key",
                f"The key {text} is read as {_WORDS.get(kind, kind)} by YAML, not as a code.",
                _QUOTE,
            )
        return text

    def _scalar(self, node: Any, path: tuple[str | int, ...]) -> Any:
        kind, text = node.tag.removeprefix(_TAG), str(node.value)
        if kind in ("str", "timestamp"):
            return text
        if kind == "null":
            return None
        if kind == "bool":
            return self._boolean(node, text, path)
        if kind in ("int", "float"):
            return self._number(node, text, path)
        self._refuse_tag(node, path)
        return text

    def _boolean(self, node: Any, text: str, path: tuple[str | int, ...]) -> Any:
        if text in ("true", "false"):
            return text == "true"
        self._trap(
            node,
            path,
            "yaml-boolean-word",
            f"The word {text} is read as true or false by YAML.",
            "Write true or false, or put it in quotes if it is a word or a code.",
        )
        return text

    def _number(self, node: Any, text: str, path: tuple[str | int, ...]) -> Any:
        if _INTEGER.match(text):
            return int(text)
        if _DECIMAL.match(text) and repr(float(text)) == text:
            return float(text)
        if _SCIENTIFIC.match(text) and isfinite(float(text)):
            return float(text)
        self._trap(
            node,
            path,
            "yaml-number",
            f"YAML reads {text} as another number than it is written.",
            "Put it in quotes if it is a code, a version or an hour; else write it plainly.",
        )
        return text

    def _refuse_tag(self, node: Any, path: tuple[str | int, ...]) -> None:
        kind = node.tag.removeprefix(_TAG)
        if kind not in _PLAIN_TAGS:
            self._trap(
                node,
                path,
                "yaml-tag",
                f"The tag {node.tag} is not known here.",
                "Delete the tag and write a plain value.",
            )

    def _trap(
        self, node: Any, path: tuple[str | int, ...], rule: str, message: str, remedy: str
    ) -> None:
        line = node.start_mark.line + 1
        self.document.findings.append(self.document.finding(path, rule, message, remedy, line=line))


_WORDS = {"int": "a number", "float": "a number", "timestamp": "a date", "null": "nothing"}
_PLAIN_TAGS = {"str", "map", "seq", "int", "float", "bool", "null", "timestamp", "value"}
