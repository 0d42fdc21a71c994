"""What happens inside the jailed process: walls first, then the statements, then the answer."""

import json
import os
import socket
import sys
from typing import TYPE_CHECKING, Any

from citybrain.lake.jail import walls
from citybrain.lake.jail.job import Job, Statement, job_from
from citybrain.lake.jail.wire import receive, send

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SPILL_BYTES = 64 << 30
_BATCH = 100_000
YIELDS = 10  # the kernel's measure: a tenth of what others get who want the processor too


def serve(channel: socket.socket, answers: int, *, network: str) -> None:
    """Do one job that comes through ``channel``; Arrow goes into the file ``answers``."""
    send(channel, json.dumps({"pid": os.getpid()}).encode())
    job = job_from(receive(channel))
    try:
        held = _wall_in(job, network)
        results = _perform(job, answers)
        reply: dict[str, Any] = {"results": results, "walls": held}
    except BaseException as error:  # whatever it is, the one who waits must hear of it
        reply = {"error": _kind(error), "said": str(error)}
    send(channel, json.dumps(reply).encode())


def _wall_in(job: Job, network: str) -> dict[str, str]:
    if job.yields:
        os.nice(YIELDS)
    files = walls.only_these_files(job.reads, job.folder)
    limited = walls.limits(
        memory=job.memory,
        seconds=job.seconds,
        threads=job.threads,
        file_bytes=SPILL_BYTES,
        files=len(job.reads) * 2 + 512,
    )
    return {"files": files, "network": network, "limits": limited}


def _perform(job: Job, answers: int) -> list[dict[str, Any]]:
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{job.memory}B",
        "threads": job.threads,
        "temp_directory": f"{job.folder}/spill",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
    }
    with duckdb.connect(":memory:", config=config) as connection:
        connection.execute("SET TimeZone = 'Asia/Shanghai'")
        for layer in job.layers:
            connection.execute(f"ATTACH ':memory:' AS {_name(layer)}")
        connection.execute("USE ods")
        waiting = list(job.statements)
        while waiting and waiting[0].kind == "setup":
            connection.execute(waiting.pop(0).sql)
        _lock(connection, job)
        return _work(connection, waiting, job, answers)


def _work(
    connection: "DuckDBPyConnection", statements: list[Statement], job: Job, answers: int
) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    for statement in statements:
        if statement.kind == "only_if":
            found = connection.execute(statement.sql).fetchone()
            results.append({"count": int(bool(found and found[0]))})
            if not results[-1]["count"]:
                break
        else:
            results.append(_one(connection, statement, job, answers))
    return results


def _lock(connection: "DuckDBPyConnection", job: Job) -> None:
    """From here on DuckDB opens these files and no others, and nobody can change that."""
    paths = ", ".join(_text(path) for path in job.reads)
    connection.execute(f"SET allowed_paths = [{paths}]")
    if any(s.kind == "copy" for s in job.statements):
        connection.execute(f"SET allowed_directories = [{_text(job.folder)}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _one(
    connection: "DuckDBPyConnection", statement: Statement, job: Job, answers: int
) -> dict[str, Any]:
    if statement.kind == "rows":
        _require_select(connection, statement.sql)
        return _rows(connection, statement, job, answers)
    found = connection.execute(statement.sql).fetchone() if statement.kind == "copy" else None
    if statement.kind != "copy":
        connection.execute(statement.sql)
    return {"count": int(found[0]) if found else None}


def _require_select(connection: "DuckDBPyConnection", sql: str) -> None:
    """The second wall: the files a query may open it could also write, were it a COPY."""
    import duckdb

    statements = connection.extract_statements(sql)
    if [s.type for s in statements] != [duckdb.StatementType.SELECT]:
        raise Refused("it is not one SELECT")


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The text is none that may run here."""


class TooLarge(Exception):  # noqa: N818 - an answer, not a fault
    """The answer has more bytes than may be handed out."""


def _rows(
    connection: "DuckDBPyConnection", statement: Statement, job: Job, answers: int
) -> dict[str, Any]:
    import pyarrow as pa

    relation = connection.sql(statement.sql)
    if statement.max_rows is not None:
        # One row more than asked tells whether the answer was cut.
        relation = relation.limit(statement.max_rows + 1)
    reader = relation.to_arrow_reader(_BATCH)
    begin = os.lseek(answers, 0, os.SEEK_END)
    with (
        os.fdopen(os.dup(answers), "wb") as file,
        pa.PythonFile(file, mode="w") as sink,
        pa.ipc.new_stream(sink, reader.schema) as writer,
    ):
        for batch in reader:
            writer.write_batch(batch)
            if sink.tell() > job.answer_bytes:
                raise TooLarge(f"it has more than {job.answer_bytes >> 20} MiB")
    return {"begin": begin, "end": os.lseek(answers, 0, os.SEEK_END)}


def _kind(error: BaseException) -> str:
    import duckdb

    if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        return "memory"
    if isinstance(error, Refused):
        return "refused"
    if isinstance(error, TooLarge):
        return "size"
    if isinstance(error, duckdb.IOException) and "No space left" in str(error):
        return "disk"
    return "sql" if isinstance(error, duckdb.Error) else "broken"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def is_linux() -> bool:
    """Whether the kernel's walls can be asked for at all."""
    return sys.platform.startswith("linux")
