"""The form of a quarantine table.

It has every field of its contract as text, as it was delivered, and beside them why:
``_reasons`` (field:rule, nothing personal) and ``_problems`` (the sentences, which may repeat
values). ``_row`` is the row's address, with ``#n`` where several rows share one.
"""

from citybrain.city.contracts import Contract
from citybrain.lake.views import Column

PLACES = ("_number", "_first_byte", "_last_byte")
TEXTS = ("_row", "_raw", "_reasons", "_problems", "_batch", "_contract")


def columns(contract: Contract) -> list[Column]:
    """The columns of the contract's quarantine table."""
    fields = [Column(name=f.name, type="string", doc=f.title) for f in contract.fields]
    return [
        *fields,
        *(Column(name=n, type="string") for n in TEXTS),
        *(Column(name=n, type="long") for n in PLACES),
    ]
