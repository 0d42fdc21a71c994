"""The upper steps of a trace, which show no payload: the number, its definition, the models."""

from collections.abc import Iterator

from citybrain.city.applied import since
from citybrain.engines.libraries import flows, knowledge, wiring
from citybrain.engines.libraries.views_trace import TraceFact, TraceStep
from citybrain.engines.libraries.wiring import Text, both, department
from citybrain.lake.indicators import values
from citybrain.lake.indicators.indicator import Indicator, indicators
from citybrain.lake.models.model import Model
from citybrain.lake.provenance import TableProof, table_proof

TITLES = {
    "number": both("墙上的数字", "The number on the wall"),
    "indicator": both("指标", "Indicator"),
    "model": both("模型", "Model"),
    "field": both("库字段", "Library field"),
    "row": both("贴源行", "Delivered row"),
    "cell": both("源表那一格", "The department's cell"),
}
_MATCHING = {True: "match", False: "differs"}


def number_step(name: str) -> TraceStep | None:
    """The newest value of an indicator, held against its definition as it is now."""
    found = indicators(wiring.city()).get(name)
    value = values.newest(wiring.store()).get(name)
    if found is None or value is None or value.value is None:
        return None
    unit = both(found.unit, found.unit_en)
    shown = f"{value.value:,.{found.decimals}f}"
    reads = tuple(
        fact(both("取自快照", "Read from snapshot"), f"{read.table} {read.snapshot or '—'}")
        for read in value.reads
    )
    return TraceStep(
        number=0,
        kind="number",
        kind_title=TITLES["number"],
        title=both(f"{shown} {unit.zh}", f"{shown} {unit.en}"),
        value=shown,
        detail=both(found.title, found.title_en),
        at=value.at,
        hash=value.sha256,
        hash_title=both("数值的散列", "Hash of the value"),
        verdict=_MATCHING[value.definition == found.definition and _current(value)],
        facts=reads,
        thing=f"indicator:{name}",
    )


def _current(value: values.Value) -> bool:
    """Whether the snapshots it was worked out from are those that are published now."""
    store = wiring.store()
    for read in value.reads:
        now = store.snapshot(read.table) if store.exists(read.table) else None
        if (now.snapshot_id if now else None) != read.snapshot:
            return False
    return True


def indicator_step(name: str) -> TraceStep | None:
    """The definition."""
    found = indicators(wiring.city()).get(name)
    if found is None:
        return None
    return TraceStep(
        number=0,
        kind="indicator",
        kind_title=TITLES["indicator"],
        title=both(found.title, found.title_en),
        value=None,
        detail=department(found.owner),
        at=since(wiring.home().root, "indicator", name),
        hash=found.definition,
        hash_title=both("定义的散列", "Hash of the definition"),
        verdict="match",
        facts=_facts(found),
        sql=found.sql,
        thing=f"indicator:{name}",
    )


def _facts(found: Indicator) -> tuple[TraceFact, ...]:
    told = [
        fact(both("口径", "Definition"), found.caliber, found.caliber_en),
        fact(both("单位", "Unit"), found.unit, found.unit_en),
        fact(both("文件", "File"), found.file, code=True),
    ]
    if found.model:
        told.insert(1, fact(both("来源", "Source"), found.model, code=True))
    return tuple(told)


def model_step(table: str, *, column: str = "") -> TraceStep | None:
    """A model's text and the digest of what it published; a delivered table likewise."""
    proof = table_proof(wiring.store(), table)
    model = knowledge.models().get(table)
    if proof is None and model is None:
        return None
    return TraceStep(
        number=0,
        kind="model",
        kind_title=TITLES["model"] if model else both("贴源表", "Delivered table"),
        title=both(f"{table}.{column}" if column else table),
        value=None,
        detail=title_of(table),
        at=proof.committed_at if proof else None,
        hash=proof.digest if proof else "",
        hash_title=both("快照的散列", "Digest of the snapshot"),
        verdict=proof.verdict if proof else "",
        facts=tuple(_told(proof, model)),
        sql=model.sql if model else "",
        mark=column,
        thing=f"model:{table}",
    )


def _told(proof: TableProof | None, model: Model | None) -> Iterator[TraceFact]:
    if proof:
        yield fact(both("行数", "Rows"), f"{proof.rows:,}")
        yield fact(both("快照", "Snapshot"), str(proof.snapshot_id), code=True)
    if model and model.file:
        yield fact(both("文件", "File"), model.file, code=True)
    if model and model.native:
        yield fact(both("步骤", "Step"), "原生步骤", "native step")


def fact(title: Text, chinese: str, english: str = "", *, code: bool = False) -> TraceFact:
    """One line of a step."""
    return TraceFact(title=title, value=both(chinese, english), code=code)


def title_of(table: str) -> Text:
    """What a lake table, a model or an indicator is called."""
    if table.startswith(f"{flows.INDICATOR}."):
        found = indicators(wiring.city()).get(table.partition(".")[2])
        return both(found.title, found.title_en) if found else both(table)
    model = knowledge.models().get(table)
    if model:
        return both(model.title or table, model.title_en)
    contract = wiring.city().contracts.get(table.partition(".")[2])
    return both(contract.title or table, contract.title_en) if contract else both(table)
