"""Refusals of the libraries that a page answers with their own status."""

from citybrain.base.errors import CityError


class Unknown(CityError):  # noqa: N818 - what the reader is told, not a fault
    """There is no such model, record or query, or none that the reader may know of."""

    status = 404
