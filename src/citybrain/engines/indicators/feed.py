"""What happens just now: deliveries, changed indicators, reminders. Nobody is named."""

from collections.abc import Iterator

from citybrain.base.wording import counted
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue.service import Text
from citybrain.engines.indicators.models import Reminder
from citybrain.engines.indicators.stand import Stand, arrived
from citybrain.engines.indicators.views import Integrity, Moment
from citybrain.lake.indicators.indicator import indicators
from citybrain.lake.indicators.values import moves

SHOWN = 6
_LAKE = Text(zh="数据湖", en="The lake")
_WALL = Text(zh="指标", en="Indicators")
_RECORD = Text(zh="账本", en="The record")


def feed(stand: Stand, integrity: Integrity) -> tuple[Moment, ...]:
    """The newest lines, newest first."""
    lines = [*_deliveries(stand), *_values(stand), *_reminders(), *_record(integrity)]
    return tuple(sorted(lines, key=lambda line: line.at, reverse=True)[:SHOWN])


def _deliveries(stand: Stand) -> Iterator[Moment]:
    for one in stand.deliveries[-SHOWN:]:
        status = stand.statuses.get(one.table)
        contract = stand.city.contracts.get(one.table)
        if status is None or contract is None:
            continue
        who = catalogue.department_title(status.department)
        title, title_en = contract.title or one.table, contract.title_en or one.table
        if one.error:
            said = Text(zh=f"{title}没有入库，用旧版", en=f"{title_en} did not come in")
            yield Moment(at=one.finished_at, tone="bad", who=who, sentence=said)
            continue
        new = arrived(one)
        zh, en = f"{title}入库 {new:,} 行", f"{title_en}: {new:,} in"
        if one.read and not new:
            zh, en = f"{title}核对过，没有变化", f"{title_en}: looked at, nothing new"
        if one.quarantined:
            zh, en = f"{zh}，隔离 {one.quarantined:,} 行", f"{en}, {one.quarantined:,} aside"
        tone = "warn" if one.quarantined else "ok"
        yield Moment(at=one.finished_at, tone=tone, who=who, sentence=Text(zh=zh, en=en))


def _values(stand: Stand) -> Iterator[Moment]:
    known = indicators(stand.city)
    for value in (move.value for move in moves(stand.store, limit=SHOWN)):
        indicator = known.get(value.name)
        if indicator is None:
            continue
        title_en = indicator.title_en or indicator.title
        number = f"{value.value:,.{indicator.decimals}f}"
        said = Text(
            zh=f"{indicator.title}换数：{number} {indicator.unit}",
            en=f"{title_en} is now {number} {indicator.unit_en or indicator.unit}",
        )
        yield Moment(at=value.at, tone="ok", who=_WALL, sentence=said)


def _reminders() -> Iterator[Moment]:
    city = catalogue.city()
    for one in Reminder.objects.all()[:SHOWN]:
        contract = city.contracts.get(one.table)
        title = contract.title if contract else one.table
        title_en = (contract.title_en if contract else "") or one.table
        yield Moment(
            at=catalogue.local(one.at),
            tone="warn",
            who=catalogue.department_title(one.department),
            sentence=Text(zh=f"已就{title}催办", en=f"reminded of {title_en}"),
        )


def _record(found: Integrity) -> Iterator[Moment]:
    if found.checkpoint_at:
        said = Text(
            zh=f"检查点 {found.checkpoint:,} 已签名，{found.entries:,} 条记录在内",
            en=f"checkpoint {found.checkpoint:,} signed over {counted(found.entries, 'entry')}",
        )
        yield Moment(at=found.checkpoint_at, tone="ok", who=_RECORD, sentence=said)
    if found.verified_at:
        whole = found.state == "whole"
        said = Text(zh="全量校验完成，完好", en="fully verified, whole")
        if not whole:
            said = Text(zh="校验发现异常，相关数据已停用", en="verification found damage")
        tone = "ok" if whole else "bad"
        yield Moment(at=found.verified_at, tone=tone, who=_LAKE, sentence=said)
