"""Doors that open a room only when something is taken out of it.

A door is a module that names what others may use of the modules behind it. Where one command
needs one of a hundred names, importing all of them is most of its time. So the door imports for
the type checker only, and hands out the rest by need::

    if TYPE_CHECKING:
        from citybrain.engines.work.queue import enqueue
    else:
        __getattr__ = opener(__name__, __file__)
"""

import ast
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path


def opener(name: str, file: str) -> Callable[[str], object]:
    """``__getattr__`` of the module ``name``, whose source is ``file``.

    It imports what the module imports under ``if TYPE_CHECKING:``, each name when it is first
    asked for; ``AttributeError`` for any other.
    """
    places: dict[str, tuple[str, str]] = {}

    def get(wanted: str) -> object:
        if not places:
            places.update(_imports(Path(file)))
        if wanted not in places:
            raise AttributeError(f"module {name!r} has no attribute {wanted!r}")
        module, original = places[wanted]
        found = getattr(import_module(module), original)
        setattr(sys.modules[name], wanted, found)
        return found

    return get


def open_wide(name: str) -> None:
    """Import everything behind a door, for a server that is not to stop for it later."""
    door = import_module(name)
    for wanted in door.__all__:
        getattr(door, wanted)


def _imports(file: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    """Names that stand under ``if TYPE_CHECKING:``, each with its module and its name there."""
    for block in ast.parse(file.read_bytes()).body:
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING":
            for line in block.body:
                if isinstance(line, ast.ImportFrom) and line.module:
                    for one in line.names:
                        yield one.asname or one.name, (line.module, one.name)
