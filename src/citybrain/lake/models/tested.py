"""How each test of a model ended when it ran last, and whether that still says anything."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from citybrain.base.hashing import canonical_json, sha256_bytes
from citybrain.city import City
from citybrain.lake.database import reading, writing
from citybrain.lake.models.fingerprint import made_by
from citybrain.lake.models.model import Model, ModelTest
from citybrain.lake.models.registry import models
from citybrain.lake.models.tables import tests as tests_table
from citybrain.lake.models.testing import TestResult, model_tests
from citybrain.lake.store import Store


@dataclass(frozen=True, kw_only=True)
class Tested:
    """A test's last run over the text that the model has now."""

    passed: bool
    said: str
    at: datetime


def remember(store: Store, city: City, results: Sequence[TestResult]) -> None:
    """Keep how tests ended, each with the text it ran over."""
    every, said = models(city), {(t.model, t.name): t for t in model_tests(city)}
    rows = [
        {
            "model": one.model,
            "name": one.name,
            "key": _key(every[one.model], said[one.model, one.name]),
            "passed": one.passed,
            "said": "\n".join(one.lines()),
            "at": store.clock.now().isoformat(),
        }
        for one in results
        if one.model in every
    ]
    columns = tests_table.c
    with writing(store.engine) as connection:
        for row in rows:
            connection.execute(
                delete(tests_table).where(
                    columns.model == row["model"], columns.name == row["name"]
                )
            )
        if rows:
            connection.execute(insert(tests_table), rows)


def last(store: Store, model: Model, tests: Sequence[ModelTest]) -> Mapping[str, Tested]:
    """The last runs by the test's name; a run over another text or other rows is none."""
    with reading(store.engine) as connection:
        rows = connection.execute(
            select(tests_table).where(tests_table.c.model == model.name)
        ).all()
    keys = {test.name: _key(model, test) for test in tests}
    return {
        row.name: Tested(passed=row.passed, said=row.said, at=datetime.fromisoformat(row.at))
        for row in rows
        if keys.get(row.name) == row.key
    }


def _key(model: Model, test: ModelTest) -> str:
    told = json.loads(json.dumps(asdict(test), default=str))
    return sha256_bytes(canonical_json([made_by(model), told]))
