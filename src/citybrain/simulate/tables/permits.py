"""Permits and their end, as lines of JSON."""

from collections.abc import Iterator

from citybrain.simulate.events.business import permit_valid_to
from citybrain.simulate.tables.rows import Row
from citybrain.simulate.world import World

_WORDS = {
    "SPJY": ("食品经营", "预包装食品销售、热食类食品制售"),
    "SPSC": ("食品生产", "肉制品、糕点"),
    "YPJY": ("药品经营", "处方药、非处方药、中药饮片"),
    "TZSY": ("特种设备使用", "乘客电梯"),
    "JYJG": ("检验检测", "建筑材料、食品"),
    "WSXK": ("公共场所卫生", "理发、住宿"),
}
_REASONS = {
    "1": "提交虚假材料取得许可",
    "2": "许可所依据的客观情况发生重大变化",
    "3": "持证人申请注销",
    "4": "违法经营被吊销",
}


def permits(world: World) -> Iterator[Row]:
    """Permits granted, in their order."""
    for number, (day, which, kind, area) in enumerate(world.happened("permits"), 1):
        firm = world.companies[which]
        title, scope = _WORDS[kind]
        values = {
            "permit_number": permit_number(kind, day.year, number),
            "kind": kind,
            "holder_name": firm.name,
            "holder_uscc": firm.uscc,
            "decision": f"准予{title}：{scope}",
            "granted_on": day,
            "valid_from": day,
            "valid_to": permit_valid_to(day),
            "office": f"{firm.town.county_name}市场监督管理局",
            "details": {"经营项目": scope.split("、"), "场所面积": area, "地址": firm.address},
        }
        yield Row(values, (("company", which),))


def revocations(world: World) -> Iterator[Row]:
    """Permits ended before their term."""
    granted = world.happened("permits")
    for number, (day, at, kind) in enumerate(world.happened("revocations"), 1):
        on, _, permit_kind, _ = granted[at]
        values = {
            "revocation_number": f"CX{day:%Y}{number:06d}",
            "permit_number": permit_number(permit_kind, on.year, at + 1),
            "kind": kind,
            "reason": _REASONS[kind],
            "decided_on": day,
        }
        yield Row(values, (("company", granted[at][1]),))


def permit_number(kind: str, year: int, number: int) -> str:
    """The number on a permit; 91 are county digits of the rehearsal."""
    return f"{kind}{year}91{number:07d}"
