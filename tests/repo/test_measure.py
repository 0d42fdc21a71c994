"""The measuring tool counts right on small files, and the repository keeps its limits."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import measure

SMALL = '''"""A module."""


class Thing:
    """A thing."""

    class Meta:
        pass

    def __init__(self):
        self.x = 1

    def shown(self) -> int:
        """Shown."""
        return self.x

    def bare(self):
        return self.x


class Says(Protocol):
    """Says."""

    def word(self) -> str: ...


def _hidden() -> None:
    def inner() -> None:
        pass

    inner()
'''


def measured(tmp_path: Path, text: str) -> measure.Measure:
    path = tmp_path / "small.py"
    path.write_text(text, encoding="utf-8")
    return measure.measure([path], root=tmp_path)


def test_a_small_module_is_counted_right(tmp_path: Path) -> None:
    found = measured(tmp_path, SMALL)
    (module,) = found.modules
    assert module.lines == len(SMALL.splitlines())
    names = {f.where.split()[-1]: f.lines for f in found.functions}
    sizes = {"__init__": 2, "shown": 3, "bare": 2, "word": 1, "_hidden": 5, "inner": 2}
    assert names == sizes
    assert [name.split()[-1] for name in module.undocumented] == ["bare"]
    assert module.public == 5  # the module, two classes, two methods
    assert found.problems() == [
        "small.py:17 bare has no docstring.",
        "small.py:17 bare does not say what it returns.",
    ]


def test_each_limit_bites(tmp_path: Path) -> None:
    body = "".join(f"    x{n} = {n}\n" for n in range(45))
    long = measured(tmp_path, f'"""M."""\ndef _f() -> None:\n{body}')
    assert any("median function" in p for p in long.problems())
    assert any("in twenty" in p for p in long.problems())
    huge = measured(tmp_path, '"""M."""\n' + "X = 1\n" * 500)
    assert huge.problems() == ["small.py has 501 lines: past 500 a module is divided."]
    large = measured(tmp_path, '"""M."""\n' + "X = 1\n" * 300)
    assert large.problems() == []
    assert large.asks() == ["small.py has 301 lines: should it be two?"]
    assert measured(tmp_path, "X = 1\n").problems() == ["small.py has no docstring."]
    assert measured(tmp_path, "").problems() == []


@given(st.lists(st.integers(0, 1000), min_size=1), st.integers(1, 100))
def test_a_percentile_is_the_smallest_value_that_covers(values: list[int], percent: int) -> None:
    value = measure.percentile(values, percent)
    assert value in values
    assert sum(v <= value for v in values) * 100 >= percent * len(values)
    assert sum(v < value for v in values) * 100 < percent * len(values)


def test_the_repository_keeps_its_limits(capsys: pytest.CaptureFixture[str]) -> None:
    code = measure.main()
    output = capsys.readouterr()
    assert code == 0, output.err
    assert "function, median / p95 / largest" in output.out
