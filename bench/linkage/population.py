"""A made-up city's people as DuckDB tables, fast: every draw is a hash of seed, person and purpose.

All ID numbers carry the rehearsal's county digits, which were never issued, and all telephone
numbers the unallocated prefix 100.
"""

import duckdb

from citybrain.simulate.draw import stream
from citybrain.simulate.names import load_names
from citybrain.standards import rehearsal

COUNTIES = ("341802", "341821", "341823", "341824", "341825", "341881", "341882")
MINORITY = ("阿不都", "买买提", "热依汗", "古丽", "吐尔逊", "艾力", "卓玛", "扎西", "次仁", "德吉")
LATIN = ("JohnSmith", "MariaGarcia", "KimMinJun", "TanakaYuki", "IvanPetrov", "AnnaMuller")


def draw(of: str, purpose: str) -> str:
    """SQL for a number in [0, 1) that depends on ``of`` and the purpose alone."""
    return f"((mix({of}, '{purpose}') >> 11) / 9007199254740992.0)"


def pick(values: str, of: str, purpose: str) -> str:
    """SQL for one element of a list."""
    return f"{values}[1 + (mix({of}, '{purpose}') % len({values}))::BIGINT]"


def people(connection: duckdb.DuckDBPyConnection, count: int) -> None:
    """Table ``people``: i, household, id_number, name, birth, sex, phone, address, division."""
    # DuckDB's hash of two values is a mere XOR of theirs: hashed again, draws are independent.
    connection.execute("CREATE MACRO mix(k, p) AS hash(hash(k, p))")
    _lists(connection)
    connection.execute(
        f"""
        CREATE TABLE raw AS
        WITH base AS (
          SELECT i, i // 3 AS household, i % 3 AS member,
            1938 + floor({draw("i // 3", "year")} * 55)::INT AS head_year
          FROM range({count}) t(i)),
        aged AS (
          SELECT *, CASE member WHEN 0 THEN head_year
              WHEN 1 THEN head_year - 4 + floor({draw("i", "year")} * 8)::INT
              ELSE least(2020, head_year + 21 + floor({draw("i", "year")} * 14)::INT) END AS year,
            CASE member WHEN 0 THEN 1 WHEN 1 THEN 2
              ELSE 1 + (mix(i, 'sex') % 2)::INT END AS sex,
            CASE member WHEN 1 THEN i ELSE household * 3 END AS line
          FROM base)
        SELECT i, household, member, year, sex, line,
          make_date(year, 1, 1) + floor({draw("i", "day")} * 365)::INT AS birth,
          (mix(household, 'county') % 7)::INT AS county
        FROM aged"""
    )
    _named(connection)
    _numbered(connection)


def _lists(connection: duckdb.DuckDBPyConnection) -> None:
    names = load_names()
    rng = stream("surnames")
    surnames = [names.surname(rng) for _ in range(20_000)]
    connection.execute(
        "CREATE TABLE surnames AS SELECT unnest(?) AS surname, unnest(range(20000)) AS place",
        [surnames],
    )
    connection.execute(
        "CREATE TABLE eras (until INT, since INT, sex INT, whole VARCHAR[], one VARCHAR[])"
    )
    since = 0
    for era in names.eras:
        for sex in ("1", "2"):
            row = [era.until, since, int(sex), era.favourites[sex], era.characters[sex]]
            connection.execute("INSERT INTO eras VALUES (?, ?, ?, ?, ?)", row)
        since = era.until


def _named(connection: duckdb.DuckDBPyConnection) -> None:
    given = f"""CASE WHEN {draw("i", "whole")} < 0.3
        THEN whole[1 + floor(len(whole) * pow({draw("i", "fav")}, 1.6))::INT]
        WHEN {draw("i", "single")} < 0.12 THEN {pick("one", "i", "a")}
        ELSE {pick("one", "i", "a")} || {pick("one", "i", "b")} END"""
    minority, latin = str(list(MINORITY)), str(list(LATIN))
    connection.execute(
        f"""
        CREATE TABLE named AS
        SELECT raw.*, CASE WHEN {draw("household", "people")} < 0.02
            THEN {pick(minority, "i", "m1")} || {pick(minority, "i", "m2")} || '·'
              || {pick(minority, "line", "m3")}
          WHEN {draw("i", "foreign")} < 0.002 THEN {pick(latin, "i", "l1")} || (i % 97)::VARCHAR
          ELSE surname || {given} END AS name
        FROM raw JOIN eras ON raw.sex = eras.sex AND year >= since AND year < until
        JOIN surnames ON place = mix(line, 'surname') % 20000"""
    )


def _numbered(connection: duckdb.DuckDBPyConnection) -> None:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    codes = str([rehearsal.rehearsal_code(c) for c in COUNTIES])
    total = " + ".join(f"{w} * body[{n}]::INT" for n, w in enumerate(weights, 1))
    connection.execute(
        f"""
        CREATE TABLE people AS
        WITH stems AS (SELECT *, ({codes})[county + 1] || strftime(birth, '%Y%m%d') AS stem
          FROM named),
        bodies AS (SELECT *, stem || lpad(((row_number() OVER
            (PARTITION BY stem, sex ORDER BY hash(i)) - 1) * 2 + sex % 2)::VARCHAR, 3, '0') AS body
          FROM stems)
        SELECT i, household, member, year, sex::VARCHAR AS sex, birth::DATE AS birth, name,
          body || ['1','0','X','9','8','7','6','5','4','3','2'][1 + ({total}) % 11] AS id_number,
          '100' || lpad((mix(CASE WHEN year > 2006 OR {draw("i", "shares")} < 0.05
            THEN household * 3 ELSE i END, 'phone') % 100000000)::VARCHAR, 8, '0') AS phone,
          ({codes})[county + 1] || lpad((1 + mix(household, 'town') % 14)::VARCHAR, 3, '0')
            AS division,
          {_address("household")} AS address
        FROM bodies"""
    )
    for table in ("raw", "named"):
        connection.execute(f"DROP TABLE {table}")


def _address(of: str) -> str:
    streets = (
        "['状元','叠嶂','鳌峰','敬亭','水阳江','昭亭','梅溪','响山','双塔','桃花潭','青弋','宛溪']"
    )
    towns = (
        "['济川','鳌峰','西林','澄江','双桥','飞彩','敬亭山','天湖','金坝','向阳','孙埠','水东',"
        "'狸桥','沈村']"
    )
    return f"""'安徽省宣城市' || {pick(towns, of, "town")} || '街道'
        || {pick(streets, of, "street")} || '路' || (1 + mix({of}, 'house') % 400)::VARCHAR || '号'
        || (1 + mix({of}, 'stair') % 30)::VARCHAR || '栋'
        || (101 + mix({of}, 'flat') % 1700)::VARCHAR || '室'"""
