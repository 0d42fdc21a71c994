"""Names are heard alike, whether one by one or many together."""

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from citybrain.lake.resolve import names

_HAN = st.text(st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF), min_size=1, max_size=4)
_ANY = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)


def heard(connection: duckdb.DuckDBPyConnection, said: list[str]) -> set[tuple[str, ...]]:
    connection.execute("CREATE OR REPLACE TABLE said (n VARCHAR)")
    connection.executemany("INSERT INTO said VALUES (?)", [[name] for name in said])
    names.hear(connection, "FROM said")
    return set(connection.execute("FROM resolve_name").fetchall())


@given(st.lists(_HAN | _ANY | st.sampled_from(["", "司马", "𠮷野", "阿不都·买买提"]), min_size=1))
@settings(deadline=None)
def test_many_names_are_heard_as_each_alone(said: list[str]) -> None:
    told = {(name, *names.features(name)) for name in said if name}
    with duckdb.connect() as connection:
        many, names.MANY = names.MANY, 0
        try:
            assert heard(connection, said) == told
        finally:
            names.MANY = many
        assert heard(connection, said) == told


def test_a_city_without_names_is_heard_too() -> None:
    with duckdb.connect() as connection:
        assert heard(connection, [""]) == set()
        assert connection.execute("SELECT sound FROM resolve_name").fetchall() == []
