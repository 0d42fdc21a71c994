"""Search finds what a person types: two characters, pinyin, initials, mixed."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.base.chinese import matches, pinyin, search_query, search_text

FUND = "住房公积金管理中心"
han = st.text("公积金宣城住房社保医疗户籍婚姻登记银行重庆", min_size=1, max_size=14)
any_text = st.text(max_size=30)


@pytest.mark.parametrize(
    "query",
    [
        "公积金",
        "公积",
        "金",
        "gjj",
        "gongjijin",
        "gongji",
        "GJJ",
        "ｇｊｊ",
        "公积金 gl",
        "zfgjj",
        "",
        "gong ji",
    ],
)
def test_what_finds_the_housing_fund(query: str) -> None:
    assert matches(FUND, query)


@pytest.mark.parametrize("query", ["公交", "积公", "jgj", "gongjiao", "公积金 医保", "q"])
def test_what_does_not(query: str) -> None:
    assert not matches(FUND, query)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("T_CZRK 常住人口", "t_czrk"),
        ("GB 11643 公民身份号码", "11643"),
        ("household.persons", "persons"),
        ("绿化", "lvhua"),
        ("重庆银行", "cqyh"),
        ("〇三号楼", "〇三"),
        ("𬱖先生", "𬱖"),
        ("Ａ座１２层", "a座12"),
    ],
)
def test_codes_latin_words_rare_characters_and_full_width_forms(text: str, query: str) -> None:
    assert matches(text, query)


@given(han, st.data())
def test_every_part_of_a_chinese_text_finds_it(text: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(begin + 1, len(text)))
    assert matches(text, text[begin:end])


@given(han, st.data())
def test_pinyin_and_initials_from_any_character_find_it(text: str, data: st.DataObject) -> None:
    syllables = pinyin(text)
    assert len(syllables) == len(text)
    begin = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(begin + 1, min(len(text), begin + 12)))
    assert matches(text, "".join(syllables[begin:end]))
    assert matches(text, "".join(s[0] for s in syllables[begin:end]))


@given(any_text)
def test_any_text_finds_itself(text: str) -> None:
    assert matches(text, text)


@given(any_text)
def test_the_index_is_single_spaced_without_repeats_and_stable(text: str) -> None:
    tokens = search_text(text).split(" ") if search_text(text) else []
    assert all(tokens)
    assert len(tokens) == len(set(tokens))
    assert search_text(f"  {text} ") == search_text(text)


@given(any_text, any_text)
def test_both_halves_find_what_both_words_find_together(text: str, query: str) -> None:
    together = matches(text, f"{query} {text[:2]}")
    assert together == (matches(text, query) and matches(text, text[:2]))


def test_the_words_of_a_query() -> None:
    assert search_query("公积金 GJJ，2021") == ["公积", "积金", "gjj", "2021"]
    assert search_query("宣") == ["宣"]
    assert search_query("  ，。") == []


def test_the_dictionaries_load_only_when_someone_searches() -> None:
    code = "import sys, citybrain.base.chinese; sys.exit('pypinyin' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
