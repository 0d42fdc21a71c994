"""Counties, towns and addresses of the city, with how many people live where."""

import csv
from dataclasses import dataclass
from importlib.resources import files
from random import Random

from citybrain.base.errors import CityError
from citybrain.city import City, Division
from citybrain.simulate.draw import Chooser, chooser
from citybrain.standards import rehearsal

_ROADS = (
    "人民路 中山路 解放路 建设路 和平路 状元路 梅溪路 叠嶂路 锦城路 昭亭路 环城路 新华路 文昌路 学府路 "
    "滨河路 园区大道 富民路 振兴路 兴业路 府前街 老街 东门街 西门街 北门路 南门路 书院路 花园路 青年路"
).split()
_ESTATES = (
    "阳光花园 锦绣家园 碧水湾 水岸名都 香樟雅苑 翰林苑 金色家园 东方名城 宛陵新村 时代广场 梧桐苑 学府名邸 "
    "幸福里 龙泉小区 凤凰城 御景园 绿地公馆 鳌峰苑 春晖小区 和谐家园"
).split()
_VILLAGES = (
    "新民 团结 胜利 前进 红旗 双河 石桥 东湖 西山 南塘 北冲 大塘 小河口 竹园 茶山 桃园 梅村 杨村 汪村 "
    "胡家 程家 上村 下村 柏枝 高峰 龙井 白马 金牌 长岭 马山 万里 双塘 永丰 幸福 联合 光明 五星 古井"
).split()
_TOWN_DIGITS = 9


@dataclass(frozen=True, kw_only=True)
class Town:
    """A township-level division; ``issues`` are the digits its ID numbers begin with."""

    code: str
    name: str
    county: str
    county_name: str
    issues: str
    old_issues: str
    urban: bool
    longitude: float
    latitude: float


@dataclass(frozen=True, kw_only=True)
class Places:
    """All towns, a choice among them by population, and the city's name."""

    city_name: str
    towns: tuple[Town, ...]
    by_people: Chooser[Town]

    def address(self, rng: Random, town: Town, *, urban: bool) -> str:
        """A made-up address in a real town: an estate in town, a group in a village."""
        start = f"{self.city_name}{town.county_name}{town.name}"
        if urban:
            road = _ROADS[int(rng.random() * len(_ROADS))]
            if rng.random() < 0.35:
                return f"{start}{road}{1 + int(rng.random() * 320)}号"
            estate = _ESTATES[int(rng.random() * len(_ESTATES))]
            building, unit = 1 + int(rng.random() * 28), 1 + int(rng.random() * 4)
            floor = 1 + int(rng.random() * 18)
            room = 1 + int(rng.random() * 4)
            return f"{start}{road}{estate}{building}幢{unit}单元{floor}{room:02d}室"
        village = _VILLAGES[int(rng.random() * len(_VILLAGES))]
        return f"{start}{village}村{1 + int(rng.random() * 18)}组{1 + int(rng.random() * 60)}号"

    def road(self, rng: Random) -> str:
        """A road of a town's centre."""
        return _ROADS[int(rng.random() * len(_ROADS))]


def load_places(city: City) -> Places:
    """The towns of the city's folder, weighted by their people."""
    codes = sorted(c for c in city.divisions if len(c) == _TOWN_DIGITS)
    if not codes:
        raise CityError(
            "The city has no towns to live in",
            why="its divisions name none with nine digits",
            do="Add the towns to divisions/divisions.yml",
            where=str(city.root),
        )
    weights = _weights()
    towns = tuple(_town(city, city.divisions[code]) for code in codes)
    shares = {t: weights.get(t.code, 10.0) for t in towns}
    root = city.divisions.get(city.division)
    return Places(city_name=root.name if root else "", towns=towns, by_people=chooser(shares))


def _town(city: City, division: Division) -> Town:
    county = city.divisions[_issuing_county(city, division.code[:6])]
    number = int(division.code[6:])
    return Town(
        code=division.code,
        name=division.name,
        county=county.code,
        county_name=county.name,
        issues=rehearsal.rehearsal_code(county.code),
        old_issues=rehearsal.old_rehearsal_code(county.code),
        urban=number < 100,  # streets are numbered below towns and townships
        # A point within the city's bounds that stays the same for the town.
        longitude=118.05 + (int(division.code) * 7919 % 1000) / 1000 * 1.3,
        latitude=30.05 + (int(division.code) * 104729 % 1000) / 1000 * 1.1,
    )


def _issuing_county(city: City, county: str) -> str:
    """A development zone issues no numbers: its people are registered in the first county."""
    try:
        rehearsal.rehearsal_code(county)
    except KeyError:
        return min(c for c in city.divisions if len(c) == 6 and c[:4] == county[:4] and c[4:] != "00")
    return county


def _weights() -> dict[str, float]:
    with files(__package__).joinpath("weights.csv").open(encoding="utf-8") as file:
        return {row["code"]: float(row["weight"]) for row in csv.DictReader(file)}
