"""How collecting stands just now: read once for one page, with a handful of statements."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any

from citybrain.city.model import City
from citybrain.engines.catalogue import service as catalogue
from citybrain.lake.indicators.values import Value

NEEDS = ("damaged", "failed", "late")
_URGENT = (*NEEDS, "arrived", "waiting")


@dataclass(frozen=True, kw_only=True)
class Stand:
    """What the lake's database says: statuses of tables, deliveries of two days, damage.

    ``models`` are the states of those that were built, by name.
    """

    now: datetime
    city: City
    store: Any
    statuses: Mapping[str, Any]
    deliveries: tuple[Any, ...]
    damaged: frozenset[str]
    values: Mapping[str, Value]
    models: Mapping[str, Any]

    @property
    def midnight(self) -> datetime:
        """The beginning of today."""
        return datetime.combine(self.now.date(), time(), tzinfo=self.now.tzinfo)

    @property
    def minute(self) -> datetime:
        """When what holds just now was looked at, to the minute: so a page stays the same page."""
        return self.now.replace(second=0, microsecond=0)

    @cached_property
    def today(self) -> tuple[Any, ...]:
        """Today's good deliveries, oldest first."""
        return tuple(d for d in self.good if d.finished_at >= self.midnight)

    @cached_property
    def yesterday(self) -> tuple[Any, ...]:
        """Yesterday's good deliveries, oldest first."""
        return tuple(d for d in self.good if d.finished_at < self.midnight)

    @cached_property
    def good(self) -> tuple[Any, ...]:
        """Deliveries without an error."""
        return tuple(d for d in self.deliveries if not d.error)

    @cached_property
    def states(self) -> Mapping[str, str]:
        """``system.table`` → damaged, failed, late, arrived or waiting."""
        return {
            name: "damaged" if name in self.damaged else status.state
            for name, status in self.statuses.items()
        }

    @cached_property
    def departments(self) -> Mapping[str, tuple[str, ...]]:
        """Department → its tables that came in at least once."""
        found: dict[str, list[str]] = {}
        for name, status in self.statuses.items():
            if status.department and status.last_run is not None:
                found.setdefault(status.department, []).append(name)
        return {department: tuple(tables) for department, tables in found.items()}

    def state_of(self, tables: Iterable[str]) -> str:
        """The most urgent state among them."""
        return min((self.states[t] for t in tables), key=_URGENT.index, default="waiting")

    @cached_property
    def arrived(self) -> Mapping[str, int]:
        """Rows new or changed today, by table; what was read again and was the same is none."""
        counts: Counter[str] = Counter()
        for one in self.today:
            counts[one.table] += arrived(one)
        return counts

    @cached_property
    def looked_at(self) -> tuple[Any, ...]:
        """Of each table that came today the delivery that read most: no row is counted twice."""
        found: dict[str, Any] = {}
        for one in self.today:
            if one.table not in found or one.read >= found[one.table].read:
                found[one.table] = one
        return tuple(found.values())


def arrived(delivery: Any) -> int:
    """Rows of a delivery that are new or changed."""
    return int(delivery.inserted + delivery.updated)


def stand() -> Stand:
    """How it stands now, at the installation's clock."""
    from citybrain.lake.arrivals import deliveries
    from citybrain.lake.indicators.values import newest
    from citybrain.lake.models.build import states
    from citybrain.lake.status import status

    store, city, now = catalogue.store(), catalogue.city(), catalogue.clock().now()
    midnight = datetime.combine(now.date(), time(), tzinfo=now.tzinfo)
    return Stand(
        now=now,
        city=city,
        store=store,
        statuses={found.table: found for found in status(store, city, now=now)},
        deliveries=tuple(deliveries(store, since=midnight - timedelta(days=1))),
        damaged=frozenset(d.table.split(".", 1)[1] for d in store.damaged()),
        values=newest(store),
        models={
            name: state
            for name, state in states(store, city).items()
            if state.published_at is not None
        },
    )
