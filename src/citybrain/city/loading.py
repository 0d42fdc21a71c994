"""Loading a city's folder: whatever can be read is read, whatever cannot becomes a finding."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TypeVar

from citybrain.city import odcs, reading
from citybrain.city.contracts import Contract
from citybrain.city.folder import Folder, read_folder
from citybrain.city.model import City, Division, Loaded
from citybrain.city.shape import mapping, text

T = TypeVar("T")


def load(path: Path | str) -> Loaded:
    """The city in that folder, as far as it can be read, and what cannot be.

    Never raises for content; the city of a folder without ``city.yml`` is named after it.
    ``check`` says everything that is wrong, this only what could not be read at all.
    """
    return load_folder(read_folder(path))


def load_folder(folder: Folder) -> Loaded:
    """The same for files that are already parsed."""
    findings = [f for document in folder.documents.values() for f in document.findings]
    return Loaded(city=_city(folder), findings=tuple(sorted(findings)))


def _city(folder: Folder) -> City:
    root = folder.documents.get("city.yml")
    head = mapping(root.value if root else None)
    name = text(head, "name", folder.root.name)
    return City(
        name=name,
        title=text(head, "title", name),
        title_en=text(head, "title_en"),
        brand=text(head, "brand"),
        brand_en=text(head, "brand_en"),
        division=text(head, "division"),
        timezone=text(head, "timezone", "Asia/Shanghai"),
        root=folder.root,
        fingerprint=folder.fingerprint,
        departments=_named(folder, "departments", reading.department),
        divisions=_divisions(folder),
        years={
            y.year: y for y in _named(folder, "calendar", reading.calendar_year).values() if y.year
        },
        codelists=_named(folder, "codelists", reading.codelist),
        systems=_named(folder, "systems", reading.system),
        contracts=_contracts(folder),
        roles=_named(folder, "roles", reading.role),
        texts={d.stem: reading.language(mapping(d.value)) for d in folder.under("texts")},
    )


def _named(folder: Folder, kind: str, make: Callable[..., T]) -> dict[str, T]:
    """One thing per file, by the name of the file; files without a mapping are left out."""
    return {
        document.stem: make(document.value, name=document.stem, file=document.file)
        for document in folder.under(kind)
        if isinstance(document.value, dict)
    }


def _divisions(folder: Folder) -> dict[str, Division]:
    found: dict[str, Division] = {}
    for document in folder.under("divisions"):
        found |= reading.divisions(mapping(document.value), file=document.file)
    return found


def contract_place(file: str) -> tuple[str, str] | None:
    """System and table of ``sources/<system>/<table>.yaml``; None for any other place."""
    parts = PurePosixPath(file).parts
    return (parts[1], PurePosixPath(file).stem) if len(parts) == 3 else None


def _contracts(folder: Folder) -> dict[str, Contract]:
    found: dict[str, Contract] = {}
    for document in folder.under("sources"):
        place = contract_place(document.file)
        if place and isinstance(document.value, dict):
            system, table = place
            made = odcs.contract(document.value, system=system, table=table, file=document.file)
            found[made.id] = made
    return found
