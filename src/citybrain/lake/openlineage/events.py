"""OpenLineage events of collecting runs and of model builds, oldest first."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from citybrain.base.errors import CityError
from citybrain.city.model import City
from citybrain.lake.database import reading
from citybrain.lake.models.heads import content_of
from citybrain.lake.models.registry import models
from citybrain.lake.models.remembered import analysed
from citybrain.lake.models.results import REFUSED
from citybrain.lake.models.tables import history
from citybrain.lake.openlineage import facets, failures
from citybrain.lake.openlineage.query import without_people
from citybrain.lake.quality.formula import formula
from citybrain.lake.quality.reading import Book, Measure, column_measures, rules_of
from citybrain.lake.tables import batches

if TYPE_CHECKING:
    from citybrain.lake.models.analysis import Analysis
    from citybrain.lake.models.model import Model
    from citybrain.lake.store import Store
    from citybrain.lake.views import SnapshotInfo

Event = dict[str, Any]
_IDS = uuid.UUID("6f8f3a0e-6f0c-5a3f-9a53-3a4f7b0f6d11")  # the namespace of our run ids


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One run in the words of the standard."""

    id: str
    job: str
    job_facets: Mapping[str, Any]
    run_facets: Mapping[str, Any]
    inputs: Sequence[Mapping[str, Any]]
    outputs: Sequence[Mapping[str, Any]]
    started_at: str
    finished_at: str
    error: str


def run_uuid(name: str) -> str:
    """The id of a run of ours as the standard wants it; the same for the same name."""
    return str(uuid.uuid5(_IDS, name))


def events(store: "Store", city: City, *, run: str = "", limit: int = 1000) -> list[Event]:
    """The events of one run, or of the newest ``limit`` runs, oldest first."""
    scene = _Scene(store, city)
    made = [
        event
        for one in (*scene.collected(run, limit), *scene.built(run, limit))
        for event in _events(one, scene.city_space)
    ]
    return sorted(made, key=lambda event: (str(event["eventTime"]), event["run"]["runId"]))


def _events(run: _Run, namespace: str) -> Iterator[Event]:
    yield _event(run, namespace, "START", run.started_at, run.inputs, [])
    ended = "FAIL" if run.error else "COMPLETE"
    yield _event(run, namespace, ended, run.finished_at, run.inputs, run.outputs)


def _event(
    run: _Run,
    namespace: str,
    kind: str,
    at: str,
    inputs: Sequence[Mapping[str, Any]],
    outputs: Sequence[Mapping[str, Any]],
) -> Event:
    about = dict(run.run_facets)
    if kind == "FAIL":
        about["errorMessage"] = facets.error(run.error)
    return {
        "eventType": kind,
        "eventTime": at,
        "producer": facets.PRODUCER,
        "schemaURL": facets.EVENT,
        "run": {"runId": run.id, "facets": about},
        "job": {"namespace": namespace, "name": run.job, "facets": dict(run.job_facets)},
        "inputs": list(inputs),
        "outputs": list(outputs),
    }


