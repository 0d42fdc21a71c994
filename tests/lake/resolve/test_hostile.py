"""Nothing, nothing but NULL, strange names, and a spec that compares little."""

from typing import Any

import pytest

from citybrain.lake.resolve.spec import companies, people, read
from tests.lake.resolve.making import COMPANIES, PEOPLE, number, resolved

GU = number("34189119710712004")
HERS = {"birth_date": "1971-07-12", "sex": "2", "phone": "19900000001"}
STRANGE = (
    "O'Brien; DROP TABLE mentions; --", 'say "so"', "\\", "%_", "😀👩‍👩‍👧", "阿不都·买买提",
    "José Müller", "ＪＯＨＮ", "𠮷田", "\u0000", "\u200b", " ", "''", "{name}", "$1", "a" * 5000,
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "spec", "columns"),
    [("people", people(), PEOPLE), ("companies", companies(), COMPANIES)],
)
def test_no_mention_makes_no_link(kind: str, spec: Any, columns: dict[str, str]) -> None:
    made = resolved([], kind=kind, spec=spec, columns=columns)
    assert (made.links, made.events, made.weighed) == ({}, [], 0)


def test_a_mention_that_is_all_null_is_alone_in_its_city() -> None:
    made = resolved([{"mention": "a"}, {"mention": "b"}])
    assert len(made.clusters) == 2
    assert {link.how for link in made.links.values()} == {"alone"}


def test_strange_names_are_names_like_others() -> None:
    rows: list[dict[str, Any]] = []
    for n, name in enumerate(STRANGE):
        whose = number(f"3418911971071{n:02}04")
        told = {"name": name, **HERS, "phone": f"199000000{n:02}", "birth_date": None}
        rows.append({"mention": f"{n}/1", "id_number": whose, "id_raw": whose, **told})
        rows.append({"mention": f"{n}/2", "id_raw": whose[:17], **told})
    made = resolved(rows)
    assert made.clusters == {frozenset({f"{n}/1", f"{n}/2"}) for n in range(len(STRANGE))}


def test_strange_mentions_are_mentions_like_others() -> None:
    rows = [
        {"mention": f"ods.'x'/\"{name[:9]}\"#人", "id_number": GU, "id_raw": GU, "name": "顾青禾"}
        for name in STRANGE
    ]
    assert len(resolved(rows).clusters) == 1


@pytest.mark.parametrize("resident", [True, False])
def test_a_spec_without_columns_of_several_values_works(resident: bool) -> None:
    spec = read(
        {
            "number": {"column": "id_number", "raw": "id_raw", "resident": resident},
            "names": ["name"],
            "single": ["birth_date", "sex"] if resident else [],
            "rules": [{"of": "entities", "cap": 10, "key": "name_sound"}],
            "comparisons": [
                {
                    "name": "name",
                    "levels": [
                        {"label": "same", "when": "name_l = name_r", "m": 0.9, "u": 0.001},
                        {"label": "other", "m": 0.1, "u": 0.999},
                    ],
                }
            ],
            "threshold": 0.8,
        },
        {},
    )
    rows = [
        {"mention": "a", "id_number": GU, "name": "顾青禾"},
        {"mention": "b", "id_number": GU, "name": "顾青禾"},
        {"mention": "copied", "id_number": GU, "name": "方砚秋"},
        {"mention": "c", "name": "顾青禾"},
    ]
    made = resolved(rows, spec=spec)
    assert made.clusters == {frozenset({"a", "b", "c"}), frozenset({"copied"})}
