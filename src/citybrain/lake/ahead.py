"""Reading a source ahead: the next batches arrive while the one before is worked on."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")
_DEPTH = 4  # batches that wait; more only takes memory
_LOOK_SECONDS = 0.05


@contextmanager
def ahead(source: Iterator[T]) -> Iterator[Iterator[T]]:
    """The items of ``source``, fetched by a thread of its own; what breaks it is raised here.

    At exit the thread has ended, whether all was read or not, so that what lies behind the
    source may be closed.
    """
    reader = _Reader(source)
    thread = threading.Thread(target=reader.fetch, name="ahead", daemon=True)
    thread.start()
    try:
        yield reader.items()
    finally:
        reader.leave.set()
        while thread.is_alive():
            reader.make_room()
            thread.join(_LOOK_SECONDS)


class _Reader(Generic[T]):
    """What is read and not yet taken, in order: items, and at the end why it ended."""

    def __init__(self, source: Iterator[T]) -> None:
        self.leave = threading.Event()
        self._source = source
        self._waiting: queue.Queue[tuple[T] | BaseException | None] = queue.Queue(_DEPTH)

    def fetch(self) -> None:
        """Read the source to its end, or until everybody left."""
        end: BaseException | None = None
        try:
            for item in self._source:
                if self.leave.is_set():
                    return
                self._waiting.put((item,))
        except BaseException as error:  # a panic of a driver is no Exception
            end = error
        self._waiting.put(end)

    def items(self) -> Iterator[T]:
        """What was read, and then the error that ended it."""
        while isinstance(found := self._waiting.get(), tuple):
            yield found[0]
        if found is not None:
            raise found

    def make_room(self) -> None:
        """Throw away what waits, so that nobody waits to add to it."""
        try:
            while True:
                self._waiting.get_nowait()
        except queue.Empty:
            return
