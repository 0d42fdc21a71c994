"""The analysis of a folder that is being checked: made once, asked by every rule."""

from functools import lru_cache

from citybrain.city.rules.view import View
from citybrain.lake.models.analysis import Analysis, analyse
from citybrain.lake.models.registry import in_folder


def analysed(view: View) -> Analysis:
    """What is known of all models of the folder, those of its libraries among them."""
    return _analysed(_Keyed(view)) if view.city.fingerprint else _made(view)


class _Keyed:
    """A folder as a key of the cache: equal files at the same place are the same folder."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.key = (str(view.city.root), view.city.fingerprint)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and other.key == self.key


@lru_cache(maxsize=2)
def _analysed(keyed: _Keyed) -> Analysis:
    return _made(keyed.view)


def _made(view: View) -> Analysis:
    return analyse(view.city, in_folder(view.folder, view.city))
