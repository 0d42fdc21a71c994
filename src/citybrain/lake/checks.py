"""Contract rules as vectorised SQL: one boolean per check, true where the cell is wrong.

The good rows, nearly all of them, pay one cheap boolean each; reasons in sentences are made
elsewhere and only for the rows that are wrong. A check never says anything about an empty
cell: that is what ``required`` is for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from citybrain.city.contracts import Contract, Field, Rule
from citybrain.lake.cast import Cell
from citybrain.lake.sqltext import text as literal

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
DIGITS = "digits"
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that can be wrong with one field; ``sql`` is true where it is."""

    field: Field
    rule: Rule
    sql: str


@dataclass(frozen=True, kw_only=True)
class CheckContext:
    """What rules need besides the row: the day of collection and the codes valid on it."""

    day: date
    codes: Mapping[str, Mapping[str, str]]  # codelist -> code -> title, valid on the day
    replaced: Mapping[str, Mapping[str, str]]  # codelist -> old code -> new code
    births: Mapping[str, str] = field(default_factory=dict)  # ID field -> birth_if_valid's column


def checks(
    contract: Contract, cells: Mapping[str, Cell], values: Mapping[str, str], about: CheckContext
) -> list[Check]:
    """Every check of the contract; ``values`` names each field's typed column in the SQL."""
    found = []
    for one in contract.fields:
        value = values[one.name]
        found.extend(_basic(one, cells[one.name], value))
        for rule in _rules(one):
            wrong = _BUILDERS[rule.name](one, rule, value, values, about)
            found.append(Check(field=one, rule=rule, sql=f"coalesce({wrong}, false)"))
    return found


def _rules(field: Field) -> list[Rule]:
    listed = list(field.rules)
    if field.codelist and all(rule.name != "codelist" for rule in listed):
        listed.append(Rule(name="codelist", arguments={"codelist": field.codelist}))
    return listed


def _basic(field: Field, cell: Cell, value: str) -> list[Check]:
    empty = cell.empty
    found = []
    if cell.cut:
        sql = f"coalesce({cell.cut}, false)"
        found.append(Check(field=field, rule=Rule(name=DIGITS), sql=sql))
    if cell.certain:
        pass
    elif cell.kept:
        wrong = f"coalesce(NOT ({cell.exact}), false)"
        found.append(Check(field=field, rule=Rule(name="type"), sql=wrong))
    else:
        wrong = f"NOT ({empty}) AND ({value} IS NULL OR NOT coalesce({cell.exact}, false))"
        wrong = f"coalesce({wrong}, true)"
        if cell.sure:
            wrong = f"CASE WHEN {cell.sure} THEN false ELSE {wrong} END"
        found.append(Check(field=field, rule=Rule(name="type"), sql=wrong))
    if field.required or field.key:
        found.append(Check(field=field, rule=Rule(name="required"), sql=empty))
    return found


def id_fields(contract: Contract) -> list[str]:
    """Fields whose ID number some rule looks into."""
    found = {f.name for f in contract.fields if any(r.name == "id_number" for r in f.rules)}
    found |= {
        str(r.arguments["id"]) for f in contract.fields for r in f.rules if "id" in r.arguments
    }
    return [f.name for f in contract.fields if f.name in found]


def birth_steps(value: str, column: str) -> list[str]:
    """SELECT items, one layer upon the other; the last gives ``column``.

    It is the birth date in a resident ID number of 15 or 18 digits; null where it is not one.
    """
    first, high, low = f"{column}_first", f"{column}_high", f"{column}_low"
    written = f"{column}_written"  # in whole numbers of 32 bits, which divide quicker
    # Text that a cast takes for a number though it is not all digits: signs and blanks come
    # before '1', 0x… too; 1_0 has fewer digits; only 1e9 must be looked for.
    shape = (
        f"strlen({value}) = 18 AND {value} >= '1' AND {first} >= {10**16} "
        f"AND NOT contains({value}, 'e') AND NOT contains({value}, 'E')"
    )
    fits = f"ends_with({value}, ['1','0','X','9','8','7','6','5','4','3','2'][{_rest(high, low)}])"
    day = f"{written} // 10000, {written} // 100 % 100, {written} % 100"
    # Four sequences of the old numbers were kept for people born before 1900.
    century = f"CASE WHEN right({value},3) IN ('996','997','998','999') THEN '18' ELSE '19' END"
    short = (
        f"{century} || substr({value},7,2) || '-' || substr({value},9,2) || '-' "
        f"|| substr({value},11,2)"
    )
    return [
        f"try_cast(left({value}, 17) AS BIGINT) AS {first}",
        f"({first} // {10**8})::DOUBLE AS {high}, ({first} % {10**8})::DOUBLE AS {low}, "
        f"({first} // 1000 % {10**8})::INTEGER AS {written}",
        f"CASE WHEN {shape} THEN CASE WHEN {fits} THEN try(make_date({day})) END "
        f"WHEN regexp_full_match({value}, '[1-9][0-9]{{14}}') THEN try_cast({short} AS DATE) END "
        f"AS {column}",
    ]


