"""Facets of OpenLineage events, each with the version of its schema."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from citybrain.city.contracts import Contract
from citybrain.lake.models.follow import Source
from citybrain.lake.models.lineage import Lineage
from citybrain.lake.quality.reading import ColumnMeasure, Measure, RuleMeasure
from citybrain.lake.views import Column

PRODUCER = "https://citybrain.invalid/openlineage"
SPEC = "https://openlineage.io/spec"
EVENT = f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"
Facet = dict[str, Any]
# How a source column was used: type and subtype in the words of the standard.
_USED = {
    "direct": ("DIRECT", "IDENTITY"),
    "fallback": ("DIRECT", "TRANSFORMATION"),
    "transform": ("DIRECT", "TRANSFORMATION"),
}
_DECIDED = {
    "filter": "FILTER",
    "join": "JOIN",
    "group": "GROUP_BY",
    "window": "WINDOW",
    "case": "CONDITIONAL",
}
# Our rules and expectations that the standard has a class for.
_CLASSES = {"required": "not_null", "key_conflict": "unique", "grain": "unique"}


def facet(kind: str, number: str, /, **content: Any) -> Facet:
    """A facet of that schema and version."""
    pointer = f"{SPEC}/facets/{number}/{kind}.json#/$defs/{kind}"
    return {"_producer": PRODUCER, "_schemaURL": pointer, **content}


def schema(columns: Sequence[Column]) -> Facet:
    """Columns with their types and meaning."""
    fields = [
        _filled({"name": c.name, "type": c.type, "description": c.doc, "ordinal_position": place})
        for place, c in enumerate(columns, 1)
    ]
    return facet("SchemaDatasetFacet", "1-2-0", fields=fields)


def source_schema(contract: Contract) -> Facet:
    """Columns as the department holds them."""
    fields = [
        _filled({"name": f.source, "description": f.description, "ordinal_position": place})
        for place, f in enumerate(contract.fields, 1)
    ]
    return facet("SchemaDatasetFacet", "1-2-0", fields=fields)


def data_source(name: str, uri: str) -> Facet:
    """Where a dataset lives; never an address that holds a password."""
    return facet("DatasourceDatasetFacet", "1-0-1", name=name, uri=uri)


def version(snapshot: int) -> Facet:
    """The snapshot that was read or written."""
    return facet("DatasetVersionDatasetFacet", "1-0-1", datasetVersion=str(snapshot))


def collected_lineage(contract: Contract, namespace: str, name: str) -> Facet:
    """Column lineage of collecting: each field from the one column that the contract names."""
    fields = {
        field.name: {
            "inputFields": [
                {
                    "namespace": namespace,
                    "name": name,
                    "field": field.source,
                    "transformations": [{"type": "DIRECT", "subtype": _cast(field.type)}],
                }
            ]
        }
        for field in contract.fields
    }
    return facet("ColumnLineageDatasetFacet", "1-2-0", fields=fields)


def _cast(type_: str) -> str:
    return "IDENTITY" if type_ == "string" else "TRANSFORMATION"


def model_lineage(told: Lineage, namespace: str) -> Facet:
    """Column lineage of a model; what only decided which rows there are stands under dataset."""
    fields = {
        column: {"inputFields": _inputs(sources, namespace)}
        for column, sources in told.columns.items()
    }
    return facet(
        "ColumnLineageDatasetFacet",
        "1-2-0",
        fields=fields,
        dataset=_inputs(told.conditions, namespace),
    )


def _inputs(sources: Iterable[Source], namespace: str) -> list[dict[str, Any]]:
    """The sources, each column once with every way in which it was used."""
    used: dict[tuple[str, str], list[dict[str, str]]] = {}
    for source in sources:
        ways = used.setdefault((source.table, source.column), [])
        way = _way(source)
        if way not in ways:
            ways.append(way)
    return [
        {"namespace": namespace, "name": table, "field": column, "transformations": ways}
        for (table, column), ways in used.items()
    ]


def _way(source: Source) -> dict[str, str]:
    if source.how in ("statistic", "count"):
        kind, subtype = "DIRECT", "AGGREGATION"
    elif source.kind == "condition":
        kind, subtype = "INDIRECT", _DECIDED.get(source.how, "CONDITIONAL")
    else:
        kind, subtype = _USED.get(source.kind, ("DIRECT", "TRANSFORMATION"))
    return {"type": kind, "subtype": subtype}


def metrics(
    measure: Measure, columns: Iterable[ColumnMeasure], *, changed_at: datetime | None
) -> Facet:
    """Rows, and empty values per column, as quality measured them.

    ``changed_at`` is when the rows that were measured came; None where the lake forgot it.
    """
    changed = {"lastUpdated": changed_at.isoformat()} if changed_at else {}
    return facet(
        "DataQualityMetricsDatasetFacet",
        "1-0-1",
        rowCount=measure.delivered,
        **changed,
        captureDate=measure.measured_at.isoformat(),
        columnMetrics={
            one.field: {"nullCount": max(measure.delivered - one.filled, 0), "count": one.filled}
            for one in columns
        },
    )


def assertions(rules: Iterable[RuleMeasure]) -> Facet:
    """Every promise of the contract, and whether all rows kept it."""
    return _asserted(
        _filled({**_assertion(one.rule, one.rule), "success": one.failed == 0, "column": one.field})
        for one in rules
    )


def expectations(broken: Mapping[str, int]) -> Facet:
    """A model's expectations, and whether they held."""
    return _asserted(
        {**_assertion(name, "custom_sql"), "name": name, "success": rows == 0}
        for name, rows in broken.items()
    )


def _asserted(listed: Iterable[Facet]) -> Facet:
    return facet("DataQualityAssertionsDatasetFacet", "1-1-0", assertions=list(listed))


def _assertion(ours: str, otherwise: str) -> Facet:
    """The class of a test in the standard's words, and our own name where it is another."""
    known = _CLASSES.get(ours)
    return {"assertion": known, "name": ours} if known else {"assertion": otherwise}


def output_statistics(rows: int) -> Facet:
    """Rows that were written."""
    return facet("OutputStatisticsOutputDatasetFacet", "1-0-2", rowCount=rows)


def job_type(kind: str) -> Facet:
    """What sort of job it is."""
    return facet(
        "JobTypeJobFacet", "2-0-4", processingType="BATCH", integration="CITYBRAIN", jobType=kind
    )


def sql(text: str) -> Facet:
    """The SELECT of a model, as ``query`` lets it out."""
    return facet("SQLJobFacet", "1-1-0", query=text, dialect="duckdb")


def error(message: str) -> Facet:
    """Why a run failed."""
    return facet("ErrorMessageRunFacet", "1-0-1", message=message, programmingLanguage="PYTHON")


def parent(run_id: str, namespace: str, name: str) -> Facet:
    """The run of which this one is a part."""
    return facet(
        "ParentRunFacet", "1-2-0", run={"runId": run_id}, job={"namespace": namespace, "name": name}
    )


def _filled(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in content.items() if value != ""}
