"""No sentence, label or suggestion tells a value that is masked."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.city.contracts import Contract, Field, Rule
from citybrain.engines.catalogue.cells import cells, letter, troubles
from citybrain.lake.explain import CellProblem

CONTRACT = Contract(
    system="s", table="t", version="1.0.0", title="表",
    fields=(
        Field(name="number", source="编号", title="编号", type="string", key=1),
        Field(name="person", source="姓名", title="姓名", type="string", level=3, masking="name"),
        Field(name="id", source="证件号", title="证件号", type="string", level=4,
              masking="id_number"),
        Field(name="born", source="出生日期", title="出生日期", type="date", level=3,
              masking="birth_date", rules=(Rule(name="birth_of", arguments={"id": "id"}),)),
        Field(name="on", source="日期", title="日期", type="date", level=1,
              rules=(Rule(name="not_before", arguments={"other": "born"}),)),
        Field(name="office", source="机关", title="机关", type="string", level=1),
    ),
)  # fmt: skip
VALUES = {
    "number": "N-1", "person": "王小明", "id": "341891198703120011", "born": "1978-03-12",
    "on": "1970-01-01", "office": "某县",
}  # fmt: skip
SECRETS = ("王小明", "341891198703120011", "1978-03-12", "1987-03-12", "张三")


def problem(field: str, rule: str, sentence: str, suggestion: str | None = None) -> CellProblem:
    return CellProblem(
        field=field, rule=rule, sentence=sentence, sentence_en=sentence, suggestion=suggestion
    )


CLOSED = (
    problem("born", "birth_of", "身份证号显示 1987-03-12，登记为 1978-03-12。", "1987-03-12"),
    problem("id", "id_number", "证件号 341891198703120011 末位应为 3。", "341891198703120013"),
    problem("on", "not_before", "日期 1970-01-01 早于出生日期 1978-03-12。"),
    problem("office", "key_conflict", "编号 N-1 出现 2 次：姓名一处为“王小明”，一处为“张三”。"),
    problem("office", "codelist", "机关“某县”不在代码表中；该行为王小明。"),
    problem("", "record", "这一条读不出来：N-1,王小明,3418911987"),
)


@pytest.mark.parametrize("found", CLOSED, ids=lambda p: p.rule)
def test_a_closed_sentence_tells_its_rule_only(found: CellProblem) -> None:
    (trouble,) = troubles(CONTRACT, VALUES, [found], shown=())
    said = repr(trouble)
    assert not any(secret in said for secret in SECRETS)
    assert trouble.suggestion == ""
    (told,) = troubles(CONTRACT, VALUES, [found], shown={f.name for f in CONTRACT.fields})
    assert told.sentence.zh == found.sentence
    assert told.suggestion == (found.suggestion or "")


def test_a_sentence_about_open_fields_is_told() -> None:
    for found in (
        problem("office", "codelist", "机关“某县”不在代码表中。", "甲县"),
        problem(
            "on", "key_conflict", "编号 N-1 出现 2 次：日期一处为“1970-01-01”，一处为“1971-01-01”。"
        ),
    ):
        (trouble,) = troubles(CONTRACT, VALUES, [found], shown=())
        assert trouble.sentence.zh == found.sentence
        assert trouble.suggestion == (found.suggestion or "")


def test_a_masked_key_closes_what_compares_rows() -> None:
    fields = tuple(replace(f, level=4, masking="account") if f.key else f for f in CONTRACT.fields)
    found = problem("on", "key_conflict", "编号 N-1 出现 2 次：日期不同。")
    (trouble,) = troubles(replace(CONTRACT, fields=fields), VALUES, [found], shown=())
    assert "N-1" not in trouble.sentence.zh


names = st.sampled_from([field.name for field in CONTRACT.fields])


@given(values=st.dictionaries(names, st.text(min_size=4, max_size=20)), shown=st.sets(names))
def test_cells_show_what_is_shown_and_mask_the_rest(
    values: dict[str, str], shown: set[str]
) -> None:
    made = cells(CONTRACT, values, wrong=(), edits={}, shown=shown)
    for cell, field in zip(made, CONTRACT.fields, strict=True):
        value = values.get(field.name, "")
        if field.level < 3 or field.name in shown:
            assert (cell.value, cell.masked) == (value, False)
        else:
            assert cell.value != value or not value or set(value[1:]) == {"*"}


def test_an_edit_keeps_the_original_masked() -> None:
    (_n, person, *_rest) = cells(CONTRACT, VALUES, wrong=(), edits={"person": "王小朋"}, shown=())
    assert (person.state, person.value, person.before) == ("changed", "王小朋", "王**")


def test_letters_are_those_of_a_spreadsheet() -> None:
    assert [letter(n) for n in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip
