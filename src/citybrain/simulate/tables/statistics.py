"""The month's statistics, for the city and its counties."""

import math
from collections.abc import Iterator
from datetime import date

from citybrain.simulate.draw import stream
from citybrain.simulate.tables.rows import Row
from citybrain.simulate.world import World

# Monthly figure of a city of 2.5 million: unit, size, basis, yearly growth in per cent.
_INDICATORS = {
    "GY001": ("亿元", 42.0, "当月", 9.8), "GY002": ("万千瓦时", 82000.0, "当月", 8.1),
    "TZ001": ("亿元", 310.0, "累计", 10.2), "TZ002": ("亿元", 62.0, "累计", 6.3),
    "XF001": ("亿元", 58.0, "当月", 11.4), "WM001": ("亿元", 15.5, "当月", 14.2),
    "CZ001": ("亿元", 15.8, "当月", 8.9), "CZ002": ("亿元", 27.4, "当月", 4.2),
    "JR001": ("亿元", 2480.0, "月末", 9.7), "JR002": ("亿元", 1905.0, "月末", 14.8),
    "JG001": ("%", 100.6, "当月", 0.6), "RK001": ("人", 0.0, "月末", -0.1),
    "QY001": ("户", 0.0, "当月", 5.0),
}  # fmt: skip


def monthly(world: World) -> Iterator[Row]:
    """Indicators of every finished month since the books began, for the city and its counties."""
    for month in _months(world):
        for code, (unit, size, basis, growth) in _INDICATORS.items():
            rng = stream(world.seed, "indicator", code, month.isoformat())
            whole = _figure(world, code, size, basis, growth, month)
            for area, share in world.shares.items():
                wobble = 1.0 if share == 1 or unit == "%" else rng.uniform(0.96, 1.04)
                value = whole if unit == "%" else whole * share * wobble
                values = {
                    "month": f"{month:%Y-%m}",
                    "indicator": code,
                    "area": area,
                    "value": f"{value:.4f}" if unit not in ("人", "户") else f"{round(value)}.0000",
                    "unit": unit,
                    "growth": f"{growth + rng.uniform(-2.5, 2.5):.2f}",
                    "basis": basis,
                }
                yield Row(values)


def _figure(world: World, code: str, size: float, basis: str, growth: float, month: date) -> float:
    if code == "RK001":
        return float(
            sum(
                p.registered <= month and (p.cancelled or month) >= month
                for p in world.people
                if not p.incomer
            )
        )
    if code == "QY001":
        return float(
            sum(
                (c.founded.year, c.founded.month) == (month.year, month.month)
                for c in world.companies
                if c.kind
            )
        )
    if code == "JG001":
        return size + stream(world.seed, code, month.isoformat()).uniform(-0.8, 0.8)
    years: float = month.year - 2021 + (month.month - 1) / 12
    season = 1.0 + 0.12 * math.cos((month.month - 12) / 6 * math.pi)
    value: float = size * (1 + growth / 100) ** years * season
    return value * month.month / 5 if basis == "累计" else value


def _months(world: World) -> list[date]:
    month = world.origin.replace(day=1)
    months = []
    while (month.year, month.month) < (world.today.year, world.today.month):
        months.append(month)
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return months
