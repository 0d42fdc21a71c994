"""The one way payload leaves the lake: ask, refuse what is damaged, read, record, hand out.

The reading itself happens outside the recording transaction, which must stay short; its
rows are handed out only after the record is durable. A read that fails hands out nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from citybrain.base.wording import both
from citybrain.engines.catalogue import wiring
from citybrain.engines.catalogue.errors import Unknown, Withheld
from citybrain.engines.catalogue.models import Verification
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor
from citybrain.lake.locations import DELIVERED, MADE


def thing_of(table: str) -> str:
    """``table:system.table``."""
    return f"table:{table}"


def things_of(names: Sequence[str]) -> str:
    """What a run is about: its table, its system, or the lake."""
    systems = {name.split(".")[0] for name in names}
    if len(names) == 1:
        return thing_of(names[0])
    return f"system:{next(iter(systems))}" if len(systems) == 1 else "lake:"


def require(actor: Actor, action: str, thing: str, *, purpose: str = "") -> None:
    """Refuse early; a yes is not recorded, for what shows no payload only needs one."""
    verdict = guard.may(actor, action, thing, purpose=purpose, clock=wiring.clock())
    if not verdict.allowed:
        raise guard.turned_away(actor, action, thing, verdict.reasons, clock=wiring.clock())


def may(actor: Actor, action: str, thing: str) -> bool:
    """True when the actor may do it, given a purpose where one is needed."""
    some = "用途另行写明"
    return guard.may(actor, action, thing, purpose=some, clock=wiring.clock()).allowed


@contextmanager
def reading(
    actor: Actor, *tables: str, reveal: bool, purpose: str = "", action: str = ""
) -> Iterator[guard.Done]:
    """Around every read of payload: asks, gates, and makes the entry durable at exit.

    ``tables`` are ``system.table``; without any the entry is about the lake itself. The
    caller sets ``count`` and returns what it read only after the block.
    """
    things = tuple(thing_of(name) for name in tables) or ("lake:",)
    verb = action or ("lake.reveal" if reveal else "lake.read")
    with guard.act(
        actor, verb, things, purpose=purpose, masked=not reveal, hold=False, clock=wiring.clock()
    ) as done:
        gate(*tables)
        yield done


def order(
    actor: Actor, action: str, thing: str, *, count: int | None = None, digest: str = ""
) -> None:
    """Record a change of the lake before it is made.

    The lake and the record are two databases, which cannot commit as one: so the record
    comes first, and nothing changes that is not in it. Should the change then fail, its run
    or its error says so.
    """
    with guard.act(actor, action, thing, clock=wiring.clock()) as done:
        done.count, done.digest = count, digest


def gate(*tables: str) -> None:
    """Refuse while the record cannot be trusted, and tables known to be damaged.

    Without a trustworthy record not one byte goes out: nobody could prove who read it.
    """
    last = Verification.objects.first()
    if last is not None and last.record_problems:
        raise Withheld(
            both(
                "留痕修复之前，不显示任何数据内容",
                "No data are shown before the ledger is repaired",
            ),
            why=both(
                "最近一次校验发现留痕被改动，此刻谁看过什么已无法证明",
                "the last verification found it changed, so nobody could prove who saw what",
            ),
            do=both(
                "请在“完整性”页面恢复记录并再次校验",
                "Restore the entries on the page “Integrity” and verify again",
            ),
            where="ledger",
        )
    damaged = damaged_tables()
    for table in tables:
        if table in damaged:
            raise Withheld(
                both(f"“{_title(table)}”已停止对外", f"{table} is not shown"),
                why=both(
                    f"它的文件 {damaged[table]} 与登记的哈希不符",
                    f"its file {damaged[table]} does not have the hash it was committed with",
                ),
                do=both(
                    "请在“完整性”页面从备份恢复文件并再次校验",
                    "Restore it with citybrain restore BACKUP --file FILE, then verify",
                ),
                where=table,
            )


def damaged_tables() -> dict[str, str]:
    """``system.table`` → a damaged file of it or of its quarantine."""
    found = {}
    for problem in wiring.store().damaged():
        found[source_name(problem.table)] = problem.file
    return found


def source_name(lake_table: str) -> str:
    """``ods.civil.marriages`` → ``civil.marriages``; a model's table keeps its layer."""
    layer, _, rest = lake_table.partition(".")
    return rest if layer in DELIVERED else lake_table


def known_table(lake_table: str) -> str:
    """The name that the record calls a table of the lake by; refuses one that nobody made."""
    name = source_name(lake_table)
    if lake_table.partition(".")[0] not in MADE:
        return wiring.contract(name).id
    if not wiring.store().exists(lake_table):
        raise Unknown(
            both(f"没有名为 {lake_table} 的表", f"There is no table {lake_table}"),
            why=both("还没有构建过这样的模型", "no model of that name has been built"),
            do=both(
                "请在“模型”页面中查看有哪些表",
                "The page “Models” lists the tables; citybrain build makes them",
            ),
            where=lake_table,
        )
    return name


def _title(table: str) -> str:
    found = wiring.city().contracts.get(table)
    return found.title or table if found else table
