"""Where a system's data are: looked up by the connection's name, never kept in the city.

Looked up in this order: the environment (``CITYBRAIN_CONNECTION_<NAME>``), the installation's
``connections.yml``, and the ``connections.yml`` of the folder in ``CITYBRAIN_SYSTEMS``; where that
is not set, of a rehearsal within the home, as ``make up`` writes it, so that a second terminal
needs no setting. A path in a file is relative to that file.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from citybrain.base.errors import CityError
from citybrain.base.files import write_durably
from citybrain.lake.home import Home
from citybrain.lake.sources import Connection

_SCHEMES = {
    "sqlite": "sqlite",
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "files": "files",
}
_PATHS = ("sqlite", "files")


def connection(name: str, url: str, *, base: Path | None = None) -> Connection:
    """A connection from its URL; ``base`` is what a relative path in it is relative to."""
    scheme = _SCHEMES.get(urlsplit(url).scheme)
    if scheme is None:
        raise CityError(
            f"The connection {name} has an address that cannot be used",
            why="it begins with none of sqlite:// postgresql:// mysql:// mariadb:// files://",
            do="Write for example postgresql://user:password@host/database",
            where=name,
        )
    if scheme in _PATHS:
        url = f"{scheme}://{_place(url.split('://', 1)[1], base)}"
    return Connection(name=name, url=url, scheme=scheme)


def _place(written: str, base: Path | None) -> Path:
    """The path of a URL, whether it was written with two slashes, three or four.

    ``sqlite:////data/a.db`` and ``sqlite:///data/a.db`` are both /data/a.db; the latter is
    data/a.db where no such file lies at the root but one lies beside ``base``, because other
    tools write relative paths so.
    """
    path = Path("/" + written.lstrip("/")) if written.startswith("/") else Path(written)
    if base is None:
        return path
    beside = base / written.lstrip("/")
    if path.is_absolute():
        return beside.resolve() if not path.exists() and beside.exists() else path
    return (base / path).resolve()


def connection_of(name: str, url: str) -> Connection:
    """A connection as a person types it; a relative path is relative to where she stands."""
    return connection(name, url, base=Path.cwd())


def remember(home: Home, kept: Connection) -> Path:
    """Keep a connection in the installation's file, which only its owner may read."""
    file = home.connections_file
    listed = {**_listed(file), kept.name: kept.url}
    text = yaml.safe_dump({"connections": listed}, allow_unicode=True, sort_keys=True)
    write_durably(file, text, mode=0o600)
    return file


def path_of(where: Connection) -> Path:
    """The file or folder that a ``sqlite`` or ``files`` connection names."""
    return Path(where.url.split("://", 1)[1])


def refuse_own(
    where: Connection, home: Home, environ: Mapping[str, str], *, files: str = ""
) -> None:
    """``CityError`` for a source that is this installation's state, or a rehearsal's truth.

    ``files`` is the pattern of a table's files: a folder may hold the home beside a
    department's files, and then none of the home's may be read by it.
    """
    if where.scheme in _PATHS:
        place, root = path_of(where).resolve(), home.root.resolve()
        own = _is_state(place, root)
        if not own and files and where.scheme == "files" and root.is_relative_to(place):
            own = any(_is_state(found.resolve(), root) for found in place.glob(files))
    else:
        kept = ("CITYBRAIN_LAKE_URL", "CITYBRAIN_CONTROL_URL", "CITYBRAIN_DATABASE_URL")
        own = any(_database(where.url) == _database(environ.get(name, "")) for name in kept)
    if own:
        raise CityError(
            f"{address(where)} is no department's system",
            why="it holds the state of this installation, or the truth that a rehearsal keeps "
            "to be measured by",
            do="Name a database or a folder that a department delivers",
            where=where.name,
        )


def _is_state(path: Path, root: Path) -> bool:
    """Within the home, but for a rehearsal's systems; a truth lies beside its systems."""
    truths = (p for p in (path, *path.parents) if p.suffix == ".truth")
    if any(truth.with_suffix("").is_dir() for truth in truths):
        return True
    return path.is_relative_to(root) and not path.is_relative_to(root / "rehearsal")


def _database(url: str) -> tuple[str, int, str] | None:
    """Host, port and name of a server's database; None where the URL names none."""
    parts = urlsplit(url)
    scheme = _SCHEMES.get(parts.scheme.partition("+")[0], "")
    if scheme not in ("postgresql", "mysql"):
        return None
    host = "127.0.0.1" if parts.hostname in (None, "localhost") else str(parts.hostname)
    return host, parts.port or (5432 if scheme == "postgresql" else 3306), parts.path


def address(where: Connection) -> str:
    """The URL without its password, for messages."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1@", where.url)


def resolve(name: str, home: Home, environ: Mapping[str, str]) -> Connection:
    """The connection of that name; ``CityError`` says the three places when it is in none."""
    own = variable(name)
    if environ.get(own):
        return connection(name, environ[own], base=Path.cwd())
    places = [home.connections_file, _rehearsed(home, environ) / "connections.yml"]
    for file in places:
        url = _listed(file).get(name)
        if url:
            return connection(name, url, base=file.parent)
    raise CityError(
        f"The connection {name} is not known",
        why=f"neither {own} nor {' nor '.join(str(p) for p in places)} names it",
        do=f"Set {own}, or add a line '{name}: URL' to {home.connections_file}; "
        "for a rehearsal, set CITYBRAIN_SYSTEMS to the folder that citybrain simulate wrote",
        where=name,
    )


def _rehearsed(home: Home, environ: Mapping[str, str]) -> Path:
    given = environ.get("CITYBRAIN_SYSTEMS")
    return Path(given) if given else home.rehearsal_systems


def variable(name: str) -> str:
    """The environment's variable that wins over the files.

    >>> variable("civil-affairs")
    'CITYBRAIN_CONNECTION_CIVIL_AFFAIRS'
    """
    return "CITYBRAIN_CONNECTION_" + re.sub(r"\W", "_", name).upper()


def _listed(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    listed = content.get("connections", content) if isinstance(content, dict) else {}
    return {str(k): _url(v) for k, v in listed.items()}


def _url(entry: object) -> str:
    return str(entry.get("url", "")) if isinstance(entry, dict) else str(entry)
