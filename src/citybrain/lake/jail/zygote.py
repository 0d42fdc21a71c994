"""The process that jailed ones are forked from: DuckDB and Arrow imported, nothing else done.

One child always waits, forked and without network already, so that a job costs neither the
import (a fifth of a second) nor the fork. A child does one job and ends. All end with the
process that began this one: its end of the socket closes.
"""

import contextlib
import gc
import os
import select
import signal
import socket
import sys

from citybrain.lake.jail import walls
from citybrain.lake.jail.inside import serve


def main() -> None:
    """Serve jobs that come through the socket whose number is the only argument."""
    import duckdb  # noqa: F401 - imported here once for every child
    import pyarrow.ipc  # noqa: F401

    control = socket.socket(fileno=int(sys.argv[1]))
    # What is imported stays shared with the children: the collector must not touch its pages.
    gc.freeze()
    taken_in, taken_out = os.pipe()
    os.set_blocking(taken_in, False)
    waiting = _fork(control, taken_in, taken_out)
    while waiting:
        ready, _none, _none2 = select.select([taken_in, control.fileno()], [], [], 1.0)
        _bury()
        if control.fileno() in ready and _closed(control):
            return
        if taken_in in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(taken_in, 1)
                waiting = _fork(control, taken_in, taken_out)


def _closed(control: socket.socket) -> bool:
    """Whether the other side is gone; a job that waits is left for the child."""
    try:
        return control.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False


def _bury() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _fork(control: socket.socket, taken_in: int, taken_out: int) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        walls.die_with_parent()
        os.close(taken_in)
        network = walls.no_network()
        _message, opened, _flags, _address = socket.recv_fds(control, 1, 2)
        os.write(taken_out, b".")
        control.close()
        os.close(taken_out)
        if len(opened) == 2:
            serve(socket.socket(fileno=opened[0]), opened[1], network=network)
            code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
