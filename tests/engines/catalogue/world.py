"""A small city for the catalogue's tests: real folder, real files, real lake, one fixed clock."""

import shutil
from datetime import date, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook, load_workbook

from citybrain.base.clock import CITY_ZONE, FixedClock
from citybrain.standards import resident_id, uscc

CITY = Path(__file__).resolve().parents[3] / "cities" / "xuancheng"
SYSTEMS = ("civil", "tax")
SHEET = "婚姻登记（演练）"
HEADS = (
    "登记字号", "登记类型", "登记日期", "男方姓名", "男方证件号", "男方出生日期",
    "女方姓名", "女方证件号", "女方出生日期", "登记机关",
)  # fmt: skip
TAX_HEADS = (
    "纳税人识别号", "纳税人名称", "纳税人类型", "法定代表人", "法人证件号", "行业门类",
    "登记日期", "生产经营地址", "从业人数", "纳税信用等级", "纳税人状态", "主管税务机关",
)  # fmt: skip
CLOCK = FixedClock(datetime(2021, 6, 11, 14, 32, tzinfo=CITY_ZONE))
ROWS = 40


def clock() -> FixedClock:
    """The clock of every test here, as the settings name it."""
    return CLOCK


def write_city(to: Path) -> Path:
    """Xuancheng's own folder with two tables of two systems, so that loading stays quick."""
    # What reads tables of systems that are not here is left out too.
    above = ("models", "libraries", "indicators", "tests", "dashboards")
    shutil.copytree(CITY, to, ignore=shutil.ignore_patterns("systems", "sources", *above))
    for name in SYSTEMS:
        (to / "systems").mkdir(exist_ok=True)
        shutil.copy(CITY / "systems" / f"{name}.yml", to / "systems")
        shutil.copytree(CITY / "sources" / name, to / "sources" / name)
    (to / "sources" / "civil" / "allowances.yaml").unlink()
    system = to / "systems" / "civil.yml"
    lines = system.read_text("utf-8").splitlines(keepends=True)
    system.write_text("".join(line for line in lines if "allowances:" not in line), "utf-8")
    return to


def id_number(born: date, sequence: int) -> str:
    """A valid number in a county that was never issued."""
    first = f"341891{born:%Y%m%d}{sequence:03d}"
    return first + resident_id.check_digit(first)


def marriage(n: int) -> list[str]:
    """Row ``n`` of the sheet; every row has birth years whose last digits differ."""
    man = date(1987, 3, 1) + timedelta(days=n)
    woman = date(1989, 7, 1) + timedelta(days=n)
    return [
        f"341891-2021-{n:06d}", "结婚", f"2021-0{1 + n % 5}-{1 + n % 28:02d}", f"王小{n}",
        id_number(man, 2 * n + 1), man.isoformat(), f"李小{n}", id_number(woman, 2 * n),
        woman.isoformat(), "宣州区",
    ]  # fmt: skip


def write_marriages(path: Path, rows: int = ROWS) -> Path:
    """The cumulative sheet of the civil affairs, without a fault."""
    path.write_bytes(_marriages(rows))
    return path


@cache
def _marriages(rows: int) -> bytes:
    book, file = Workbook(), BytesIO()
    sheet = book.active
    sheet.title = SHEET
    sheet.append(HEADS)
    for n in range(1, rows + 1):
        sheet.append(marriage(n))
    book.save(file)
    return file.getvalue()


def change_cell(path: Path, *, row: int, head: str, value: str) -> None:
    """Change one cell of the sheet by the header of its column."""
    book = load_workbook(path)
    book[SHEET].cell(row, HEADS.index(head) + 1).value = value
    book.save(path)


def write_taxpayers(path: Path, rows: int = 5) -> Path:
    """What the tax office pushes, without a fault."""
    lines = [",".join(TAX_HEADS)]
    for n in range(1, rows + 1):
        first = f"91341800MA2{n:06d}"
        code = first + uscc.check_digit(first)
        lines.append(f"{code},企业{n},1,,,C,2020-01-02,宣城市某路{n}号,{n},A,03,宣城市税务局")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def write_systems(to: Path) -> Path:
    """What ``simulate --to`` would write, for the two systems."""
    (to / "civil").mkdir(parents=True)
    (to / "tax").mkdir()
    write_marriages(to / "civil" / "婚姻登记累计表.xlsx")
    write_taxpayers(to / "tax" / "税务登记信息.csv")
    (to / "connections.yml").write_text("civil: files://civil\ntax: files://tax\n", "utf-8")
    return to
