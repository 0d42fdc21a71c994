"""View objects as the catalogue gives them, in states that a small city seldom reaches.

``LONG`` makes every text as long as the longest official ones: pages must not break.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from citybrain.base.clock import CITY_ZONE
from citybrain.engines.catalogue import service as c
from citybrain.engines.libraries import service as libraries

NOW = datetime(2021, 6, 11, 14, 32, tzinfo=CITY_ZONE)
LONG = (
    "宣城市宣州区济川街道办事处宛陵路社区居民委员会关于进一步规范和加强外来人员居住登记及"
    "居住证签注信息采集报送工作的补充登记汇总表（二〇二一年第一次修订试行稿）"
)
LONG_EN = (
    "Supplementary summary of residence registrations and permit endorsements of incomers "
    "(first trial revision of 2021) of the Jichuan Subdistrict Office"
)
HASH = "d2f95da64c086f4b412006244e868054243b0783531d9e0253b55d95e36258a8"
OTHER = "7a71d4bfb5bf62361fb64c257b8b9e0edda590406129a7686db0bbd931bf83a6"


def text(zh: str, en: str = "", *, long: bool = False) -> c.Text:
    return c.Text(zh=LONG if long else zh, en=LONG_EN if long else (en or f"[{zh}]"))


def system(name: str, title: str, state: str = "arrived", *, long: bool = False) -> c.SystemRow:
    states = {"failed": ["failed", "arrived"], "late": ["late", "late", "arrived"]}
    dots = states.get(state, ["arrived", "waiting"])
    sentences = {
        "failed": text("“驾驶证”表少了必填列“准驾车型”，整张未入库", long=long),
        "late": text("应 08:00 到，已迟 6 小时 32 分；2 张表未更新", long=long),
    }
    return c.SystemRow(
        name=name,
        title=text(title, long=long),
        department="d",
        kind="pull",
        state=state,
        department_title=text("市公安局", long=long),
        kind_title=text("数据库"),
        sentence=sentences.get(state, c.Text(zh="")),
        tables=tuple(
            c.TableDot(table=f"{name}.t{i}", title=text("表"), state=s) for i, s in enumerate(dots)
        ),
        new_today=1_204_311 if long else 1204,
        changed_today=1_204_310 if long else 1203,
        rows=9_482,
        quarantined=5,
        last_run=NOW - timedelta(hours=2),
        due_at=NOW,
        run="R-20210611-0412" if state == "failed" else "",
    )


def seen(*, long: bool = False) -> tuple[c.SeenRow, ...]:
    rows = (("masked", True, "核对数据质量"), ("revealed", False, "上传核对"), ("none", False, ""))
    return tuple(
        c.SeenRow(
            entry=f"e{i}",
            number=48_213 - i,
            at=NOW - timedelta(minutes=40 * i),
            who="陈**",
            is_me=mine,
            department_title=text("市民政局", long=long),
            action="lake.read",
            action_title=text("脱敏查看"),
            thing="table:civil.marriages",
            thing_title=text("婚姻登记", long=long),
            purpose=LONG if long and why else why,
            count=None if reading == "none" else 312,
            reading=reading,
            refused=False,
        )
        for i, (reading, mine, why) in enumerate(rows)
    )


def run_row(state: str = "done", *, long: bool = False) -> c.RunRow:
    results = {"done": "完成", "failed": "1 张失败", "running": "进行中"}
    return c.RunRow(
        run="R-20210611-0412",
        title=text("到期汇聚 · 9 个系统", long=long),
        summary=text("9,842 行，“驾驶证”失败", long=long),
        result=text(results[state]),
        state=state,
        started_at=NOW - timedelta(minutes=1),
        by="王**",
        by_me=True,
        tables=40,
        finished_at=None if state == "running" else NOW,
        failed=int(state == "failed"),
        read=712_544,
        accepted=712_520,
        quarantined=24,
    )


def card(state: str = "whole") -> c.IntegrityCard:
    return c.IntegrityCard(
        state=state,
        files=1286,
        entries=48_213,
        later=17,
        checkpoint=1205,
        checkpoint_at=NOW,
        verified_at=NOW,
        files_at=NOW,
        record_at=NOW,
        seconds=3.2,
        problems=2 if state == "damaged" else 0,
        may_verify=True,
        may_cheat=True,
    )


def overview(*, long: bool = False, state: str = "whole") -> c.OverviewView:
    return c.OverviewView(
        now=NOW,
        city_title=text("宣城城市大脑"),
        tables=40,
        due_today=38,
        sentence=text("1 处出错、2 处迟到，其余 9 个系统今日已到。", long=long),
        counts=c.StateCounts(failed=1, late=3, arrived=34, waiting=2),
        new_today=12_846,
        changed_today=12_819,
        quarantined=27,
        quarantined_systems=6,
        departments=36,
        departments_connected=8,
        needs=(
            system("vehicles", "车辆与驾驶证", "failed", long=long),
            system("medical", "医疗保险", "late", long=long),
        ),
        arrived=(system("civil", "婚姻登记", long=long), system("hotline", "12345 热线")),
        integrity=card(state),
        seen=seen(long=long),
        runs=(run_row(long=long), run_row("failed", long=long)),
        may_collect=True,
        may_upload=True,
    )


def table_row(state: str = "arrived", *, long: bool = False) -> c.TableRow:
    return c.TableRow(
        table="civil.marriages",
        title=text("婚姻登记", long=long),
        system="civil",
        system_title=text("婚姻登记", long=long),
        department_title=text("市民政局", long=long),
        lake_table="ods.civil.marriages",
        rows=9_482,
        quarantined=5,
        state=state,
        sentence=text("应 12:30 到，已迟 2 小时") if state == "late" else c.Text(zh=""),
        last_run=NOW - timedelta(hours=2),
        due_at=NOW,
        level=4,
        sharing="conditional",
        sharing_title=text("有条件共享"),
        version="1.2.0",
        fields=10,
    )


def table(*, long: bool = False, refused: bool = False) -> c.TableView:
    points = tuple(
        c.HistoryPoint(
            at=NOW - timedelta(days=9 - i),
            run="R-1",
            rows=9_210 + i * i * 4,
            read=300 + i,
            accepted=300,
            inserted=9,
            updated=3,
            removed=0,
            quarantined=i % 4 and i,
            snapshot=200 + i,
            result=text("完成"),
            failed=False,
        )
        for i in range(10)
    )
    snaps = tuple(
        c.SnapshotRow(
            number=i + 1,
            snapshot=200 + i,
            at=NOW - timedelta(days=9 - i),
            rows=9_210 + i * i * 4,
            inserted=9,
            updated=3,
            removed=i % 3,
            files=2,
            current=i == 9,
        )
        for i in range(10)
    )
    fields = tuple(
        c.FieldRow(
            name=name,
            source=name,
            title=text(title, long=long),
            type=kind,
            level=level,
            meaning=text("应与证件号第 7–14 位一致", long=long),
            type_title=text("文本"),
            level_title=text("个人"),
            masking="none",
            required=True,
            key=not i,
            unique=False,
            codelist="",
            rules=(text("日期等于证件号中的日期", long=long),),
            rate=99.4 if level == 4 else 100.0,
            trend=(100.0, 99.0, 99.7, 99.4),
        )
        for i, (name, title, kind, level) in enumerate(FIELDS)
    )
    return c.TableView(
        row=table_row(long=long),
        description=text("每次婚姻登记一行。", long=long),
        contact=text("婚姻登记处", long=long),
        contract_file="sources/civil/marriages.yaml",
        contract_status="active",
        schedule=text("每个工作日 12:30 前"),
        freshness=text("2 小时 26 分前，今天 12:06 到"),
        kind="upload",
        kind_title=text("表格填报"),
        sharing_law="国发〔2016〕51 号",
        retention=text("永久"),
        retention_law="档案法",
        today=text("今日 +9，更新 3"),
        sensitive_fields=text("含 2 个证件号"),
        fields=fields,
        history=points,
        snapshots=snaps,
        snapshots_total=210,
        runs=points[-4:],
        reasons=reasons(),
        seen=seen(long=long),
        seen_total=47,
        seen_own=False,
        contracts=(c.ContractVersion(version="1.2.0", status=text("生效"), since=NOW),),
        lineage=(
            c.Lineage(
                title=text("婚姻登记.xlsx", long=long), detail=text("市民政局填报"), current=False
            ),
            c.Lineage(title=text("婚姻登记"), detail=text("ods.civil.marriages"), current=True),
        ),
        refused=text("有一个文件与登记的哈希不符，恢复前不提供查看。")
        if refused
        else c.Text(zh=""),
        may_read=True,
        may_reveal=True,
        may_collect=True,
        may_upload=True,
        may_correct=True,
    )


FIELDS = (
    ("certificate", "登记字号", "string", 2),
    ("kind", "登记类型", "string", 1),
    ("registered_on", "登记日期", "date", 2),
    ("man_name", "男方姓名", "string", 3),
    ("man_id", "男方证件号", "string", 4),
    ("man_born", "男方出生日期", "date", 3),
)
VALUES = ("341890-2021-000012", "结婚", "2021-01-19", "王**", "341891********2317", "1978-**-**")


def reasons() -> tuple[c.ReasonCount, ...]:
    return (
        c.ReasonCount(
            rule="birth_of", title=text("日期不一致"), detail=text("男方出生日期"), rows=4
        ),
        c.ReasonCount(rule="codelist", title=text("旧代码"), detail=text("登记类型"), rows=1),
    )


def sample(*, revealed: bool = False, long: bool = False) -> c.SampleView:
    return c.SampleView(
        table="civil.marriages",
        total=9_482,
        snapshot=209,
        as_of=None,
        revealed=revealed,
        columns=tuple(
            c.Column(name=n, title=text(t, long=long), type=k, level=v, masked=v > 2)
            for n, t, k, v in FIELDS
        ),
        rows=(VALUES, (*VALUES[:5], None), tuple(LONG for _ in VALUES) if long else VALUES),
        purpose="核对" if revealed else "",
        entry="e1",
        may_reveal=True,
    )


def unmasked() -> c.SampleView:
    """A sample of a table in which no field needs masking."""
    shown = sample()
    return replace(shown, columns=tuple(replace(one, masked=False) for one in shown.columns))


def run(state: str = "running", *, long: bool = False) -> c.RunView:
    moving = state == "running"
    one = c.RunTable(
        table="medical.settlements",
        title=text("结算", long=long),
        phase="reading",
        read=165_311,
        system_title=text("医疗保险", long=long),
        expected=486_210,
        share=0.34,
        accepted=165_311,
        inserted=12,
        updated=31,
        removed=2,
        unchanged=0,
        quarantined=3,
        seconds=1.4,
    )
    failure = c.RunFailure(
        table="vehicles.licences",
        title=text("驾驶证", long=long),
        system_title=text("车辆与驾驶证", long=long),
        sentence=text("来源表少了必填列“准驾车型”，多出“准驾车型代码”。", long=long),
        stands=text("湖中仍是 06-10 的快照，11,432 行，可照常使用。", long=long),
        contact=text("请问市公安局科技信息化支队。", long=long),
    )
    return c.RunView(
        row=run_row(state, long=long),
        title=text("正在汇聚" if moving else "汇聚完成"),
        sentence=text("由您于 14:31 发起，全部系统。", long=long),
        moving=moving,
        share=0.75,
        elapsed=41.0,
        remaining=20.0 if moving else None,
        failures=(failure,),
        running=(one, replace(one, expected=0)) if moving else (),
        waiting=(one,) if moving else (),
        done=(replace(one, phase="done"),),
        done_rows=308_717,
        done_quarantined=19,
        stop_asked=False,
        may_stop=True,
        log=tuple(
            c.LogLine(
                at=NOW, level=level, table="", text=text("社会保险 · 缴费 第 19 批", long=long)
            )
            for level in ("info", "warn", "bad")
        ),
    )


def operation(*, long: bool = False) -> libraries.OperationRow:
    return libraries.OperationRow(
        job=12,
        title=text("构建模型", long=long),
        detail=text("dwd.person", long=long),
        state="done",
        attempt=1,
        at=NOW,
        started_at=NOW,
        finished_at=NOW + timedelta(seconds=3),
        seconds=3.0,
        again=None,
        error="",
        log=("dwd.person: built, 1,204 rows.",),
        run="",
        may_retry=False,
    )
