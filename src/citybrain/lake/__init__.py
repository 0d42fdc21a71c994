"""The data plane, without Django: departments' tables as a lake that can be asked and trusted.

Five lines in a notebook::

    from citybrain.lake import open_lake

    lake = open_lake("var", city="cities/xuancheng")
    lake.tables()
    lake.query("SELECT count(*) AS n FROM ods.civil.marriages").to_pylist()
    lake.status()

Importing this package is cheap; DuckDB, Arrow and Iceberg are loaded when first needed.
"""

from typing import TYPE_CHECKING

from citybrain.base.doors import opener

if TYPE_CHECKING:
    from citybrain.lake.face import Lake, open_lake
else:
    __getattr__ = opener(__name__, __file__)

__all__ = ["Lake", "open_lake"]
