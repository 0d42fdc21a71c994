"""Made-up views of the data centre: a full day, an empty one, damage, and the longest texts."""

from datetime import datetime, timedelta
from typing import Any

from citybrain.base.clock import CITY_ZONE
from citybrain.engines.catalogue.service import Text
from citybrain.engines.indicators import service as s

NOW = datetime(2026, 11, 25, 14, 32, 14, tzinfo=CITY_ZONE)
LONG = "一个名称特别长的单位用来检查页面在文字很长的时候会不会撑破或者重叠"


def t(zh: str, en: str = "") -> Text:
    return Text(zh=zh, en=en or zh)


def card(name: str, title: str, value: float | None, unit: str, note: str, **more: Any) -> s.Card:
    given: dict[str, Any] = {
        "decimals": 0, "tone": "ok", "sql": "", "at": NOW - timedelta(seconds=5),
        "checked_at": NOW, "fresh": True, "fresh_minutes": 0, "better": "up", "of": None,
        "owner": t("市数据资源管理局", "Data Resources Administration"),
        "caliber": t("全部贴源表现行快照的行数之和，不含隔离区。", "Rows of all snapshots."),
        "source": f"citybrain.{name}",
    } | more  # fmt: skip
    return s.Card(name=name, title=t(title), value=value, unit=t(unit), note=t(note), **given)


CARDS = (
    card("rows_in_lake", "在湖数据", 1_347_000_000, "行", "1,327 张表", tone="none"),
    card("rows_arrived_today", "今日到数", 18_420_000, "行", "▲ 比昨日 6.2%"),
    card("departments_on_time", "按时来源", 33, "家", "▲ 3 家迟到或出错", tone="warn", of=36),
    card("quality_score", "质量分", 94.6, "分", "公式可见，可异议", decimals=1, tone="none"),
    card("looks_today", "今日查用", 428_000, "次", "28 家单位在用", tone="none"),
    card("change_to_wall", "最近一次变更到墙", 3.8, "秒", "预算 5 秒", decimals=1),
    card("files_intact", "完整性", 100.0, "%", "218,406 个文件相符", decimals=1),
)

SPRINGS = (
    ("市公安局", 4_120_000, "arrived", ""), ("市医疗保障局", 3_860_000, "arrived", ""),
    ("市卫生健康委员会", 3_010_000, "arrived", ""),
    ("市交通运输局", 2_480_000, "late", "晚 9 小时"),
    ("市人力资源和社会保障局", 1_760_000, "arrived", ""),
    ("市市场监督管理局", 960_000, "arrived", ""), ("市自然资源和规划局", 610_000, "arrived", ""),
    ("市民政局", 430_000, "arrived", ""), ("市住房公积金管理中心", 380_000, "arrived", ""),
    ("市教育体育局", 270_000, "late", "晚 2 小时"), ("市城市管理局", 220_000, "failed", "出错"),
    ("国家税务总局宣城市税务局", 120_000, "arrived", ""), ("市统计局", 110_000, "arrived", ""),
    ("市司法局", 90_000, "waiting", ""),
)  # fmt: skip
LIBRARIES = (
    ("lib.population", "人口库", 2_784_000, "人"), ("lib.legal_person", "法人库", 316_000, "户"),
    ("lib.macro_economy", "宏观经济库", 4_812, "条"), ("lib.event", "事件库", 4_860_000, "件"),
    ("lib.component", "部件库", 612_000, "件"), ("lib.licence", "电子证照库", 9_120_000, "张"),
)  # fmt: skip
THEMES = (
    ("theme.government_service", "政务服务", 1_127_000, "件"),
    ("theme.credit_village", "信用村", 7_418, "户"),
)
READS = {
    "theme.government_service": ("lib.population", "lib.legal_person", "lib.licence"),
    "theme.credit_village": ("lib.population", "lib.event"),
}
USERS = (
    ("市数据资源管理局", {"theme.government_service": 90_000, "": 51_000}),
    ("市医疗保障局", {"lib.population": 60_000, "theme.government_service": 10_000}),
    ("市住房公积金管理中心", {"lib.population": 38_000, "lib.licence": 20_000}),
    ("市民政局", {"lib.population": 31_000}),
    ("市市场监督管理局", {"lib.legal_person": 36_000}),
    ("市城市管理局", {"lib.event": 22_000, "lib.component": 10_000}),
    ("市公安局", {"lib.population": 12_000, "": 13_000}),
    ("市税务局", {"lib.legal_person": 9_000}),
    ("市司法局", {"lib.licence": 6_000}),
)
TODAY = (38, 22, 306, 41, 30, 52, 118, 96, 204, 176, 132, 88, 74, 161, 304)
BEFORE = (36, 20, 288, 44, 28, 49, 110, 90, 190, 181, 124, 80, 70, 150, 274, 120, 90, 60, 40, 30,
          20, 18, 16, 12)  # fmt: skip


