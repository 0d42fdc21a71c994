"""What the rows of libraries are called in addresses and in the record.

A person or company has an id that tells nothing. A row of any other library is named by its
key, which may hold a number of a person: it goes by that key sealed under the installation's
secret, so that its name is always the same, cannot be found by trying, and leads back to it.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import sha512
from typing import TYPE_CHECKING

from django.conf import settings

from citybrain.engines.libraries.errors import Unknown
from citybrain.engines.libraries.wiring import both
from citybrain.lake.libraries.model import Library
from citybrain.lake.resolve.identity import is_id

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV


def id_of(library: Library, entity_id: str) -> str:
    """What a row is called: its entity's id, or its key's values joined by ``|``, sealed."""
    if library.entity != "none":
        return entity_id
    sealed = _seal(str(settings.SECRET_KEY)).encrypt(entity_id.encode(), [library.name.encode()])
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def entity_of(library: Library, name: str) -> str:
    """The entity's id, or the key, that a row is called by; refuses a name that is none.

    So that a number of a person, written where an id belongs, never enters the record, which
    keeps it for good.
    """
    if library.entity != "none":
        if not is_id(name):
            raise _no_row(library, name)
        return name
    from cryptography.exceptions import InvalidTag

    try:
        sealed = urlsafe_b64decode(name + "=" * (-len(name) % 4))
        return _seal(str(settings.SECRET_KEY)).decrypt(sealed, [library.name.encode()]).decode()
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise _no_row(library, name) from error


def _no_row(library: Library, name: str) -> Unknown:
    return Unknown(
        both(f"{library.title}里没有这一行", f"The library {library.name} has no such row"),
        why=both("地址不全，或来自另一套系统", "the address is cut off, or of another city"),
        do=both("请在库中查找", "Search for it in the library"),
        where=name,
    )


def thing_of(library: Library, entity_id: str) -> str:
    """``person:<id>``, ``licence:<sealed key>``: so that the record names nobody."""
    kind = library.entity if library.entity != "none" else library.name
    return f"{kind}:{id_of(library, entity_id)}"


@lru_cache(maxsize=1)
def _seal(secret: str) -> "AESSIV":
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    return AESSIV(sha512(b"citybrain: names of rows\n" + secret.encode()).digest())
