"""A Parquet file as an Iceberg data file: checked, then described (lake recipe R1).

pyiceberg's own ``add_files`` accepts files that later lose rows without an error (a decimal of
another scale, swapped field ids, a file without ids); here each is refused before the commit.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from citybrain.base.errors import CityError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import FileMetaData
    from pyiceberg.manifest import DataFile
    from pyiceberg.schema import Schema

_SPARK_LEGACY = b"org.apache.spark.legacyDateTime"
_FIELD_ID = b"PARQUET:field_id"


def describe(path: Path, location: str, schema: "Schema", properties: dict[str, str]) -> "DataFile":
    """The Iceberg entry of the Parquet file at ``path``, with counts and bounds.

    ``CityError`` when its columns, types or field ids are not exactly those of ``schema``.
    """
    from pyarrow import parquet
    from pyiceberg.io.pyarrow import (
        compute_statistics_plan,
        data_file_statistics_from_parquet_metadata,
        parquet_path_to_id_mapping,
    )
    from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
    from pyiceberg.typedef import Record

    footer = parquet.read_metadata(path)
    check_footer(footer, schema, where=str(path))
    statistics = data_file_statistics_from_parquet_metadata(
        footer,
        compute_statistics_plan(schema, properties),
        parquet_path_to_id_mapping(schema),
    )
    return DataFile.from_args(
        content=DataFileContent.DATA,
        file_path=location,
        file_format=FileFormat.PARQUET,
        partition=Record(),
        file_size_in_bytes=path.stat().st_size,
        sort_order_id=None,
        spec_id=0,
        equality_ids=None,
        key_metadata=None,
        **statistics.to_serialized_dict(),
    )


def check_footer(footer: "FileMetaData", schema: "Schema", *, where: str) -> None:
    """Refuse a file whose columns, types or ids differ from the table's; raises ``CityError``."""
    from pyiceberg.io.pyarrow import schema_to_pyarrow

    if footer.metadata and _SPARK_LEGACY in footer.metadata:
        raise _refused("its dates before 1582 were written by Spark's legacy calendar", where)
    # Columns come in the table's order from our own writer; another order is as good.
    found = {f.name: _ided(f) for f in footer.schema.to_arrow_schema()}
    expected = {f.name: _ided(f) for f in schema_to_pyarrow(schema)}
    for column in expected.keys() - found.keys():
        raise _refused(f"it has no column {column}", where)
    for column in found.keys() - expected.keys():
        raise _refused(f"its column {column} is not in the table", where)
    for column, (kind, identifier) in expected.items():
        if found[column] != (kind, identifier):
            raise _refused(
                f"its column {column} is {found[column][0]} with field id {found[column][1]}, "
                f"the table's is {kind} with field id {identifier}",
                where,
            )


def _ided(field: "pa.Field") -> tuple[str, str]:
    identifier = (field.metadata or {}).get(_FIELD_ID, b"none").decode()
    return str(field.type).replace("large_", ""), identifier


def _refused(why: str, where: str) -> CityError:
    return CityError(
        "A data file was refused",
        why=why,
        do="Write it through NewFile.copy_sql, which takes names, types and ids from the table",
        where=where,
    )
