"""What verification may find, and how it is said, Chinese first."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from citybrain.base.wording import counted

# kind → (Chinese, English); filled with the problem's own facts.
_SENTENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "edited": (
            "第 {number} 条记录被改动：登记的叶哈希是 {stored}，按现在的内容算出 {computed}。",
            "Entry {number} was edited: its leaf was recorded as {stored}, its content now"
            " gives {computed}.",
        ),
        "unreadable": (
            "第 {number} 条记录无法读取：它的字段不再是留痕的字段。",
            "Entry {number} cannot be read: its fields are no longer those of an entry.",
        ),
        "deleted": (
            "第 {number} 条记录被删除：登记的叶哈希是 {stored}，库中已没有这一条。",
            "Entry {number} was deleted: its leaf was recorded as {stored}, and no such entry"
            " is left.",
        ),
        "reordered": (
            "第 {number} 条记录被调换：这里现在放着第 {other} 条的内容。",
            "Entry {number} was reordered: the content of entry {other} stands in its place.",
        ),
        "inserted": (
            "第 {number} 条记录是塞进来的：它不在树中。",
            "Entry {number} was inserted: it is not in the tree.",
        ),
        "truncated": (
            "留痕被截断：曾有 {other} 条，现在只有 {number} 条。",
            "The ledger was truncated: it had {others}, now it has {number}.",
        ),
        "size": (
            "树的计数（ledger_tree.size）被改动：它说有 {number} 条，树上有 {other} 片叶。",
            "The tree's count (ledger_tree.size) was changed: it says {entries}, and the tree"
            " has leaves of {others}.",
        ),
        "forked": (
            "检查点（{number} 条）与树不符：签名的根是 {stored}，算出的根是 {computed}。",
            "The checkpoint over {entries} does not fit the tree: the signed root is"
            " {stored}, the computed one {computed}.",
        ),
        "signature": (
            "{where}中的检查点（{number} 条）不是本留痕的密钥签的。",
            "The checkpoint over {entries} in {where_en} was not signed by this ledger's key.",
        ),
        "checkpoint-missing": (
            "{where}中缺少检查点（{number} 条），别处有它。",
            "The checkpoint over {entries} is missing in {where_en}, and is held elsewhere.",
        ),
        "no-checkpoint": (
            "留痕有 {number} 条，却没有一个检查点。",
            "The ledger holds {entries} and not one checkpoint.",
        ),
        "tree": (
            "树的第 {other} 层第 {number} 块与它下面的哈希不符。",
            "Tile {number} of level {other} of the tree does not fit the hashes below it.",
        ),
        "copy": (
            "热备副本的第 {number} 行与树不符：登记 {stored}，副本算出 {computed}。",
            "Line {number} of the hot copy does not fit the tree: recorded {stored}, the copy"
            " gives {computed}.",
        ),
        "copy-short": (
            "热备副本只有 {number} 行，留痕有 {other} 条。",
            "The hot copy has {lines}, the ledger {others}.",
        ),
        "purpose": (
            "第 {number} 条记录的用途文字与它的摘要不符。",
            "The words of entry {number}'s purpose do not fit their digest.",
        ),
        "more": (
            "另有 {number} 处问题没有逐一列出。",
            "Not listed one by one: {problems} more.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is not what was signed.

    ``number`` is the entry's (for checkpoints and truncation a count of entries); hashes are
    hex, empty where none apply. ``then`` and ``now`` are an entry's fields where both are
    known; ``restorable`` says that the hot copy holds the true entry.
    """

    kind: str
    number: int
    sentence: str
    sentence_en: str
    stored: str = ""
    computed: str = ""
    then: Mapping[str, Any] | None = None
    now: Mapping[str, Any] | None = None
    restorable: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for machine-readable output."""
        return {
            "kind": self.kind, "number": self.number, "sentence": self.sentence,
            "sentence_en": self.sentence_en, "stored": self.stored, "computed": self.computed,
            "then": dict(self.then) if self.then else None,
            "now": dict(self.now) if self.now else None, "restorable": self.restorable,
        }  # fmt: skip


def problem(
    kind: str, number: int, *, other: int = 0, stored: bytes | None = None,
    computed: bytes | None = None, where: tuple[str, str] = ("", ""), **facts: Any,
) -> Problem:  # fmt: skip
    """A problem with its sentences; hashes are shortened in them and whole beside them."""
    texts = _SENTENCES[kind]
    words = {
        "number": f"{number:,}", "other": f"{other:,}", "where": where[0], "where_en": where[1],
        "stored": _short(stored), "computed": _short(computed),
        "entries": counted(number, "entry"), "others": counted(other, "entry"),
        "lines": counted(number, "line"), "problems": counted(number, "problem"),
    }  # fmt: skip
    return Problem(
        kind=kind,
        number=number,
        sentence=texts[0].format(**words),
        sentence_en=texts[1].format(**words),
        stored=stored.hex() if stored else "",
        computed=computed.hex() if computed else "",
        **facts,
    )


def _short(value: bytes | None) -> str:
    return f"{value.hex()[:16]}…" if value else "—"


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was recomputed and what was found. ``root`` is hex; ``seconds`` how long it took.

    ``put_back`` are the sizes of checkpoints that the database lacked and their copies held: a
    crash leaves them so, and so does who deletes them there; nothing of them was lost.
    """

    entries: int
    size: int
    root: str
    checkpoints: int
    problems: tuple[Problem, ...]
    seconds: float = 0.0
    put_back: tuple[int, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for machine-readable output."""
        return {
            "entries": self.entries, "size": self.size, "root": self.root,
            "checkpoints": self.checkpoints, "seconds": round(self.seconds, 3),
            "problems": [found.as_dict() for found in self.problems],
            "put_back": list(self.put_back),
        }  # fmt: skip

    def render(self) -> str:
        """Sentences for a terminal."""
        head = (
            f"{counted(self.entries, 'entry')} and "
            f"{counted(self.checkpoints, 'checkpoint')} were recomputed in {self.seconds:.1f} s.\n"
        )
        for size in self.put_back:
            head += (
                f"The checkpoint over {counted(size, 'entry')} was missing in the database and was "
                "put back from its copies: it was deleted there, or the machine stopped while it "
                "was being written.\n"
            )
        if not self.problems:
            return head + ("Nothing else was changed." if self.put_back else "Nothing was changed.")
        said = (one.sentence_en for one in self.problems)
        return head + "\n".join(said)