def _rest(high: str, low: str) -> str:
    """Where in the check digits the one of a number of 9 and 8 digits stands, from 1.

    GB 11643 sums digit times 2^(places from the right) modulo 11. With q the number without
    its last k digits, a digit is q(k) - 10 q(k+1), which leaves one division for each. In
    doubles it takes a third of the time of whole numbers, and is exact: half a unit keeps
    every quotient of 9 digits far from the next whole number, compared to a double's error.
    """
    shifted = " + ".join(
        f"floor(({part} + 0.5) * 1e-{k}) * {2 ** (k + before)}"
        for part, digits, before in ((high, 9, 8), (low, 8, 0))
        for k in range(1, digits)
    )
    return f"(2 * ({high} * 256 + {low} - 4 * ({shifted})))::INTEGER % 11 + 1"


def _id_number(field: Field, _r: Rule, value: str, _v: Mapping[str, str], a: CheckContext) -> str:
    return f"{value} IS NOT NULL AND {a.births[field.name]} IS NULL"


def _birth_of(_f: Field, rule: Rule, value: str, _v: Mapping[str, str], a: CheckContext) -> str:
    return f"{value}::DATE <> {a.births[str(rule.arguments['id'])]}"


def _sex_of(_f: Field, rule: Rule, value: str, v: Mapping[str, str], a: CheckContext) -> str:
    other = str(rule.arguments["id"])
    number = v[other]
    digit = f"substr({number}, CASE length({number}) WHEN 18 THEN 17 ELSE 15 END, 1)"
    sex = f"CASE WHEN {digit} IN ('1','3','5','7','9') THEN '1' ELSE '2' END"
    return f"{a.births[other]} IS NOT NULL AND {value} <> {sex}"


def _uscc(_f: Field, _r: Rule, value: str, _v: Mapping[str, str], _a: CheckContext) -> str:
    terms = " + ".join(
        f"(instr('{_USCC}', substr({value},{place + 1},1)) - 1) * {pow(3, place, 31)}"
        for place in range(17)
    )
    check = f"substr('{_USCC}', ((31 - ({terms}) % 31) % 31 + 1)::BIGINT, 1)"
    return (
        f"CASE WHEN regexp_full_match({value}, '[{_USCC}]{{2}}[0-9]{{6}}[{_USCC}]{{10}}') "
        f"THEN {check} <> right({value},1) ELSE {value} IS NOT NULL END"
    )


def _phone(_f: Field, _r: Rule, value: str, _v: Mapping[str, str], _a: CheckContext) -> str:
    return f"NOT regexp_full_match({value}, '[0-9]{{11}}')"


def _pattern(_f: Field, rule: Rule, value: str, _v: Mapping[str, str], _a: CheckContext) -> str:
    pattern = literal(str(rule.arguments["pattern"]))
    return f"NOT regexp_full_match({value}::VARCHAR, {pattern})"


def _length(_f: Field, rule: Rule, value: str, _v: Mapping[str, str], _a: CheckContext) -> str:
    return _outside(f"length({value}::VARCHAR)", rule, str)


def _range(field: Field, rule: Rule, value: str, _v: Mapping[str, str], _a: CheckContext) -> str:
    dated = field.type in ("date", "timestamp", "timestamptz")
    name = {"timestamp": "TIMESTAMP", "timestamptz": "TIMESTAMPTZ"}.get(field.type, "DATE")
    return _outside(value, rule, (lambda bound: f"{name} {literal(bound)}") if dated else str)


def _outside(value: str, rule: Rule, sql: Callable[[str], str]) -> str:
    sides = (("min", "<"), ("max", ">"))
    tests = [
        f"{value} {sign} {sql(str(rule.arguments[side]))}"
        for side, sign in sides
        if rule.arguments.get(side) is not None
    ]
    return " OR ".join(tests) or "false"


def _codelist(_f: Field, rule: Rule, value: str, _v: Mapping[str, str], a: CheckContext) -> str:
    codes = a.codes.get(str(rule.arguments["codelist"]), {})
    listed = ", ".join(literal(code) for code in codes)
    return f"{value}::VARCHAR NOT IN ({listed})" if listed else "false"


def _not_before(_f: Field, rule: Rule, value: str, v: Mapping[str, str], _a: CheckContext) -> str:
    return f"{value} < {v[str(rule.arguments['other'])]}"


def _not_future(field: Field, _r: Rule, value: str, _v: Mapping[str, str], a: CheckContext) -> str:
    day = f"DATE '{a.day.isoformat()}'"
    return f"{value} > {day}" if field.type == "date" else f"{value} >= {day} + 2"


_BUILDERS = {
    "pattern": _pattern,
    "length": _length,
    "range": _range,
    "codelist": _codelist,
    "id_number": _id_number,
    "uscc": _uscc,
    "phone": _phone,
    "birth_of": _birth_of,
    "sex_of": _sex_of,
    "not_before": _not_before,
    "not_future": _not_future,
}
