"""View objects as the catalogue gives them, in states that a small city seldom reaches.

``LONG`` makes every text as long as the longest official ones: pages must not break.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from citybrain.base.clock import CITY_ZONE
from citybrain.engines.catalogue import service as c

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
        name=name, title=text(title, long=long), department="d", kind="pull", state=state,
        department_title=text("市公安局", long=long), kind_title=text("数据库"),
        sentence=sentences.get(state, c.Text(zh="")),
        tables=tuple(c.TableDot(table=f"{name}.t{i}", title=text("表"), state=s)
                     for i, s in enumerate(dots)),
        read_today=1_204_311 if long else 1204, accepted_today=1_204_310 if long else 1203,
        rows=9_482, quarantined=5, last_run=NOW - timedelta(hours=2), due_at=NOW,
        run="R-20210611-0412" if state == "failed" else "",
    )  # fmt: skip


def seen(*, long: bool = False) -> tuple[c.SeenRow, ...]:
    rows = (("masked", True, "核对数据质量"), ("revealed", False, "上传核对"), ("none", False, ""))
    return tuple(
        c.SeenRow(
            entry=f"e{i}", number=48_213 - i, at=NOW - timedelta(minutes=40 * i), who="陈**",
            is_me=mine, department_title=text("市民政局", long=long), action="lake.read",
            action_title=text("脱敏查看"), thing="table:civil.marriages",
            thing_title=text("婚姻登记", long=long), purpose=LONG if long and why else why,
            count=None if reading == "none" else 312, reading=reading, refused=False,
        )
        for i, (reading, mine, why) in enumerate(rows)
    )  # fmt: skip


def run_row(state: str = "done", *, long: bool = False) -> c.RunRow:
    results = {"done": "完成", "failed": "1 张失败", "running": "进行中"}
    return c.RunRow(
        run="R-20210611-0412", title=text("到期汇聚 · 9 个系统", long=long),
        summary=text("9,842 行，“驾驶证”失败", long=long), result=text(results[state]),
        state=state, started_at=NOW - timedelta(minutes=1), by="王**", by_me=True, tables=40,
        finished_at=None if state == "running" else NOW, failed=int(state == "failed"),
        read=712_544, accepted=712_520, quarantined=24,
    )  # fmt: skip


def card(state: str = "whole") -> c.IntegrityCard:
    return c.IntegrityCard(
        state=state, files=1286, entries=48_213, checkpoint=1205, checkpoint_at=NOW,
        verified_at=NOW, seconds=3.2, problems=2 if state == "damaged" else 0,
        may_verify=True, may_cheat=True,
    )  # fmt: skip


def overview(*, long: bool = False, state: str = "whole") -> c.OverviewView:
    return c.OverviewView(
        now=NOW, city_title=text("宣城城市大脑"), tables=40, due_today=38,
        sentence=text("1 处出错、2 处迟到，其余 9 个系统今日已到。", long=long),
        counts=c.StateCounts(failed=1, late=3, arrived=34, waiting=2),
        read_today=12_846, accepted_today=12_819, quarantined=27, quarantined_systems=6,
        departments=36, departments_connected=8,
        needs=(system("vehicles", "车辆与驾驶证", "failed", long=long),
               system("medical", "医疗保险", "late", long=long)),
        arrived=(system("civil", "婚姻登记", long=long), system("hotline", "12345 热线")),
        integrity=card(state), seen=seen(long=long),
        runs=(run_row(long=long), run_row("failed", long=long)),
        may_collect=True, may_upload=True,
    )  # fmt: skip


def table_row(state: str = "arrived", *, long: bool = False) -> c.TableRow:
    return c.TableRow(
        table="civil.marriages", title=text("婚姻登记", long=long), system="civil",
        system_title=text("婚姻登记", long=long), department_title=text("市民政局", long=long),
        lake_table="ods.civil.marriages", rows=9_482, quarantined=5, state=state,
        sentence=text("应 12:30 到，已迟 2 小时") if state == "late" else c.Text(zh=""),
        last_run=NOW - timedelta(hours=2), due_at=NOW, level=4, sharing="conditional",
        sharing_title=text("有条件共享"), version="1.2.0", fields=10,
    )  # fmt: skip


def table(*, long: bool = False, refused: bool = False) -> c.TableView:
    points = tuple(
        c.HistoryPoint(
            at=NOW - timedelta(days=9 - i), run="R-1", rows=9_210 + i * i * 4, read=300 + i,
            accepted=300, inserted=9, updated=3, removed=0, quarantined=i % 4 and i, snapshot=200 + i,
            result=text("完成"), failed=False,
        )
        for i in range(10)
    )  # fmt: skip
    snaps = tuple(
        c.SnapshotRow(number=i + 1, snapshot=200 + i, at=NOW - timedelta(days=9 - i),
                      rows=9_210 + i * i * 4, inserted=9, updated=3, files=2, current=i == 9)
        for i in range(10)
    )  # fmt: skip
    fields = tuple(
        c.FieldRow(
            name=name, source=name, title=text(title, long=long), type=kind, level=level,
            meaning=text("应与证件号第 7–14 位一致", long=long), type_title=text("文本"),
            level_title=text("个人"), masking="none", required=True, key=not i, unique=False,
            codelist="", rules=(text("日期等于证件号中的日期", long=long),),
            rate=99.4 if level == 4 else 100.0, trend=(100.0, 99.0, 99.7, 99.4),
        )
        for i, (name, title, kind, level) in enumerate(FIELDS)
    )  # fmt: skip
    return c.TableView(
        row=table_row(long=long), description=text("每次婚姻登记一行。", long=long),
        contact=text("婚姻登记处", long=long), contract_file="sources/civil/marriages.yaml",
        contract_status="active", schedule=text("每个工作日 12:30 前"),
        freshness=text("2 小时 26 分前，今天 12:06 到"), kind="upload", kind_title=text("表格填报"),
        sharing_law="国发〔2016〕51 号", retention=text("永久"), retention_law="档案法",
        today=text("今日 +9，更新 3"), sensitive_fields=text("含 2 个证件号"), fields=fields,
        history=points, snapshots=snaps, snapshots_total=210, runs=points[-4:],
        reasons=reasons(), seen=seen(long=long), seen_total=47,
        contracts=(c.ContractVersion(version="1.2.0", status=text("生效"), since=NOW),),
        lineage=(c.Lineage(title=text("婚姻登记.xlsx", long=long), detail=text("市民政局填报"),
                           current=False),
                 c.Lineage(title=text("婚姻登记"), detail=text("ods.civil.marriages"), current=True)),
        refused=text("有一个文件与登记的哈希不符，恢复前不提供查看。") if refused else c.Text(zh=""),
        may_read=True, may_reveal=True, may_collect=True, may_upload=True, may_correct=True,
    )  # fmt: skip


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
        table="civil.marriages", total=9_482, snapshot=209, as_of=None, revealed=revealed,
        columns=tuple(c.Column(name=n, title=text(t, long=long), type=k, level=v, masked=v > 2)
                      for n, t, k, v in FIELDS),
        rows=(VALUES, (*VALUES[:5], None), tuple(LONG for _ in VALUES) if long else VALUES),
        purpose="核对" if revealed else "", entry="e1", may_reveal=True,
    )  # fmt: skip


def run(state: str = "running", *, long: bool = False) -> c.RunView:
    moving = state == "running"
    one = c.RunTable(
        table="medical.settlements", title=text("结算", long=long), phase="reading", read=165_311,
        system_title=text("医疗保险", long=long), expected=486_210, share=0.34, accepted=165_311,
        inserted=12, updated=31, unchanged=0, quarantined=3, seconds=1.4,
    )  # fmt: skip
    failure = c.RunFailure(
        table="vehicles.licences", title=text("驾驶证", long=long),
        system_title=text("车辆与驾驶证", long=long),
        sentence=text("来源表少了必填列“准驾车型”，多出“准驾车型代码”。", long=long),
        stands=text("湖中仍是 06-10 的快照，11,432 行，可照常使用。", long=long),
        contact=text("请问市公安局科技信息化支队。", long=long),
    )  # fmt: skip
    return c.RunView(
        row=run_row(state, long=long), title=text("正在汇聚" if moving else "汇聚完成"),
        sentence=text("由您于 14:31 发起，全部系统。", long=long), moving=moving, share=0.75,
        elapsed=41.0, remaining=20.0 if moving else None, failures=(failure,),
        running=(one, replace(one, expected=0)) if moving else (),
        waiting=(one,) if moving else (), done=(replace(one, phase="done"),), done_rows=308_717,
        done_quarantined=19, stop_asked=False, may_stop=True,
        log=tuple(c.LogLine(at=NOW, level=level, table="", text=text("社会保险 · 缴费 第 19 批", long=long))
                  for level in ("info", "warn", "bad")),
    )  # fmt: skip


def _troubles(*, long: bool = False) -> tuple[c.Trouble, ...]:
    return (
        c.Trouble(
            field="man_born", field_title=text("男方出生日期"), rule="birth_of",
            sentence=text("身份证号显示 1987-03-12，登记为 1978-03-12，请核对其一。", long=long),
            suggestion="1987-03-12", suggestion_label=text("采用 1987-03-12"),
        ),
    )  # fmt: skip


def _cells(*, state: str, masked: bool = False, long: bool = False) -> tuple[c.Cell, ...]:
    return tuple(
        c.Cell(field=name, value=LONG if long and name == "kind" else value, before="1978-03-12",
               state=state if name in {"man_id", "man_born"} else "clean",
               masked=masked and level > 2)
        for (name, _title, _kind, level), value in zip(FIELDS, VALUES, strict=True)
    )  # fmt: skip


def _columns() -> tuple[c.GridColumn, ...]:
    return tuple(
        c.GridColumn(letter=letter, field=name, title=text(title), level=level)
        for letter, (name, title, _kind, level) in zip("ABCDEF", FIELDS, strict=True)
    )


def quarantine(*, revealed: bool = False, long: bool = False) -> c.QuarantineView:
    def row(key: str, *, corrected: bool = False) -> c.QuarantineRow:
        cells = _cells(state="changed" if corrected else "wrong", masked=not revealed, long=long)
        return c.QuarantineRow(row=key, label=f"第 {key} 行", corrected=corrected, raw="",
                               office=LONG if long else "市民政局婚姻登记处",
                               cells=cells, troubles=_troubles(long=long))  # fmt: skip

    return c.QuarantineView(
        table="civil.marriages", title=text("婚姻登记", long=long), system="civil",
        system_title=text("婚姻登记", long=long), department_title=text("市民政局", long=long),
        version="1.2.0", columns=_columns(), rows=(row("18"), row("47", corrected=True)),
        total=52, offset=20, limit=20, reasons=reasons(), revealed=revealed,
        purpose="核对出生日期" if revealed else "", entry="e", may_reveal=True, may_correct=True,
    )  # fmt: skip


def quarantine_list(*, long: bool = False) -> tuple[c.QuarantineTable, ...]:
    return (
        c.QuarantineTable(
            table="civil.marriages", title=text("婚姻登记", long=long), system="civil",
            system_title=text("婚姻登记", long=long), department_title=text("市民政局"),
            quarantined=5, reasons=reasons(), may_correct=True, may_upload=True,
        ),
    )  # fmt: skip


def target() -> c.UploadTarget:
    return c.UploadTarget(
        table="civil.marriages", title=text("婚姻登记"), system_title=text("婚姻登记"),
        department_title=text("市民政局"), fields=tuple(text(title) for _n, title, _k, _l in FIELDS),
    )  # fmt: skip


def draft() -> c.DraftRow:
    return c.DraftRow(draft="d1", table="civil.marriages", title=text("婚姻登记"),
                      file_name="婚姻登记-2021年累计.xlsx", uploaded_at=NOW)  # fmt: skip


def upload(*, submitted: bool = False, error: bool = False, long: bool = False) -> c.UploadView:
    def row(number: int, state: str) -> c.GridRow:
        cells = _cells(state={"returned": "wrong"}.get(state, state), long=long)
        return c.GridRow(kind="row", folded=0, number=number, state=state, cells=cells,
                         troubles=_troubles(long=long) if state == "wrong" else ())  # fmt: skip

    gap = c.GridRow(kind="gap", folded=14, number=0, state="clean", cells=(), troubles=())
    rows = (gap, row(17, "clean"), row(18, "wrong"), row(166, "changed"), row(240, "returned"), gap)
    return c.UploadView(
        draft="d1", table="civil.marriages", title=text("婚姻登记", long=long), system="civil",
        version="1.2.0", step=4 if submitted else 3, file_name=LONG if long else "累计.xlsx",
        bytes=41_984, file_note=text("312 行 10 列"), uploaded_at=NOW, by="陈**", read=312,
        accepted=308, quarantined=4, inserted=9, updated=4, unchanged=295, removed=0, wrong_rows=5,
        fixed_rows=1, error=text("文件已损坏，打不开。") if error else c.Text(zh=""),
        columns=_columns(), rows=rows, dock=text("308 行入库，4 行留在待修正"), submitted=submitted,
        run="R-1" if submitted else "", entry="e",
    )  # fmt: skip


def proof(*, whole: bool = True, levels: int = 16) -> c.ProofView:
    path = tuple(
        c.PathStep(level=i + 1, side="left" if i % 2 else "right", neighbour=HASH, then=HASH,
                   now=HASH if whole else OTHER, changed=not whole)
        for i in range(levels)
    )  # fmt: skip
    return c.ProofView(
        number=48_197, size=48_213, entry=seen()[1], whole=whole, leaf=HASH, path=path,
        root_signed=HASH, root_now=HASH if whole else OTHER, checkpoint=1205, checkpoint_at=NOW,
        checkpoint_text="citybrain.invalid/ledger\n48213\n" + HASH, witnesses=2,
        verifier="python3 verify_ledger.py proof-48197.json",
    )  # fmt: skip


def integrity(state: str = "damaged", *, long: bool = False) -> c.IntegrityView:
    damaged = state == "damaged"
    file = c.FileProblem(
        file="00003-a41c.parquet", table="ods.civil.marriages", title=text("婚姻登记", long=long),
        sentence=text("大小未变，仍能打开。若不核对哈希，查询会不报错地给出错误日期。", long=long),
        rows=1024, sha256_then=HASH, sha256_now=OTHER, bytes_then=81_920, bytes_now=81_920,
        change=c.FilePart(offset=81_000, before="4E", after="4F"), in_backup=True, found_at=NOW,
    )  # fmt: skip
    entry = c.EntryProblem(
        number=48_197, title=text("第 48,197 条记录"), leaf_then=HASH, leaf_now=OTHER,
        sentence=text("有人想让一次明文查看显得像脱敏查看。", long=long), in_copy=True, found_at=NOW,
        facts=tuple(
            c.Fact(name=name, title=text(title), then=text(then, long=long), now=text(now),
                   changed=then != now)
            for name, title, then, now in (("who", "何人", "市民政局 陈**", "市民政局 陈**"),
                                           ("action", "做了", "明文查看", "脱敏查看"))),
    )  # fmt: skip
    steps = tuple(
        c.RepairStep(number=i + 1, title=text(title), sentence=text("02:00 的备份中有同一哈希的副本。"),
                     action=action, argument="00003-a41c.parquet", done=not i,
                     commands=("citybrain scrub",) if action == "verify" else ())
        for i, (title, action) in enumerate(
            (("留证", ""), ("恢复文件", "restore_file"), ("恢复记录", "restore_record"),
             ("再次校验", "verify")))
    )  # fmt: skip
    return c.IntegrityView(
        state=state, headline=text("发现 2 处改动" if damaged else "数据与记录完好"),
        sentence=text("刚刚校验：14:33:06，用时 3.4 秒。1,286 个文件、48,213 条记录全部重算。", long=long),
        cheated=text("这是演练：14:33:02 您按下了“试着作弊”。") if damaged else c.Text(zh=""),
        files=1286, entries=48_213, checkpoint=1205, checkpoint_at=NOW, verified_at=NOW, seconds=3.4,
        problem_count=2 if damaged else 0, file_problems=(file,) if damaged else (),
        entry_problems=(entry,) if damaged else (), other_problems=(),
        proof=proof(whole=False) if damaged else None,
        refused=(text("婚姻登记的查看、导出与汇聚", long=long),) if damaged else (),
        still=text("其余 39 张表照常汇聚与查看"), steps=steps if damaged else (),
        verifications=(c.VerificationRow(at=NOW, scope=text("全部文件与记录"), seconds=3.4, files=1286,
                                         entries=48_213, problems=2 * damaged,
                                         result=text("2 处改动" if damaged else "完好")),),
        backup_at=NOW, may_verify=True, may_cheat=True, may_restore=True,
    )  # fmt: skip
