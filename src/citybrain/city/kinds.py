"""The Kind protocol: what one sort of file in a city's folder is, and the base kinds.

A floor that understands a sort of file declares its kind; ``config`` lists all of them.
The base kinds are declared here, because every floor reads them.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from citybrain.city import schema as schemas
from citybrain.city.change import Change, details
from citybrain.city.contracts import Contract
from citybrain.city.document import Document
from citybrain.city.finding import Finding
from citybrain.city.folder import Folder
from citybrain.city.model import City, Codelist
from citybrain.city.rules.calendar import calendar
from citybrain.city.rules.codelists import codelists
from citybrain.city.rules.contracts import contracts
from citybrain.city.rules.places import kind_files, kind_names
from citybrain.city.rules.systems import systems
from citybrain.city.rules.units import city_division, departments, divisions
from citybrain.city.rules.view import View
from citybrain.city.versions import breaks

RuleCheck = Callable[[View], Iterator[Finding]]


class Kind(Protocol):
    """One sort of file: its schema, its rules, its differences, its place when applied."""

    @property
    def name(self) -> str:
        """What one such file is called, in the singular."""
        ...

    @property
    def folder(self) -> str:
        """The plural folder below the city's; empty for ``city.yml`` itself."""
        ...

    def schema(self) -> Mapping[str, Any]:
        """The JSON Schema (draft 2020-12) of one file."""
        ...

    def check(self, view: View) -> Iterator[Finding]:
        """Everything that is wrong with the files of this kind."""
        ...

    def diff(self, before: City | None, after: City) -> list[Change]:
        """What was added, changed and removed between two cities."""
        ...

    def apply(self, folder: Folder, to: Path) -> None:
        """Put this kind's files into the copy that will run; raises ``OSError``."""
        ...


@dataclass(frozen=True, kw_only=True)
class FileKind:
    """A kind with one file per thing, or few things per file.

    ``things`` names them; ``grows`` says that new ones touch nothing that exists, so that
    collecting may take them in on its own; ``parts`` are the properties that grow likewise.
    ``form`` gives the schema of a kind that another floor declares; the base kinds' schemas
    lie beside this module.
    """

    name: str
    folder: str
    things: Callable[[City], Mapping[str, Any]]
    rules: tuple[RuleCheck, ...] = ()
    grows: bool = True
    parts: tuple[str, ...] = ()
    form: Callable[[], Mapping[str, Any]] | None = None

    def schema(self) -> Mapping[str, Any]:
        """The JSON Schema of one file."""
        return self.form() if self.form else schemas.schema(self.name)

    def documents(self, folder: Folder) -> list[Document]:
        """The parsed files of this kind."""
        if self.folder:
            return folder.under(self.folder)
        return [d for file, d in folder.documents.items() if file == f"{self.name}.yml"]

    def check(self, view: View) -> Iterator[Finding]:
        """What breaks the schema, then what breaks the rules between files."""
        from citybrain.city.validate import schema_findings

        for document in self.documents(view.folder):
            yield from schema_findings(document, self.name, self.form)
        for rule in self.rules:
            yield from rule(view)

    def diff(self, before: City | None, after: City) -> list[Change]:
        """What was added, changed and removed, by name."""
        old = self.things(before) if before else {}
        new = self.things(after)
        made = [self._change(name, old.get(name), new.get(name)) for name in {**old, **new}]
        return sorted((change for change in made if change), key=lambda change: change.name)

    def _change(self, name: str, before: Any, after: Any) -> Change | None:
        change = partial(Change, kind=self.name, name=name)
        if before is None:
            return change(action="added", additive=self.grows, file=_file(after))
        if after is None:
            return change(action="removed", breaking=True, file=_file(before))
        found = details(before, after)
        if not found:
            return None
        grown = all(
            d.before is None and d.key.split(".")[0] in self.parts and _new_part(d.key, before)
            for d in found
        )
        return change(
            action="changed",
            details=found,
            breaking=_breaks(before, after),
            additive=grown,
            file=_file(after),
        )

    def apply(self, folder: Folder, to: Path) -> None:
        """Copy the kind's files as they are, comments and all."""
        for document in self.documents(folder):
            target = to / document.file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder.root / document.file, target)


def _file(thing: Any) -> str:
    return str(getattr(thing, "file", "city.yml"))


def _new_part(key: str, before: Any) -> bool:
    """Whether ``tables.persons.mode`` belongs to a table that was not there before."""
    part, _, rest = key.partition(".")
    held: Mapping[str, Any] = getattr(before, part, {})
    return rest.split(".")[0] not in held


def _breaks(before: Any, after: Any) -> bool:
    if isinstance(before, Contract) and isinstance(after, Contract):
        return breaks(before, after)
    if isinstance(before, Codelist) and isinstance(after, Codelist):
        return not set(before.entries) <= set(after.entries)
    return False


def _head(city: City) -> Mapping[str, Any]:
    keys = ("name", "title", "title_en", "brand", "brand_en", "division", "timezone")
    return {"city": {key: getattr(city, key) for key in keys}}


def _texts(city: City) -> Mapping[str, Any]:
    return city.texts


BASE_KINDS: Sequence[Kind] = (
    FileKind(name="city", folder="", things=_head, rules=(city_division,), grows=False),
    FileKind(
        name="department",
        folder="departments",
        things=lambda city: city.departments,
        rules=(kind_files("departments"), kind_names("departments"), departments),
    ),
    FileKind(
        name="division",
        folder="divisions",
        things=lambda city: city.divisions,
        rules=(kind_files("divisions"), divisions),
    ),
    FileKind(
        name="calendar",
        folder="calendar",
        things=lambda city: {str(year): days for year, days in city.years.items()},
        rules=(kind_files("calendar"), calendar),
    ),
    FileKind(
        name="codelist",
        folder="codelists",
        things=lambda city: city.codelists,
        rules=(kind_files("codelists"), kind_names("codelists"), codelists),
        parts=("entries",),
    ),
    FileKind(
        name="system",
        folder="systems",
        things=lambda city: city.systems,
        rules=(kind_files("systems"), kind_names("systems"), systems),
        parts=("tables",),
    ),
    FileKind(
        name="contract",
        folder="sources",
        things=lambda city: city.contracts,
        rules=(kind_files("sources", depth=3), contracts),
    ),
    FileKind(
        name="role",
        folder="roles",
        things=lambda city: city.roles,
        rules=(kind_files("roles"), kind_names("roles")),
        grows=False,  # a duty gives rights, so a person applies it
    ),
    FileKind(name="text", folder="texts", things=_texts, rules=(kind_files("texts"),)),
)
