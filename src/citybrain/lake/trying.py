"""One row's texts against the contract's rules, as a collect would check them."""

from collections.abc import Mapping

from citybrain.city.contracts import Contract
from citybrain.city.model import City
from citybrain.lake.duck import connection as duckdb_connection
from citybrain.lake.explain import CellProblem, explain
from citybrain.lake.intake import about
from citybrain.lake.plan import Given, plan
from citybrain.lake.sqltext import name
from citybrain.lake.store import Store


def problems(
    store: Store, city: City, contract: Contract, values: Mapping[str, str | None]
) -> tuple[CellProblem, ...]:
    """What is wrong with a row of texts by field; rules that compare rows are not asked."""
    rules = about(city, store.clock.now().date())
    given = {
        f.source: Given(name=f.source, encoding="text", duckdb_type="VARCHAR")
        for f in contract.fields
    }
    made = plan(contract, relation="one_row", given=given, about=rules)
    columns = ", ".join(f"?::VARCHAR AS {name(f.source)}" for f in contract.fields)
    texts = [values.get(f.name) or None for f in contract.fields]
    with duckdb_connection(store.home) as engine:
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute(f"CREATE TEMP TABLE one_row AS SELECT {columns}", texts)
        row = engine.execute(f"SELECT _why FROM ({made.sql})").fetchone()
    fields = {f.name: f for f in contract.fields}
    failed = [made.checks[i] for i in (row[0] if row and row[0] else ()) if i is not None]
    return tuple(explain(check, values, fields, rules) for check in failed)
