"""A run's progress and log, in the lake's database, so that any process can show them."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, Select, Update, insert, select, update

from citybrain.base.clock import Clock, Stopwatch
from citybrain.base.errors import CityError
from citybrain.lake.database import reading, writing
from citybrain.lake.results import TableResult
from citybrain.lake.tables import run_log, run_tables, runs

EVERY_SECONDS = 0.3


class Stopped(CityError):  # noqa: N818 - it was asked for, nothing went wrong
    """Someone asked the run to stop."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far one table is; ``expected`` is None where nobody knows."""

    table: str
    phase: str
    rows_read: int
    expected: int | None


class Journal:
    """Writes one run; safe to share between the threads that collect its tables."""

    def __init__(
        self,
        engine: Engine,
        run_id: str,
        *,
        clock: Clock,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.run_id = run_id
        self._engine = engine
        self._clock = clock
        self._progress = progress
        self._lock = threading.Lock()
        self._watches: dict[str, Stopwatch] = {}
        self._expected: dict[str, int | None] = {}

    def begin(self, tables: Sequence[str], *, by: str, kind: str = "collect") -> None:
        """Write the run and its tables, all waiting; a run queued before is taken over."""
        now = self._clock.now().isoformat()
        with writing(self._engine) as connection:
            known = connection.execute(
                select(runs.c.run_id).where(runs.c.run_id == self.run_id)
            ).first()
            if known:
                connection.execute(
                    update(runs).where(runs.c.run_id == self.run_id).values(state="running")
                )
            else:
                connection.execute(
                    insert(runs).values(
                        run_id=self.run_id,
                        started_at=now,
                        state="running",
                        by=by,
                        scope=f"{kind}:{' '.join(tables)}",
                    )
                )
            had = set(
                connection.scalars(
                    select(run_tables.c.table).where(run_tables.c.run_id == self.run_id)
                )
            )
            for position, table in enumerate(tables):
                if table not in had:
                    connection.execute(
                        insert(run_tables).values(
                            run_id=self.run_id, table=table, position=position, phase="waiting"
                        )
                    )

    def phase(self, table: str, phase: str, *, expected: int | None = None) -> None:
        """A table enters a phase: reading or writing."""
        self._watches.setdefault(table, Stopwatch())
        self._expected[table] = expected or self._expected.get(table)
        now = self._clock.now().isoformat()
        self._write(table, phase=phase, rows_expected=self._expected[table], updated_at=now)
        self._tell(table, phase, 0)

    def tick(self, table: str, rows: int, *, expected: int | None = None) -> None:
        """Rows read so far; written at most every 0.3 s. Raises ``Stopped`` when asked to."""
        with self._lock:
            watch = self._watches.setdefault(table, Stopwatch())
            if watch.seconds() < EVERY_SECONDS:
                return
            self._watches[table] = Stopwatch()
        self._expected[table] = expected or self._expected.get(table)
        with writing(self._engine) as connection:  # one transaction: this is called often
            connection.execute(
                self._of(table).values(
                    rows_read=rows,
                    rows_expected=self._expected[table],
                    updated_at=self._clock.now().isoformat(),
                )
            )
            asked = connection.scalar(self._asked)
        self._refuse(table, stopped=bool(asked))
        self._tell(table, "reading", rows)

    def raise_if_stopped(self, table: str) -> None:
        """Raise ``Stopped`` when someone asked the run to stop."""
        with reading(self._engine) as connection:
            asked = connection.scalar(self._asked)
        self._refuse(table, stopped=bool(asked))

    @property
    def _asked(self) -> Select[tuple[bool]]:
        return select(runs.c.stop_requested).where(runs.c.run_id == self.run_id)

    def _refuse(self, table: str, *, stopped: bool) -> None:
        if stopped:
            raise Stopped(
                f"{table} was not collected",
                why="someone asked the run to stop",
                do="Nothing of it was changed; collect again when you wish",
                where=table,
            )

    def done(self, result: TableResult, *, phase: str) -> None:
        """A table is done, failed or stopped."""
        self._write(
            result.table,
            phase=phase,
            rows_read=result.read,
            accepted=result.accepted,
            inserted=result.inserted,
            updated=result.updated,
            unchanged=result.unchanged,
            superseded=result.superseded,
            quarantined=result.quarantined,
            seconds=result.seconds,
            error=result.error,
            updated_at=self._clock.now().isoformat(),
        )
        self._tell(result.table, phase, result.read)

    def log(self, level: str, table: str, sentence: str, sentence_en: str) -> None:
        """One line of the run's log; level is info, warn or bad."""
        with writing(self._engine) as connection:
            connection.execute(
                insert(run_log).values(
                    run_id=self.run_id,
                    at=self._clock.now().isoformat(),
                    level=level,
                    table=table,
                    sentence_zh=sentence,
                    sentence_en=sentence_en,
                )
            )

    def finish(self, *, state: str) -> None:
        """The run is over: done, failed or stopped."""
        now = self._clock.now().isoformat()
        with writing(self._engine) as connection:
            connection.execute(
                update(runs)
                .where(runs.c.run_id == self.run_id)
                .values(state=state, finished_at=now)
            )

    def _write(self, table: str, **values: object) -> None:
        with writing(self._engine) as connection:
            connection.execute(self._of(table).values(**values))

    def _of(self, table: str) -> Update:
        return update(run_tables).where(
            run_tables.c.run_id == self.run_id, run_tables.c.table == table
        )

    def _tell(self, table: str, phase: str, rows: int) -> None:
        if self._progress:
            self._progress(
                Progress(
                    table=table, phase=phase, rows_read=rows, expected=self._expected.get(table)
                )
            )
