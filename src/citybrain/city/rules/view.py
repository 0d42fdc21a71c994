"""What a rule looks at: the parsed files and the city that was read from them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from citybrain.city.document import Document
from citybrain.city.folder import Folder
from citybrain.city.model import City


@dataclass(frozen=True, kw_only=True)
class View:
    """The folder's documents beside what they mean."""

    folder: Folder
    city: City

    def contents(self, folder: str) -> Iterator[tuple[Document, Mapping[str, Any]]]:
        """Every document below a folder whose content is a group of properties."""
        for document in self.folder.under(folder):
            if isinstance(document.value, dict):
                yield document, document.value
