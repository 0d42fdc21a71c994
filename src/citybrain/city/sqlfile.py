"""A SQL file with a YAML header in its first comment, as one document.

The header's keys become the document's, and the text below it its key ``sql``; every key keeps
the line it has in the file.
"""

from dataclasses import replace

from citybrain.city.document import Document, parse

FOLDER = "models"


def is_sql(file: str) -> bool:
    """Whether the file at that path is read as SQL with a header."""
    return file.startswith(f"{FOLDER}/") and file.endswith(".sql")


def parse_sql(data: bytes, *, file: str) -> Document:
    """Parse one file's bytes; never raises, ``value`` is None where nothing can be read."""
    plain = data.removeprefix(b"\xef\xbb\xbf")
    begin = len(plain) - len(plain.lstrip())
    end = plain.find(b"*/")
    if not plain.startswith(b"/*", begin) or end < 0:
        return _headless(file)
    body = plain[end + 2 :]
    document = _own(parse(_header(plain, begin, end), file=file))
    skipped = len(body) - len(body.lstrip())
    document.body_line = plain[: end + 2 + skipped].count(b"\n") + 1
    try:
        sql = body.decode("utf-8").strip()
    except UnicodeDecodeError:
        document.add(("sql",), "yaml-encoding", "The SQL is not UTF-8.", "Save the file as UTF-8.")
        return document
    if isinstance(document.value, dict):
        if "sql" in document.value:
            place = document.finding(
                (),
                "file-sql-twice",
                "The key 'sql' stands in the header.",
                "Write the SELECT below the header and delete the key.",
            )
            document.findings.append(place)
        document.value["sql"] = sql
    return document


def _own(parsed: Document) -> Document:
    """A copy to add to: a parsed document is kept for whoever asks for the same bytes again."""
    value = dict(parsed.value) if isinstance(parsed.value, dict) else parsed.value
    return replace(parsed, value=value, findings=list(parsed.findings))


def _header(data: bytes, begin: int, end: int) -> bytes:
    """The comment's text as YAML, at the lines that it has in the file."""
    return b"\n" * data[:begin].count(b"\n") + data[begin + 2 : end].lstrip(b" \t")


def _headless(file: str) -> Document:
    document = Document(file=file)
    document.add(
        (),
        "file-header",
        "The file does not begin with a header.",
        "Begin it with /*, lines of YAML (title, grain, owner …), and */, then write the SELECT.",
    )
    return document
