"""``citybrain up``: the web server and the workers behind one address, ended together.

Children are started in their own sessions and watch their parent through a pidfd, so
that even ``kill -9`` of this process leaves no orphan behind; a child that dies is
started again, with a growing pause.
"""

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from citybrain.base.clock import Stopwatch
from citybrain.base.errors import CityError

STOP_SECONDS = 8.0
_PAUSES = (0.2, 1.0, 3.0, 10.0)


@dataclass
class Child:
    """One supervised process and how often it had to be started again."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    alive_since: Stopwatch = field(default_factory=Stopwatch)

    def start(self) -> None:
        """Start the process in its own session."""
        self.alive_since = Stopwatch()
        self.process = subprocess.Popen(
            self.command, env=dict(self.environment), start_new_session=True
        )

    def signal(self, number: int) -> None:
        """Signal the child's whole session, if it is still there."""
        if self.process and self.process.poll() is None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return


def children(*, home_root: Path, host: str, port: int, workers: int) -> list[Child]:
    """The processes of an installation: one web server, ``workers`` background workers."""
    environment = os.environ | {
        "CITYBRAIN_HOME": str(home_root),
        "CITYBRAIN_UP_PID": str(os.getpid()),
        "DJANGO_SETTINGS_MODULE": "citybrain.config.settings",
        "PYTHONUNBUFFERED": "1",
    }
    web = [
        sys.executable, "-m", "granian", "--interface", "asginl", "--host", host,
        "--port", str(port), "--workers", "1", "--workers-kill-timeout", "2s",
        "--no-ws", "--log-level", "warning", "citybrain.config.asgi:application",
    ]  # fmt: skip
    worker = [sys.executable, "-m", "citybrain.config.worker"]
    return [Child("web", web, environment)] + [
        Child(f"worker {n + 1}", worker, environment) for n in range(workers)
    ]


def watch_parent() -> None:
    """End this process's session when the supervisor is gone, however it went."""
    parent = int(os.environ.get("CITYBRAIN_UP_PID") or 0)
    if not parent:
        return
    try:
        handle = os.pidfd_open(parent)
    except (AttributeError, ProcessLookupError, OSError):
        return
    threading.Thread(target=_end_with, args=(handle,), daemon=True).start()


def _end_with(handle: int) -> None:
    select.select([handle], [], [])
    os.killpg(0, signal.SIGTERM)
    threading.Event().wait(6)
    os.killpg(0, signal.SIGKILL)


def serve(*, home_root: Path, host: str, port: int, workers: int) -> int:
    """Start everything and stay until TERM or INT; 0 when all ended cleanly."""
    _refuse_busy_port(host, port)
    _refuse_workers_on_sqlite(workers)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    family = children(home_root=home_root, host=host, port=port, workers=workers)
    for child in family:
        child.start()
    sys.stdout.write(f"citybrain is at http://{host}:{port}/  (Ctrl+C ends it)\n")
    sys.stdout.flush()
    while not stop.wait(0.3):
        for child in family:
            _revive(child, stop)
    return _end(family)


def _revive(child: Child, stop: threading.Event) -> None:
    if child.process is None or child.process.poll() is None:
        return
    if child.alive_since.seconds() > 60:
        child.restarts = 0
    pause = _PAUSES[min(child.restarts, len(_PAUSES) - 1)]
    sys.stderr.write(
        f"citybrain up: {child.name} ended with code {child.process.returncode}; "
        f"it is started again in {pause:g} s.\n"
    )
    if not stop.wait(pause):
        child.restarts += 1
        child.start()


def _end(family: Sequence[Child]) -> int:
    for child in family:
        child.signal(signal.SIGTERM)
    watch = Stopwatch()
    for child in family:
        left = max(STOP_SECONDS - watch.seconds(), 0.1)
        try:
            if child.process:
                child.process.wait(left)
        except subprocess.TimeoutExpired:
            child.signal(signal.SIGKILL)
            if child.process:
                child.process.wait()
    return 0


def _refuse_busy_port(host: str, port: int) -> None:
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CityError(
                f"Port {port} of {host} cannot be used",
                why=str(error),
                do="End what listens there, or choose another with --port",
            ) from error


def _refuse_workers_on_sqlite(workers: int) -> None:
    if workers > 1 and not os.environ.get("CITYBRAIN_DATABASE_URL"):
        raise CityError(
            f"{workers} workers need PostgreSQL",
            why="the embedded database lets one process write at a time",
            do="Set CITYBRAIN_DATABASE_URL and CITYBRAIN_LAKE_URL, or use --workers 1",
        )
