"""Messages between a process and its jailed one: a length, then as many bytes."""

import socket
import struct
from time import monotonic

_LENGTH = struct.Struct("<Q")
_MOST = 1 << 30


def send(channel: socket.socket, data: bytes) -> None:
    """Send one message whole."""
    channel.sendall(_LENGTH.pack(len(data)) + data)


def receive(channel: socket.socket, *, seconds: float | None = None) -> bytes:
    """Receive one message whole.

    ``EOFError`` when the other side is gone, ``TimeoutError`` when the whole of it is not here
    after ``seconds``.
    """
    until = None if seconds is None else monotonic() + seconds
    (length,) = _LENGTH.unpack(_exactly(channel, _LENGTH.size, until))
    if length > _MOST:
        raise EOFError("the other side speaks another language")
    return _exactly(channel, length, until)


def _exactly(channel: socket.socket, count: int, until: float | None) -> bytes:
    parts = []
    while count:
        if until is not None:
            channel.settimeout(max(until - monotonic(), 0.001))
        part = channel.recv(min(count, 1 << 20))
        if not part:
            raise EOFError("the other side is gone")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
