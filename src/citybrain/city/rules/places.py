"""Files stand where they belong, under the name they carry, once."""

from collections.abc import Callable, Collection, Iterator
from pathlib import PurePosixPath

from citybrain.city.document import Document
from citybrain.city.finding import Finding
from citybrain.city.folder import Folder
from citybrain.city.rules.view import View
from citybrain.city.shape import as_day
from citybrain.city.words import did_you_mean

_ALONE = {"README.md", "README.zh-CN.md", "LICENSE"}


def root_files(folder: Folder, known: Collection[str]) -> Iterator[Finding]:
    """``city.yml`` is there, and everything else lies in a folder of a known kind."""
    if "city.yml" not in folder.documents:
        yield Finding(
            file="city.yml",
            line=0,
            key="",
            rule="city-missing",
            message="The folder has no city.yml.",
            remedy="Write it with name, title and division of the city.",
        )
    seen: set[str] = set()
    for file in sorted([*folder.documents, *folder.others]):
        top = PurePosixPath(file).parts[0]
        if file == "city.yml" or top in known or top in _ALONE or top in seen:
            continue
        seen.add(top)
        kind = "folder" if "/" in file else "file"
        yield Finding(
            file=file,
            line=0,
            key="",
            rule="unknown-folder" if kind == "folder" else "misplaced-file",
            message=f"Nothing reads the {kind} '{top}'.",
            remedy=did_you_mean(top, known) or f"Known folders are {', '.join(sorted(known))}.",
        )


def placed(view: View, kind: str, *, depth: int) -> Iterator[Finding]:
    """Files of the kind are YAML, at the right depth, and no two have the same name."""
    first: dict[str, str] = {}
    for file in (f for f in view.folder.others if f.startswith(f"{kind}/")):
        if PurePosixPath(file).name not in _ALONE:
            yield _misplaced(file, "Only .yml and .yaml files are read here.")
    for document in view.folder.under(kind):
        path = PurePosixPath(document.file)
        if len(path.parts) != depth:
            form = "/".join([kind, *["<system>"] * (depth - 2), "<name>.yml"])
            yield _misplaced(document.file, f"Files of this kind are named {form}.")
        place = str(path.with_suffix(""))
        if place in first:
            yield document.finding(
                (),
                "duplicate-id",
                f"'{document.stem}' is described twice, also in {first[place]}.",
                "Delete one of the files.",
            )
        first.setdefault(place, document.file)


def _misplaced(file: str, message: str) -> Finding:
    remedy = "Move the file, or delete it."
    return Finding(file=file, line=0, key="", rule="misplaced-file", message=message, remedy=remedy)


def named(view: View, kind: str) -> Iterator[Finding]:
    """``name`` inside a file is the file's own name."""
    for document, content in view.contents(kind):
        yield from same_name(document, content.get("name"), ("name",))


def same_name(document: Document, name: object, path: tuple[str | int, ...]) -> Iterator[Finding]:
    """The name that stands at ``path`` is the file's name."""
    if isinstance(name, str) and name != document.stem:
        yield document.finding(
            path,
            "name-differs",
            f"The file is named '{document.stem}', and the name inside is '{name}'.",
            f"Write {document.stem}, or rename the file.",
        )


def dates_in_order(
    document: Document, content: object, path: tuple[str | int, ...] = ()
) -> Iterator[Finding]:
    """``since`` is not after ``until``."""
    if not isinstance(content, dict):
        return
    since, until = as_day(content.get("since")), as_day(content.get("until"))
    if since and until and since > until:
        yield document.finding(
            (*path, "until"),
            "dates-reversed",
            f"It ends on {until}, before it began on {since}.",
            "Correct one of the two days.",
        )


def kind_files(kind: str, *, depth: int = 2) -> Callable[[View], Iterator[Finding]]:
    """The rule :func:`placed` for one kind of file."""
    return lambda view: placed(view, kind, depth=depth)


def kind_names(kind: str) -> Callable[[View], Iterator[Finding]]:
    """The rule :func:`named` for one kind of file."""
    return lambda view: named(view, kind)
