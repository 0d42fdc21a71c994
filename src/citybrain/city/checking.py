"""Checking a whole folder: everything wrong is said, in the order of files and lines."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from citybrain.base.errors import CityError
from citybrain.city.finding import Finding
from citybrain.city.folder import Folder, read_folder
from citybrain.city.kinds import BASE_KINDS, Kind
from citybrain.city.loading import load_folder
from citybrain.city.model import City
from citybrain.city.rules.consequences import without_consequences
from citybrain.city.rules.places import root_files
from citybrain.city.rules.view import View
from citybrain.city.schema import ODCS, schema, write_schema


def check(path: Path | str, *, kinds: Sequence[Kind] = BASE_KINDS) -> list[Finding]:
    """Every finding of the folder, sorted by file and line; empty when it may be applied.

    Raises ``CityError`` only when there is no folder at that path.
    """
    return check_folder(read_city_folder(path), kinds=kinds)[1]


def read_city_folder(path: Path | str) -> Folder:
    """The parsed folder; ``CityError`` when there is none."""
    require_folder(path)
    return read_folder(path)


def require_folder(path: Path | str) -> None:
    """``CityError`` when there is no folder at that path."""
    if not Path(path).is_dir():
        raise CityError(
            f"There is no city at {path}",
            why="it is not a folder",
            do="Name the folder that holds city.yml, with --city or CITYBRAIN_CITY",
        )


def check_folder(folder: Folder, *, kinds: Sequence[Kind]) -> tuple[City, list[Finding]]:
    """The city of a parsed folder, and every finding."""
    loaded = load_folder(folder)
    view = View(folder=folder, city=loaded.city)
    found: list[Finding] = [*loaded.findings]
    found += root_files(folder, {kind.folder for kind in kinds if kind.folder})
    for kind in kinds:
        found += kind.check(view)
    judged = without_consequences(found, folder.documents.values())
    return loaded.city, _told_once(judged, loaded.findings)


def _told_once(found: Iterable[Finding], unread: Iterable[Finding]) -> list[Finding]:
    """One finding per place and rule; what could not be read is not said again by a schema."""
    traps = {(finding.file, finding.key) for finding in unread}
    kept: dict[tuple[str, str, str], Finding] = {}
    for finding in found:
        place = (finding.file, finding.key)
        if place in traps and not finding.rule.startswith(("yaml-", "file-")):
            continue
        kept.setdefault((*place, finding.rule), finding)
    return sorted(kept.values())


def write_schemas(to: Path | str, *, kinds: Sequence[Kind] = BASE_KINDS) -> list[Path]:
    """Write one JSON Schema per kind of file, and the standard's own beside them."""
    target = Path(to)
    target.mkdir(parents=True, exist_ok=True)
    contents = {kind.name: kind.schema() for kind in kinds} | {ODCS: schema(ODCS)}
    return [write_schema(name, content, target) for name, content in contents.items()]
