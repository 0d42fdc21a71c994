"""How good the rows of a table are: shares of valid values over time, reasons today."""

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from citybrain.base.wording import Text
from citybrain.city.contracts import Contract
from citybrain.engines.catalogue import wiring, words
from citybrain.engines.catalogue.views import ReasonCount

DELIVERIES = 17  # points of a trend


def reason_counts(contract: Contract) -> tuple[ReasonCount, ...]:
    """Rows set aside now, by kind of reason, most first. No payload."""
    by_rule: dict[str, int] = defaultdict(int)
    fields: dict[str, list[str]] = defaultdict(list)
    for (field, rule), rows in _reasons(contract).items():
        by_rule[rule] += rows
        fields[rule].append(field)
    return tuple(
        ReasonCount(
            rule=rule,
            title=words.rule_title(rule),
            detail=_detail(contract, fields[rule]),
            rows=rows,
        )
        for rule, rows in sorted(by_rule.items(), key=lambda pair: -pair[1])
    )


def _reasons(contract: Contract) -> Mapping[tuple[str, str], int]:
    store = wiring.store()
    if not store.exists(contract.quarantine_table):
        return {}
    info = store.snapshot(contract.quarantine_table)
    return _of_snapshot(wiring.home().root, contract.id, info.snapshot_id) if info else {}


@lru_cache(maxsize=4096)
def _of_snapshot(_root: Path, table: str, _snapshot: int) -> Mapping[tuple[str, str], int]:
    """A snapshot never changes, so that its reasons are counted once."""
    from citybrain.lake.quarantine import reasons

    return reasons(wiring.store(), table)


def _detail(contract: Contract, names: list[str]) -> Text:
    known = {field.name: words.field_title(field) for field in contract.fields}
    titles = [known.get(name, Text(zh=name, en=name)) for name in dict.fromkeys(names)]
    return Text(zh="、".join(t.zh for t in titles), en=", ".join(t.en for t in titles))


def field_trends(contract: Contract) -> Mapping[str, tuple[float, ...]]:
    """Field → shares of rows (0 to 100) whose value was valid, one per delivery, oldest first."""
    from citybrain.lake.runs import table_history

    good = [batch for batch in table_history(wiring.store(), contract.id) if not batch.error]
    good = sorted(good, key=lambda batch: batch.started_at)[-DELIVERIES:]
    trends: dict[str, list[float]] = {field.name: [] for field in contract.fields}
    for batch in good:
        wrong: dict[str, int] = defaultdict(int)
        for name, rows in batch.problems.items():
            wrong[name.split(":")[0]] += rows
        for field, points in trends.items():
            points.append(100.0 * (1 - min(wrong[field] / batch.read, 1)) if batch.read else 100.0)
    return {field: tuple(points) for field, points in trends.items()}
