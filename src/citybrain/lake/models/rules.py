"""What is wrong with the models of a folder: said with file, line, key and remedy."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from citybrain.city.document import Document
from citybrain.city.finding import Finding
from citybrain.city.rules.view import View
from citybrain.city.words import did_you_mean
from citybrain.lake.locations import MADE
from citybrain.lake.models.analysis import Analysis, Problem
from citybrain.lake.models.checked import analysed
from citybrain.lake.models.header import FOLDER, model_of, name_of
from citybrain.lake.models.model import Model, ModelTest
from citybrain.lake.models.registry import in_folder
from citybrain.lake.models.testing import FOLDER as TESTS
from citybrain.lake.models.testing import tests_of

_FORM = "Write models/<layer>/<name>.sql, with a layer of dwd, lib, theme or ads."


def places(view: View) -> Iterator[Finding]:
    """Files stand in the folder of a layer, are SQL, and no two make the same table."""
    for file in (f for f in view.folder.others if f.startswith(f"{FOLDER}/")):
        if not file.endswith((".md", "LICENSE")):
            yield _misplaced(file, "Only .sql files are read here.")
    first: dict[str, str] = {}
    for document in view.folder.under(FOLDER):
        name = name_of(document.file) if document.file.endswith(".sql") else ""
        if not name or not _is_name(name):
            yield _misplaced(document.file, "No table of the lake can be named by this file.")
            continue
        if name in first:
            message = f"{name} is made twice, also by {first[name]}."
            yield document.finding((), "duplicate-id", message, "Delete one of the files.")
        first.setdefault(name, document.file)


def models_hold(view: View) -> Iterator[Finding]:
    """Every SELECT holds over the contracts and the other models, and nothing goes in circles."""
    documents = {d.file: d for d in view.folder.under(FOLDER)}
    written = {m.name: m for m in (model_of(d) for d in documents.values()) if m}
    if not written:
        return
    every = in_folder(view.folder, view.city)
    found = analysed(view)
    for model in written.values():
        document = documents[model.file]
        yield from _owner(view, document, model)
        yield from _tables(view, document, model, every, found)
        yield from _incremental(document, model, found)
    for problem in found.problems:
        unknown = problem.rule == "model-sql" and "Table with name" in problem.message
        if problem.model in written and not unknown:  # what is unknown was said by its full name
            document = documents[written[problem.model].file]
            yield _finding(document, problem)


def tests_hold(view: View) -> Iterator[Finding]:
    """Every test names a model that can be tested, tables it reads, and columns they have."""
    documents = [d for d in view.folder.under(TESTS) if isinstance(d.value, dict)]
    if not documents:
        return
    every = in_folder(view.folder, view.city)
    found = analysed(view)
    for document in documents:
        model = every.get(document.stem)
        if model is None or model.native:
            near = did_you_mean(document.stem, every)
            said = f"There is no model {document.stem} that is a SELECT."
            yield document.finding((), "unknown-model", said, near or "Rename or delete the file.")
            continue
        for test in tests_of(document):
            yield from _test_holds(document, test, found)


def _test_holds(document: Document, test: ModelTest, found: Analysis) -> Iterator[Finding]:
    tables = found.graph.inputs.get(test.model, ())
    for table, rows in test.given.items():
        path = ("tests", test.name, "given", table)
        if table not in tables:
            said = f"{test.model} does not read {table}."
            remedy = did_you_mean(table, tables) or f"It reads {', '.join(tables)}."
            yield document.finding(path, "unknown-table", said, remedy)
            continue
        yield from _columns_hold(document, path, rows, found.columns.get(table))
    expected = ("tests", test.name, "expect")
    yield from _columns_hold(document, expected, test.expect, found.columns.get(test.model))


def _columns_hold(
    document: Document,
    path: tuple[str, ...],
    rows: Iterable[Mapping[str, Any]],
    columns: Mapping[str, str] | None,
) -> Iterator[Finding]:
    for place, row in enumerate(rows):
        for column in row:
            if columns is not None and column not in columns:
                remedy = did_you_mean(column, columns) or f"Known are {', '.join(columns)}."
                said = f"There is no column {column}."
                yield document.finding((*path, place, column), "unknown-column", said, remedy)


def _finding(document: Document, problem: Problem) -> Finding:
    path: list[str | int] = []
    for part in problem.key.split("."):
        word, _, place = part.partition("[")
        path.append(word)
        if place:
            path.append(int(place.rstrip("]")))
    line = document.line(path) + problem.line
    return document.finding(path, problem.rule, problem.message, problem.remedy, line=line)


def _owner(view: View, document: Document, model: Model) -> Iterator[Finding]:
    if model.owner and model.owner not in view.city.departments:
        yield document.finding(
            ("owner",),
            "unknown-department",
            f"There is no department '{model.owner}'.",
            did_you_mean(model.owner, view.city.departments) or "Name a file of departments/.",
        )


def _tables(
    view: View, document: Document, model: Model, every: Mapping[str, Model], found: Analysis
) -> Iterator[Finding]:
    if model.name in found.graph.refused:
        said = found.graph.refused[model.name]
        yield document.finding(
            ("sql",),
            "model-select",
            f"The text is refused: {said}.",
            "Write one SELECT over tables named like ods.system.table or lib.name.",
        )
        return
    if model.name in found.graph.cycle:
        others = ", ".join(n for n in found.graph.cycle if n != model.name) or "itself"
        yield document.finding(
            ("sql",),
            "model-cycle",
            f"{model.name} waits for itself, by way of {others}.",
            "Let one of them read something else.",
        )
    known = set(every) | {c.lake_table for c in view.city.contracts.values()}
    known |= {c.quarantine_table for c in view.city.contracts.values()}
    for table in found.graph.inputs[model.name]:
        if table not in known:
            yield document.finding(
                ("sql",),
                "unknown-table",
                f"There is no table {table}.",
                did_you_mean(table, known) or "Name a table of a contract or of a model.",
            )


def _incremental(document: Document, model: Model, found: Analysis) -> Iterator[Finding]:
    wants = model.materialise == "incremental"
    if wants != bool(model.by):
        yield document.finding(
            ("incremental",) if model.by else ("materialise",),
            "model-incremental",
            "An incremental model and 'incremental: by' belong together.",
            "Write both: materialise: incremental, and the column under incremental: by.",
        )
        return
    columns = found.columns.get(model.name)
    if wants and columns is not None and model.by not in columns:
        yield document.finding(
            ("incremental", "by"),
            "model-incremental",
            f"The SELECT has no column {model.by}.",
            did_you_mean(model.by, columns) or f"Choose from {', '.join(columns)}.",
        )
    if wants and not model.grain:
        yield document.finding(
            ("grain",),
            "model-incremental",
            "An incremental model has no grain.",
            "Name the columns that identify a row; changed rows replace others by them.",
        )


def _is_name(name: str) -> bool:
    parts = name.split(".")
    return (
        len(parts) in (2, 3)
        and parts[0] in MADE
        and all(p.isascii() and p.replace("_", "a").isalnum() and p == p.lower() for p in parts)
    )


def _misplaced(file: str, message: str) -> Finding:
    return Finding(file=file, line=0, key="", rule="misplaced-file", message=message, remedy=_FORM)
