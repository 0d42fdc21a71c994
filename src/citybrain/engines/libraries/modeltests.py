"""The tests of one model as its page shows them: given, expected, and how they ended last."""

from collections.abc import Iterable, Mapping
from typing import Any

from citybrain.base.wording import both
from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.views_models import TestRow
from citybrain.lake.models.model import Model
from citybrain.lake.models.tested import last
from citybrain.lake.models.testing import model_tests


def tests_of(model: Model) -> tuple[TestRow, ...]:
    """What is written in the city's folder, with the last run over the model's present text."""
    tests = [test for test in model_tests(wiring.city()) if test.model == model.name]
    ran = last(wiring.store(), model, tests) if tests else {}
    rows = []
    for test in tests:
        ended = ran.get(test.name)
        given = (f"{table}\n{_rows(rows_)}" for table, rows_ in test.given.items())
        rows.append(
            TestRow(
                name=test.name,
                title=both(test.title or test.name),
                given="\n".join(given),
                expected=_rows(test.expect),
                state="never" if ended is None else "passed" if ended.passed else "failed",
                said=ended.said if ended else "",
                at=ended.at if ended else None,
            )
        )
    return tuple(rows)


def _rows(rows: Iterable[Mapping[str, Any]]) -> str:
    lines = (", ".join(f"{name}={value}" for name, value in row.items()) for row in rows)
    return "\n".join(lines)
