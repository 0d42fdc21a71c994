"""What nine departments wrote down about the made-up people, with the damage of real books.

``mentions`` has the columns of ``lib.person_mentions``; ``truth`` says who each mention is
about and what was done to it, and is never shown to what is measured.
"""

from dataclasses import dataclass, field

import duckdb
from bench.linkage.population import draw, pick

from citybrain.simulate.names import load_names


@dataclass(frozen=True, kw_only=True)
class Department:
    """Which people a department knows, and what its books say of them."""

    table: str
    share: float
    who: str = "true"
    has: frozenset[str] = field(default_factory=frozenset)


def _has(text: str) -> frozenset[str]:
    return frozenset(text.split())


DEPARTMENTS = (
    Department(table="household.persons", share=1.0, has=_has("id birth sex address")),
    Department(table="medical.enrolled", share=0.93, has=_has("id birth sex phone")),
    Department(table="health.records", share=0.62, has=_has("id birth sex phone address relative")),
    Department(
        table="social_insurance.insured",
        share=0.62,
        who="year < 2004",
        has=_has("id birth sex phone address"),
    ),
    Department(
        table="vehicles.licences", share=0.4, who="year < 2002", has=_has("id phone address")
    ),
    Department(
        table="housing_fund.accounts", share=0.28, who="year < 2000", has=_has("id birth phone")
    ),
    Department(
        table="students.students",
        share=0.9,
        who="year BETWEEN 2003 AND 2014",
        has=_has("id birth sex phone address relative"),
    ),
    Department(table="real_estate.titles", share=0.35, who="year < 1998", has=_has("id address")),
    Department(
        table="civil.marriages",
        share=0.45,
        who="member < 2 AND year < 1998",
        has=_has("id birth sex relative"),
    ),
    Department(table="hotline.tickets", share=0.13, who="year < 2004", has=_has("phone address")),
)

# Kind of damage to a number, share of mentions.
NUMBERS = {
    "missing": 0.012,
    "check digit": 0.006,
    "swapped digits": 0.004,
    "truncated": 0.002,
    "two digits": 0.001,
    "another's": 0.0004,
}
# Kind of damage to another value, share of mentions.
VALUES = {
    "homophone": 0.012,
    "swapped characters": 0.003,
    "rare character": 0.002,
    "no surname": 0.002,
    "birth turned": 0.006,
    "year off by ten": 0.002,
    "other phone": 0.04,
    "moved": 0.04,
    "house number": 0.01,
}


def mentions(connection: duckdb.DuckDBPyConnection, *, harder: float = 1.0) -> None:
    """Tables ``mentions`` and ``truth``; ``harder`` multiplies every rate of damage."""
    columns = ["id", "birth", "sex", "phone", "address", "relative"]
    parts = []
    for number, one in enumerate(DEPARTMENTS):
        flags = ", ".join(f"{c in one.has} AS has_{c}" for c in columns)
        parts.append(
            f"SELECT i, {number} AS d, '{one.table}' AS table_name, {flags} FROM people "
            f"WHERE {one.who} AND {draw('i', one.table)} < {one.share}"
        )
    connection.execute(f"CREATE TABLE known AS {' UNION ALL '.join(parts)}")
    connection.execute("CREATE MACRO chance(k, p) AS ((mix(k, p) >> 11) / 9007199254740992.0)")
    _damaged(connection, harder)
    connection.execute(
        """
        CREATE VIEW truth AS
        SELECT mention, i, number_damage, value_damage FROM damaged"""
    )
    connection.execute(
        """
        CREATE VIEW mentions AS
        SELECT mention, _row, table_name, 'person' AS role,
          CASE WHEN has_id AND number_damage IN ('', 'another''s') THEN id_raw END AS id_number,
          CASE WHEN has_id THEN id_raw END AS id_raw, name, birth AS birth_date, sex, phone,
          address, division, relative_id,
          TIMESTAMP '2021-01-01' + to_days((hash(mention) % 365)::INT) AS seen_at
        FROM damaged"""
    )


def _kinds(rates: dict[str, float], purpose: str, harder: float) -> str:
    at, cases = 0.0, []
    for kind, rate in rates.items():
        at += rate * harder
        quoted = kind.replace("'", "''")
        cases.append(f"WHEN chance(k, '{purpose}') < {at} THEN '{quoted}'")
    return f"CASE {' '.join(cases)} ELSE '' END"


