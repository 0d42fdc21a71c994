"""Measure the code against the house rules; ``python -m tools.measure`` prints and judges.

A module of 300 lines asks to be divided, one of 500 stops the build. Functions: median 9
lines, 40 at the 95th percentile. Every module and every public function and class of the
shipped code has a docstring, every function the type of what it returns. Migrations, which
Django writes, are left out.
"""

import ast
import statistics
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULE_ASKS, MODULE_STOPS = 300, 500
FUNCTION_MEDIAN, FUNCTION_P95 = 9, 40

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, kw_only=True)
class Function:
    """One function: where it stands, its lines from ``def`` to the end, and what it lacks."""

    where: str
    lines: int
    annotated: bool


@dataclass(frozen=True, kw_only=True)
class Module:
    """One file: its lines, functions, and the public definitions without a docstring."""

    path: str
    lines: int
    functions: tuple[Function, ...]
    public: int
    undocumented: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """The figures over all modules of a tree."""

    modules: tuple[Module, ...]

    @property
    def functions(self) -> tuple[Function, ...]:
        """Every function of every module."""
        return tuple(f for module in self.modules for f in module.functions)

    def problems(self) -> list[str]:
        """What breaks a limit, one sentence each; empty when the tree keeps the house rules."""
        sizes = [f.lines for f in self.functions]
        found = [
            f"{m.path} has {m.lines} lines: past {MODULE_STOPS} a module is divided."
            for m in self.modules
            if m.lines > MODULE_STOPS
        ]
        if percentile(sizes, 50) > FUNCTION_MEDIAN:
            found.append(f"The median function has {percentile(sizes, 50)} lines, not 9.")
        if percentile(sizes, 95) > FUNCTION_P95:
            found.append(f"One function in twenty is longer than {percentile(sizes, 95)} lines.")
        found += [f"{name} has no docstring." for m in self.modules for name in m.undocumented]
        found += [
            f"{f.where} does not say what it returns." for f in self.functions if not f.annotated
        ]
        return found

    def asks(self) -> list[str]:
        """Modules whose size asks a question without stopping anything."""
        large = [m for m in self.modules if MODULE_ASKS < m.lines <= MODULE_STOPS]
        return [f"{m.path} has {m.lines} lines: should it be two?" for m in large]


def percentile(values: Sequence[int], percent: int) -> int:
    """The smallest value that at least ``percent`` % do not exceed; 0 of nothing.

    >>> percentile([1, 2, 3, 100], 50), percentile([1, 2, 3, 100], 95)
    (2, 100)
    """
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else 0


def measure(paths: Iterable[Path], *, root: Path = ROOT) -> Measure:
    """Measure Python files; ``root`` is what their names are told relative to."""
    return Measure(modules=tuple(measure_module(path, root=root) for path in sorted(paths)))


def measure_module(path: Path, *, root: Path = ROOT) -> Module:
    """Measure one Python file."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    name = path.relative_to(root).as_posix()
    public = list(_public(tree))
    undocumented = [f"{name}:{d.lineno} {d.name}" for d in public if not ast.get_docstring(d)]
    if tree.body and not ast.get_docstring(tree):
        undocumented.insert(0, name)
    return Module(
        path=name,
        lines=text.count("\n"),
        functions=tuple(
            _function(name, node)
            for node in ast.walk(tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        ),
        public=len(public) + 1,
        undocumented=tuple(undocumented),
    )


def python_files(*folders: str) -> list[Path]:
    """Python files below folders of the repository, migrations left out."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def _function(name: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
    return Function(
        where=f"{name}:{node.lineno} {node.name}",
        lines=(node.end_lineno or node.lineno) - node.lineno + 1,
        annotated=node.returns is not None or node.name == "__init__",
    )


def _public(scope: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    """Public functions and classes, and the public methods of public classes.

    A ``Meta`` inside a Django model is configuration; a function of nothing but ``...``
    declares (a Protocol, an overload) what is said at the class or the definition.
    """
    for node in scope.body:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if node.name.startswith("_") or node.name == "Meta" or _only_declares(node):
            continue
        yield node
        if isinstance(node, ast.ClassDef):
            yield from _public(node)


def _only_declares(node: Definition) -> bool:
    body = node.body[0]
    return isinstance(body, ast.Expr) and getattr(body.value, "value", None) is Ellipsis


def report(shipped: Measure, tests: Measure) -> str:
    """The figures as text, the tests' size beside the code's."""
    sizes = [m.lines for m in shipped.modules]
    functions = [f.lines for f in shipped.functions]
    public = sum(m.public for m in shipped.modules)
    documented = public - sum(len(m.undocumented) for m in shipped.modules)
    annotated = sum(f.annotated for f in shipped.functions)
    lines, test_lines = sum(sizes), sum(m.lines for m in tests.modules)
    rows = [
        ("modules", f"{len(sizes)}, {lines} lines", ""),
        ("module, median / p95 / largest", _spread(sizes), f"asks {MODULE_ASKS}, stops 500"),
        ("functions", str(len(functions)), ""),
        ("function, median / p95 / largest", _spread(functions), "9 / 40 / -"),
        ("mean function", f"{statistics.fmean(functions or [0]):.1f}", ""),
        ("public definitions with docstring", _share(documented, public), "100 %"),
        ("functions with return type", _share(annotated, len(functions)), "100 %"),
        ("test lines per line", f"{test_lines / max(lines, 1):.2f}", ""),
    ]
    return "\n".join(f"{name:36} {value:>20}   {limit}".rstrip() for name, value, limit in rows)


def _spread(values: Sequence[int]) -> str:
    return f"{percentile(values, 50)} / {percentile(values, 95)} / {max(values, default=0)}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.1f} %"


def main() -> int:
    """Print the figures and every broken limit; 1 when there is one."""
    shipped = measure(python_files("src"))
    print(report(shipped, measure(python_files("tests"))))
    for question in shipped.asks():
        print(f"ask: {question}")
    problems = shipped.problems()
    for problem in problems:
        print(f"stop: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