def river(*, built: bool = True, long: bool = False, used: bool = True) -> s.River:
    springs = tuple(
        s.Spring(department=f"d{i}", title=t(LONG if long else title), rows=rows, tables=3,
                 state=state, note=t(note))
        for i, (title, rows, state, note) in enumerate(SPRINGS)
    )  # fmt: skip
    pools = [
        s.Pool(table=table, title=t(LONG if long else title), unit=t(unit),
               rows=rows if built else None, built_at=NOW if built else None,
               reads=READS.get(table, ()))
        for table, title, rows, unit in (*LIBRARIES, *THEMES)
    ]  # fmt: skip
    users = tuple(
        s.User(department=f"d{i}", title=t(LONG if long else title), looks=sum(of.values()),
               of=tuple(sorted(of.items())))
        for i, (title, of) in enumerate(USERS)
    )  # fmt: skip
    read = sum(spring.rows for spring in springs)
    return s.River(
        springs=springs, read=read, arrived=read - 63_000, set_aside=63_000,
        standard_tables=162 if built else 0, standard=18_357_000 if built else None,
        libraries=tuple(pools[:6]), themes=tuple(pools[6:]), users=users if used else (),
        looks=sum(user.looks for user in users) if used else 0,
    )  # fmt: skip


def late(state: str, department: str, title: str, sentence: str, reminded: int = 0) -> s.Late:
    return s.Late(
        table=f"civil.t{len(sentence)}{reminded}", title=t(title), department="civil_affairs",
        department_title=t(department), state=state, sentence=t(sentence),
        readers=("a", "b") if state == "late" else (), due_at=NOW - timedelta(hours=9),
        reminded_at=NOW - timedelta(minutes=9) if reminded else None, reminders=reminded,
    )  # fmt: skip


def moment(seconds: int, tone: str, who: str, sentence: str) -> s.Moment:
    return s.Moment(
        at=NOW - timedelta(seconds=seconds), tone=tone, who=t(who), sentence=t(sentence)
    )


FEED = (
    moment(5, "ok", "市民政局", "高龄津贴入库 1 行"),
    moment(34, "ok", "指标", "高龄津贴在发人数换数：8,214 人"),
    moment(132, "ok", "账本", "检查点 41 已签名，48,217 条记录在内"),
    moment(238, "bad", "市城市管理局", "城市部件没有入库，用旧版"),
    moment(383, "warn", "市人力资源和社会保障局", "参保登记入库 31,204 行，隔离 12 行"),
    moment(420, "warn", "市教育体育局", "已就学籍催办"),
)
TERMS = (("completeness", "完整", 95.1, 0.3), ("validity", "有效", 91.8, 0.3),
         ("uniqueness", "唯一", 98.6, 0.2), ("timeliness", "及时", 94.0, 0.2))  # fmt: skip


def data_centre(
    *, built: bool = True, long: bool = False, used: bool = True, damaged: int = 0,
    behind: bool = True, measured: bool = True,
) -> s.DataCentre:  # fmt: skip
    rows = (
        late("failed", LONG if long else "市城市管理局", "部件", "最近一次归集出错，用旧版"),
        late("late", "市交通运输局", LONG if long else "乘车", "晚 9 小时", reminded=2),
        late("late", "市教育体育局", "学籍", "晚 2 小时"),
    )
    terms = tuple(s.Term(name=n, title=t(z), value=v, weight=w) for n, z, v, w in TERMS)
    return s.DataCentre(
        now=NOW, brand=t("宣城城市大脑"), title=t("数据中心运行", "Data centre"), newest_at=NOW,
        cards=CARDS, river=river(built=built, long=long, used=used),
        hours=tuple(
            s.Hour(hour=h, rows=TODAY[h] * 10_000 if h < len(TODAY) else None,
                   yesterday=BEFORE[h] * 10_000)
            for h in range(24)
        ),
        late=rows if behind else (),
        quality=s.Quality(score=94.6 if measured else None, terms=terms if measured else (),
                          tables=42 if measured else 0),
        integrity=s.Integrity(
            state="damaged" if damaged else "whole", files=218_406, intact=218_406 - damaged,
            damaged=damaged, entries=48_217, checkpoint=41, checkpoint_at=NOW,
            verified_at=NOW - timedelta(hours=11),
        ),
        feed=FEED,
        note=s.Note(title=t("2021 年公布"), text=t("36 个部门 · 1,494 张表 · 13.95 亿行")),
        may_remind=True,
    )  # fmt: skip


def indicator(*, long: bool = False) -> s.IndicatorView:
    points = tuple(
        s.Point(at=NOW - timedelta(days=9 - n), value=8_200.0 + 7 * (n % 4) + n,
                sha256="ab" * 32, error="" if n != 3 else "the source was damaged")
        for n in range(10)
    )  # fmt: skip
    names = ("宣州区", "宁国市", "广德市", "郎溪县", "泾县", "绩溪县", "旌德县")
    return s.IndicatorView(
        card=card("elder_allowance", LONG if long else "高龄津贴在发人数", 8_214, "人", "",
                  source="ads.elder_allowance", fresh_minutes=1440,
                  sql="SELECT county AS series, sum(people) AS value\nFROM ads.elder_allowance\n"
                      "GROUP BY ROLLUP (county)"),
        parts=tuple(
            s.Part(key=str(n), title=t(name), value=2_400 - 310.0 * n)
            for n, name in enumerate(names)
        ),
        history=points,
        sources=(s.Source(table="ads.elder_allowance", title=t("高龄津贴"), snapshot=7_301,
                          committed_at=NOW - timedelta(seconds=9)),),
        sha256="ab" * 32,
        file="indicators/elder_allowance.yml",
    )  # fmt: skip
