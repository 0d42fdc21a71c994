"""Messages between a process and its jailed one: a length, then as many bytes."""

import socket
import struct

_LENGTH = struct.Struct("<Q")
_MOST = 1 << 30


def send(channel: socket.socket, data: bytes) -> None:
    """Send one message whole."""
    channel.sendall(_LENGTH.pack(len(data)) + data)


def receive(channel: socket.socket) -> bytes:
    """Receive one message whole; ``EOFError`` when the other side is gone."""
    (length,) = _LENGTH.unpack(_exactly(channel, _LENGTH.size))
    if length > _MOST:
        raise EOFError("the other side speaks another language")
    return _exactly(channel, length)


def _exactly(channel: socket.socket, count: int) -> bytes:
    parts = []
    while count:
        part = channel.recv(min(count, 1 << 20))
        if not part:
            raise EOFError("the other side is gone")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