def _damaged(connection: duckdb.DuckDBPyConnection, harder: float) -> None:
    alike = load_names().alike
    connection.execute("CREATE TABLE alike (c VARCHAR, other VARCHAR)")
    rows = ", ".join(f"('{c}', '{o}')" for c, others in alike.items() for o in others[:1])
    connection.execute(f"INSERT INTO alike VALUES {rows}")
    connection.execute("CREATE TABLE alikes AS SELECT map(list(c), list(other)) AS m FROM alike")
    count = "(SELECT count(*) FROM people)"
    connection.execute(
        f"""
        CREATE TABLE damaged AS
        WITH keyed AS (SELECT *, i * 16 + d AS k FROM known),
        kinds AS (SELECT *, CASE WHEN NOT has_id THEN 'never asked'
            ELSE {_kinds(NUMBERS, "number", harder)} END AS number_damage,
            {_kinds(VALUES, "value", harder)} AS value_damage,
            (mix(k, 'whose') % {count})::BIGINT AS whose FROM keyed),
        joined AS (SELECT s.*, p.* EXCLUDE (i), o.id_number AS other_number, o.address AS
            other_address, o.division AS other_division, o.phone AS other_phone, r.id_number AS kin
          FROM kinds s JOIN people p USING (i)
          LEFT JOIN people o ON o.i = CASE WHEN number_damage = 'another''s' OR
            value_damage IN ('moved', 'other phone') THEN s.whose END
          LEFT JOIN people r ON s.has_relative AND r.i = s.i - s.i % 3 + CASE WHEN s.i % 3 = 0
            THEN 1 ELSE 0 END)
        SELECT 'ods.' || table_name || '/' || md5(k::VARCHAR)[:16] || '#person' AS mention,
          'ods.' || table_name || '/' || md5(k::VARCHAR)[:16] AS _row, table_name, i, has_id,
          number_damage, value_damage,
          {_number()} AS id_raw, {_name()} AS name,
          CASE WHEN has_birth THEN {_birth()} END AS birth,
          CASE WHEN has_sex THEN sex END AS sex,
          CASE WHEN has_phone THEN CASE value_damage WHEN 'other phone' THEN other_phone
            ELSE phone END END AS phone,
          CASE WHEN has_address THEN CASE value_damage WHEN 'moved' THEN other_address
            WHEN 'house number' THEN regexp_replace(address, '[0-9]+室', '9室')
            ELSE address END END AS address,
          CASE WHEN has_address THEN CASE value_damage WHEN 'moved' THEN other_division
            ELSE division END END AS division,
          kin AS relative_id
        FROM joined, alikes"""
    )
    connection.execute("DROP TABLE known")


def _number() -> str:
    at = "(7 + mix(k, 'place') % 10)::BIGINT"
    digit = f"((id_number[{at}]::INT + 1 + (mix(k, 'digit') % 8)::INT) % 10)::VARCHAR"
    swapped = (
        f"id_number[:{at} - 1] || id_number[{at} + 1] || id_number[{at}] || id_number[{at} + 2:]"
    )
    return f"""CASE number_damage WHEN 'missing' THEN NULL WHEN 'another''s' THEN other_number
        WHEN 'check digit' THEN id_number[:17] || ((mix(k, 'check') % 10)::INT)::VARCHAR
        WHEN 'swapped digits' THEN {swapped}
        WHEN 'truncated' THEN id_number[:(12 + mix(k, 'cut') % 6)::BIGINT]
        WHEN 'two digits' THEN id_number[:{at} - 1] || {digit} || id_number[{at} + 1:16] || '0'
          || id_number[18]
        ELSE id_number END"""


def _name() -> str:
    last = "name[length(name)]"
    return f"""CASE value_damage
        WHEN 'homophone' THEN name[:length(name) - 1] || coalesce(m[{last}], {last})
        WHEN 'swapped characters' THEN CASE WHEN length(name) > 2
          THEN name[1] || name[3] || name[2] || name[4:] ELSE reverse(name) END
        WHEN 'rare character' THEN name[:length(name) - 1] || {pick("['?', '□', '*']", "k", "r")}
        WHEN 'no surname' THEN name[2:] ELSE name END"""


def _birth() -> str:
    turned = """CASE WHEN day(birth) <= 12 AND day(birth) <> month(birth)
          THEN make_date(year(birth)::INT, day(birth)::INT, month(birth)::INT)
          ELSE birth + ((1 + mix(k, 'slip') % 9)::INT) END"""
    return f"""CASE value_damage WHEN 'birth turned' THEN {turned}
        WHEN 'year off by ten' THEN birth + INTERVAL 10 YEAR ELSE birth END"""
