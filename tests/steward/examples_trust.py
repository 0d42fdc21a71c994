"""Views of integrity and proofs, whole and damaged."""

from citybrain.engines.catalogue import service as c
from tests.steward.examples import HASH, NOW, OTHER, seen, text


def proof(*, whole: bool = True, levels: int = 16) -> c.ProofView:
    path = tuple(
        c.PathStep(
            level=i + 1,
            side="left" if i % 2 else "right",
            neighbour=HASH,
            then=HASH,
            now=HASH if whole else OTHER,
            changed=not whole,
        )
        for i in range(levels)
    )
    return c.ProofView(
        number=48_197,
        size=48_213,
        entry=seen()[1],
        whole=whole,
        leaf=HASH,
        path=path,
        root_signed=HASH,
        root_now=HASH if whole else OTHER,
        checkpoint=1205,
        checkpoint_at=NOW,
        checkpoint_text="citybrain.invalid/ledger\n48213\n" + HASH,
        witnesses=2,
        verifier="python3 verify_ledger.py proof-48197.json",
    )


def integrity(state: str = "damaged", *, long: bool = False) -> c.IntegrityView:
    damaged = state == "damaged"
    file = c.FileProblem(
        file="00003-a41c.parquet",
        table="ods.civil.marriages",
        title=text("婚姻登记", long=long),
        sentence=text("大小未变，仍能打开。若不核对哈希，查询会不报错地给出错误日期。", long=long),
        rows=1024,
        sha256_then=HASH,
        sha256_now=OTHER,
        bytes_then=81_920,
        bytes_now=81_920,
        change=c.FilePart(offset=81_000, before="4E", after="4F"),
        in_backup=True,
        found_at=NOW,
    )
    entry = c.EntryProblem(
        number=48_197,
        title=text("第 48,197 条记录"),
        leaf_then=HASH,
        leaf_now=OTHER,
        sentence=text("有人想让一次明文查看显得像脱敏查看。", long=long),
        in_copy=True,
        found_at=NOW,
        facts=tuple(
            c.Fact(
                name=name,
                title=text(title),
                then=text(then, long=long),
                now=text(now),
                changed=then != now,
            )
            for name, title, then, now in (
                ("who", "何人", "市民政局 陈**", "市民政局 陈**"),
                ("action", "做了", "明文查看", "脱敏查看"),
            )
        ),
    )
    steps = tuple(
        c.RepairStep(
            number=i + 1,
            title=text(title),
            sentence=text("02:00 的备份中有同一哈希的副本。"),
            action=action,
            argument="00003-a41c.parquet",
            done=not i,
            commands=("citybrain scrub",) if action == "verify" else (),
        )
        for i, (title, action) in enumerate(
            (
                ("留证", ""),
                ("恢复文件", "restore_file"),
                ("恢复记录", "restore_record"),
                ("再次校验", "verify"),
            )
        )
    )
    return c.IntegrityView(
        state=state,
        headline=text("发现 2 处改动" if damaged else "数据与记录完好"),
        sentence=text(
            "刚刚校验：14:33:06，用时 3.4 秒。1,286 个文件、48,213 条记录全部重算。", long=long
        ),
        cheated=text("这是演练：14:33:02 您按下了“试着作弊”。") if damaged else c.Text(zh=""),
        files=1286,
        entries=48_213,
        checkpoint=1205,
        checkpoint_at=NOW,
        verified_at=NOW,
        files_at=NOW,
        record_at=NOW,
        seconds=3.4,
        problem_count=2 if damaged else 0,
        file_problems=(file,) if damaged else (),
        entry_problems=(entry,) if damaged else (),
        other_problems=(),
        proof=proof(whole=False) if damaged else None,
        refused=(text("婚姻登记的查看、导出与汇聚", long=long),) if damaged else (),
        still=text("其余 39 张表照常汇聚与查看"),
        steps=steps if damaged else (),
        verifications=(
            c.VerificationRow(
                at=NOW,
                scope=text("全部文件与记录"),
                seconds=3.4,
                files=1286,
                entries=48_213,
                problems=2 * damaged,
                result=text("2 处改动" if damaged else "完好"),
            ),
        ),
        put_back=(
            c.PutBack(at=NOW, what=text("婚姻登记的一个文件，由备份", long=long), who="王**"),
        ),
        backup_at=NOW,
        may_verify=True,
        may_cheat=True,
        may_restore=True,
    )
