"""Refusals of the catalogue that a page answers with their own status."""

from citybrain.base.errors import CityError


class Unknown(CityError):  # noqa: N818 - what the reader is told, not a fault
    """There is no such thing, or none that the reader may know of."""

    status = 404


class Withheld(CityError):  # noqa: N818 - what the reader is told, not a fault
    """Payload is not handed out: the record or the file it would come from is not whole."""

    status = 409
