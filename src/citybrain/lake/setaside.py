"""How a batch writes the rows that are set aside, in the form of its quarantine table."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from citybrain.city.contracts import Contract
from citybrain.lake.asideform import PLACES, TEXTS
from citybrain.lake.checks import DIGITS, Check, CheckContext
from citybrain.lake.explain import CellProblem, explain
from citybrain.lake.sources import Reject
from citybrain.lake.staging import Bad

FLUSH = 2_000


class SetAside:
    """Collects one batch's bad rows into a small Parquet file of the quarantine's form."""

    def __init__(self, contract: Contract, path: Path, *, batch_id: str) -> None:
        self.path = path
        self.rows = 0
        self._contract = contract
        self._batch_id = batch_id
        self._names = [f.name for f in contract.fields]
        self._schema = pa.schema(
            [
                *((n, pa.string()) for n in (*self._names, *TEXTS)),
                *((n, pa.int64()) for n in PLACES),
            ]
        )
        self._held: list[dict[str, object]] = []
        self._writer = pq.ParquetWriter(path, self._schema)
        self._seen: dict[str, int] = {}
        self.problems: Counter[str] = Counter()  # rows by field:rule

    @property
    def addresses(self) -> list[str]:
        """The rows that were set aside, each address once."""
        return list(self._seen)

    def add(
        self,
        row: str,
        values: Mapping[str, str | None],
        problems: Iterable[CellProblem],
        *,
        number: int | None = None,
    ) -> None:
        """One row with its texts as delivered, and what is wrong with it."""
        listed = list(problems)
        self._put(
            row,
            {
                **{n: values.get(n) for n in self._names},
                "_number": number,
                "_reasons": " ".join(sorted({f"{p.field}:{p.rule}" for p in listed})),
                "_problems": json.dumps([p.as_dict() for p in listed], ensure_ascii=False),
            },
        )

    def add_reject(self, reject: Reject) -> None:
        """A record that could not be read: its text, and where it lies in the file."""
        problem = CellProblem(
            field="", rule=reject.rule, sentence=reject.sentence, sentence_en=reject.sentence_en
        )
        self._put(
            f"{self._contract.id}/bytes {reject.first_byte}-{reject.last_byte}",
            {
                "_raw": reject.text,
                "_number": reject.number or None,
                "_first_byte": reject.first_byte,
                "_last_byte": reject.last_byte,
                "_reasons": f":{reject.rule}",
                "_problems": json.dumps([problem.as_dict()], ensure_ascii=False),
            },
        )

    def add_bad(
        self,
        connection: duckdb.DuckDBPyConnection,
        bad: Bad,
        checks: tuple[Check, ...],
        about: CheckContext,
        *,
        line: Callable[[int], int],
    ) -> None:
        """Everything the stream kept back, with a sentence for each check that failed.

        ``line`` tells where in the source the row of a number stands.
        """
        fields = {f.name: f for f in self._contract.fields}
        for batch in bad.batches(connection):
            for row in batch.to_pylist():
                raw = row["_raw"]
                failed = _telling([checks[i] for i in row["_why"] if i is not None])
                problems = [explain(check, raw, fields, about) for check in failed]
                number = row["_number"] and line(row["_number"])
                self.add(row["_away"], raw, problems, number=number)

    def close(self) -> None:
        """Finish the file."""
        self._flush()
        self._writer.close()

    def _put(self, row: str, cells: dict[str, object]) -> None:
        self.problems.update(str(cells["_reasons"]).split())
        times = self._seen[row] = self._seen.get(row, 0) + 1
        address = row if times == 1 else f"{row}#{times}"
        marks = {
            "_row": address,
            "_batch": self._batch_id,
            "_contract": self._contract.version,
        }
        self._held.append(cells | marks)
        self.rows += 1
        if len(self._held) >= FLUSH:
            self._flush()

    def _flush(self) -> None:
        if self._held:
            self._writer.write_table(pa.Table.from_pylist(self._held, schema=self._schema))
            self._held = []


def _telling(failed: list[Check]) -> list[Check]:
    """The checks that say something: a number that lost digits breaks other rules by that alone."""
    cut = {check.field.name for check in failed if check.rule.name == DIGITS}
    return [c for c in failed if c.rule.name == DIGITS or c.field.name not in cut]
