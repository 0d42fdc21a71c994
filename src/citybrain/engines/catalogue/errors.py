"""Refusals of the catalogue that a page answers with their own status."""

from citybrain.base.errors import CityError


class Unknown(CityError):
    """There is no such thing, or none that the reader may know of."""

    status = 404


class Withheld(CityError):
    """Payload is not handed out: the record or the file it would come from is not whole."""

    status = 409
