"""Records of a CSV file counted by bytes: as Python's reader counts them, or not at all."""

import csv
import io
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.lake import csvtext
from citybrain.lake.csvtext import CsvShape, quick
from citybrain.lake.sources import Doubtful

PLAIN = st.text("a1宣 \u3000", max_size=4)
QUOTED = st.text('a,\n\r"宣', max_size=6).map(lambda text: '"' + text.replace('"', '""') + '"')
LINES = st.lists(st.one_of(PLAIN, PLAIN, QUOTED), min_size=1, max_size=3).map(",".join)
ENDS = st.sampled_from(["\n", "\r\n", "\n", "\n\n", "\r\n\r\n"])
TEXTS = st.lists(st.tuples(LINES, ENDS), max_size=12).map(
    lambda lines: "".join(line + end for line, end in lines)
)
ENCODINGS = st.sampled_from(["utf-8", "gb18030"])
LAST = st.sampled_from(["", "", "a", "宣,1", '"'])


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.tuples(TEXTS, LAST).map("".join), st.integers(1, 9), ENCODINGS)
def test_records_are_counted_alike_however_the_bytes_are_cut(
    tmp_path: Path, text: str, piece: int, encoding: str
) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(("名称,b\n" + text).encode(encoding))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csvtext, "CHUNK", piece)
        try:
            found = quick(file, CsvShape(encoding=encoding), tmp_path)
        except Doubtful:
            # A guess is refused: a quotation mark left open, or blank lines beside quoted ones.
            assert '"' in text
            return
    plain = io.StringIO(text, newline="")
    expected = sum(1 for row in csv.reader(plain) if row)
    assert found.records == expected
    assert found.path.read_bytes().decode() == "名称,b\n" + text


@pytest.mark.parametrize(
    "broken", [b"\xff", "宣".encode()[:2], "宣".encode("gb18030"), b"a\xc3\n", b"\xed\xa0\x80"]
)
@pytest.mark.parametrize("piece", [1, 3, 4096])
def test_what_is_not_utf8_is_never_vouched_for(tmp_path: Path, broken: bytes, piece: int) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes("名称,b\n宣城,1\n".encode() + broken + b",2\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csvtext, "CHUNK", piece)
        with pytest.raises(Doubtful):
            quick(file, CsvShape(), tmp_path)


@pytest.mark.parametrize("piece", [7, 1 << 20])
def test_counting_beside_the_reader_finds_the_same(tmp_path: Path, piece: int) -> None:
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for file, rows in zip(files, (3, 5), strict=True):
        file.write_text("名称,b\n" + '"宣\n城",1\n' * rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csvtext, "CHUNK", piece)
        with closing(csvtext.Beside(files, CsvShape())) as looking:
            assert looking.records() == 8
        files[1].write_bytes(b"a,b\n\xff,1\n")
        with closing(csvtext.Beside(files, CsvShape())) as looking, pytest.raises(Doubtful):
            looking.records()


def test_whoever_leaves_does_not_wait_for_the_end(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"a\n" + b"1\n" * 2_000_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csvtext, "CHUNK", 16)
        looking = csvtext.Beside([file], CsvShape())
        looking.close()
    with pytest.raises(Doubtful):  # of 250,000 pieces it looked at some
        looking.records()