class _Scene:
    """A city's lake, and how its datasets are called."""

    def __init__(self, store: "Store", city: City) -> None:
        self.store, self.city = store, city
        self.city_space = f"citybrain://{city.name}"
        self.lake_space = f"{self.city_space}/lake"
        self._tables = set(store.tables())
        self._kept: dict[str, Mapping[int, SnapshotInfo]] = {}
        self._book = Book(store, city, formula(city))

    # Collecting

    def collected(self, run: str, limit: int) -> Iterator[_Run]:
        """Every delivery of every table."""
        statement = select(batches).order_by(batches.c.started_at.desc()).limit(limit)
        if run:
            statement = statement.where(batches.c.run_id == run)
        with reading(self.store.engine) as connection:
            rows = connection.execute(statement).all()
        return (self._collected(row) for row in rows if row.table in self.city.contracts)

    def _collected(self, row: Any) -> _Run:
        contract = self.city.contracts[row.table]
        space = f"{self.city_space}/systems/{contract.system}"
        fetch = self.city.systems[contract.system].tables.get(contract.table)
        name = fetch.source if fetch else contract.table
        return _Run(
            id=run_uuid(row.batch_id),
            job=f"collect.{row.table}",
            job_facets={"jobType": facets.job_type("COLLECT")},
            run_facets={
                "parent": facets.parent(run_uuid(row.run_id), self.city_space, "collect"),
            },
            inputs=[
                {
                    "namespace": space,
                    "name": name,
                    "facets": {
                        "schema": facets.source_schema(contract),
                        "dataSource": facets.data_source(contract.system, space),
                    },
                }
            ],
            outputs=self._deliveries(row, space, name),
            started_at=row.started_at,
            finished_at=row.finished_at,
            error=failures.not_collected(row.table, row.run_id, row.error) if row.error else "",
        )

    def _deliveries(self, row: Any, space: str, name: str) -> list[dict[str, Any]]:
        contract = self.city.contracts[row.table]
        lineage = {"columnLineage": facets.collected_lineage(contract, space, name)}
        if row.error:
            return [self._output(contract.lake_table, None, lineage)]
        about = {**lineage, **self._quality(row.table, row.snapshot_id)}
        made = [self._written(contract.lake_table, row.snapshot_id, row.accepted, about)]
        if row.quarantined:
            made.append(self._written(contract.quarantine_table, None, row.quarantined, lineage))
        return made

    def _written(
        self, table: str, snapshot: int | None, rows: int, about: Mapping[str, Any]
    ) -> dict[str, Any]:
        statistics = {"outputStatistics": facets.output_statistics(rows)}
        return {**self._output(table, snapshot, about), "outputFacets": statistics}

    def _output(self, table: str, snapshot: int | None, about: Mapping[str, Any]) -> dict[str, Any]:
        """A dataset that a job writes; of a run that failed, all that is told.

        It is named after a failure too: a catalogue (Marquez) takes what the last run that
        ended named for what the job reads and writes, and would cut the table off its job.
        """
        return {
            "namespace": self.lake_space,
            "name": table,
            "facets": {**self._dataset(table, snapshot), **about},
        }

    def _dataset(self, table: str, snapshot: int | None) -> dict[str, Any]:
        found: dict[str, Any] = {"dataSource": facets.data_source("lake", self.lake_space)}
        if table in self._tables:
            found["schema"] = facets.schema(self.store.columns(table))
        if snapshot:
            found["version"] = facets.version(snapshot)
        return found

    def _measure(self, table: str, snapshot: int | None) -> Measure | None:
        """The newest measure of that snapshot, or of the table when none is named."""
        listed = self._book.history(table)
        fitting = [one for one in listed if snapshot is None or one.snapshot_id == snapshot]
        return fitting[-1] if fitting else None

    def _quality(self, table: str, snapshot: int | None) -> dict[str, Any]:
        measure = self._measure(table, snapshot)
        if measure is None:
            return {}
        return {
            "dataQualityMetrics": self._metrics(measure),
            "dataQualityAssertions": facets.assertions(rules_of(self.store, measure)),
        }

    def _metrics(self, measure: Measure) -> dict[str, Any]:
        columns = column_measures(self.store, measure.id)
        return facets.metrics(measure, columns, changed_at=self._changed_at(measure))

    def _changed_at(self, measure: Measure) -> datetime | None:
        """When the rows that were measured came: merging files since then changed none."""
        known = self._snapshots(f"ods.{measure.table}")
        measured = known.get(measure.snapshot_id)
        content = known.get(content_of(measured))
        return content.committed_at if content else None

    def _snapshots(self, table: str) -> "Mapping[int, SnapshotInfo]":
        """The snapshots that the lake still keeps, read once for all runs of the table."""
        if table not in self._kept:
            listed = self.store.snapshots(table) if table in self._tables else ()
            self._kept[table] = {one.snapshot_id: one for one in listed}
        return self._kept[table]

    # Models

    def built(self, run: str, limit: int) -> Iterator[_Run]:
        """Every build of every model that the city still has."""
        statement = select(history).order_by(history.c.id.desc()).limit(limit)
        if run:
            statement = statement.where(history.c.run_id == run)
        with reading(self.store.engine) as connection:
            rows = connection.execute(statement).all()
        return (self._built(row) for row in rows if row.model in self._models)

    @cached_property
    def _models(self) -> "Mapping[str, Model]":
        return models(self.city)

    @cached_property
    def _analysis(self) -> "Analysis | None":
        try:
            return analysed(self.store, self.city, self._models)
        except CityError:
            return None  # a mistake in a model costs the column lineage, not the events

    def _built(self, row: Any) -> _Run:
        model, told = self._models[row.model], self._analysis
        failed = bool(row.error) or not (row.snapshot_id or row.how == "view")
        broken: Mapping[str, int] = json.loads(row.expectations or "{}")
        refused = broken if row.status == REFUSED else {}
        inputs = told.graph.inputs.get(row.model, ()) if told else ()
        return _Run(
            id=run_uuid(f"{row.run_id}/{row.model}/{row.id}"),
            job=f"model.{row.model}",
            job_facets=_model_job(model),
            run_facets={"parent": facets.parent(run_uuid(row.run_id), self.city_space, "build")},
            inputs=[self._input(table) for table in inputs],
            outputs=[self._model_output(row, refused if failed else broken, failed=failed)],
            started_at=row.started_at,
            finished_at=row.finished_at,
            error=failures.not_built(row.model, row.error or "", refused) if failed else "",
        )

    def _model_output(self, row: Any, tested: Mapping[str, int], *, failed: bool) -> dict[str, Any]:
        """The model's table; after a failure it still holds what an earlier run wrote."""
        lineage = self._analysis.lineage.get(row.model) if self._analysis else None
        about: dict[str, Any] = {}
        if lineage and lineage.known:
            about["columnLineage"] = facets.model_lineage(lineage, self.lake_space)
        if tested:
            about["dataQualityAssertions"] = facets.expectations(tested)
        if failed:
            return self._output(row.model, None, about)
        return self._written(row.model, row.snapshot_id, row.rows, about)

    def _input(self, table: str) -> dict[str, Any]:
        about = self._dataset(table, None)
        measure = self._measure(table.removeprefix("ods."), None)
        if table.startswith("ods.") and measure:
            about["dataQualityMetrics"] = self._metrics(measure)
        return {"namespace": self.lake_space, "name": table, "facets": about}


def _model_job(model: "Model") -> dict[str, Any]:
    told = {"jobType": facets.job_type("MODEL")}
    query = without_people(model.sql)
    if query:
        told["sql"] = facets.sql(query)
    return told
