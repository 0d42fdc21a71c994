"""The rows of one table that are set aside: which are checked again, and which stay there."""

from dataclasses import replace

import duckdb

from citybrain.city.contracts import Contract, Field
from citybrain.lake import asideform, modes
from citybrain.lake.handing import Handing
from citybrain.lake.intake import Intake
from citybrain.lake.sqltext import name, text
from citybrain.lake.store import Store


def again(store: Store, contract: Contract) -> str:
    """Set-aside rows to check again: a cursor has passed them, a correction mends them."""
    quarantine = contract.quarantine_table
    if not store.exists(quarantine):
        return ""
    have = {c.name for c in store.columns(quarantine)}
    shown = ", ".join(
        name(f.name) if f.name in have else f"NULL::VARCHAR AS {name(f.name)}"
        for f in contract.fields
    )
    return (
        f"SELECT {shown}, _number, split_part(_row, '#', 1) AS _row "
        f"FROM ({store.scan_sql(quarantine)}) "
        "WHERE split_part(_row, '#', 1) IN (SELECT row FROM corrections_now) AND _raw IS NULL"
    )


def set_aside(
    store: Store,
    engine: duckdb.DuckDBPyConnection,
    intake: Intake,
    *,
    whole: bool,
    batch_id: str,
    handing: Handing,
) -> int:
    """Bring the quarantine to what it is now; the rows in it afterwards.

    ``whole`` where the delivery is the whole table: rows set aside before and absent are gone.
    """
    contract = intake.contract
    lake_table = contract.quarantine_table
    if not intake.aside.rows and not store.exists(lake_table):
        handing.settle(engine)
        return 0
    with store.lease(lake_table, owner=batch_id) as lease:
        store.ensure(lake_table, asideform.columns(contract), key=("_row",))
        wanted = _wanted(store, intake, whole=whole)
        handing.settle(engine, wanted)
        with store.change(lake_table, batch_id=batch_id, lease=lease) as change:
            now = modes.compare(
                engine,
                replace(contract, fields=_text_fields(contract)),
                staged=wanted,
                current=store.scan_sql(lake_table),
                whole=True,
            )
            rows = now.inserted + now.updated + now.unchanged
            if now.changed and not change.already:
                change.replace_all()
                engine.execute(change.new_file("base").copy_sql(wanted))
                change.summary = {
                    "rows_after": str(rows),
                    "contract": contract.version,
                }
                handing.commit(change)
    return rows


def _wanted(store: Store, intake: Intake, *, whole: bool) -> str:
    fresh = f"SELECT * FROM read_parquet({text(intake.aside.path)})"
    if whole:
        return fresh
    held = store.scan_sql(intake.contract.quarantine_table)
    return (
        f"{fresh} UNION ALL BY NAME SELECT * FROM ({held}) h WHERE split_part(_row, '#', 1) "
        f"NOT IN (SELECT split_part(_row, '#', 1) FROM ({fresh})) "
        f"AND _row NOT IN (SELECT _row FROM ({intake.settled.select})) "
        # Checked again, and maybe in now under another key: still wrong ones are fresh.
        "AND NOT (_raw IS NULL AND split_part(_row, '#', 1) IN "
        "(SELECT row FROM corrections_now))"
    )


def _text_fields(contract: Contract) -> tuple[Field, ...]:
    listed = [*(f.name for f in contract.fields), "_raw", "_reasons", "_problems", "_number"]
    return tuple(Field(name=n, source=n, type="string") for n in listed)
