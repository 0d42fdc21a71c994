"""Reading ahead gives what the source gives, says what broke it, and leaves no thread behind."""

import threading
from collections.abc import Iterator

import pytest

from citybrain.lake.ahead import ahead


def _readers() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "ahead"]


def test_items_come_in_order_and_to_the_last() -> None:
    with ahead(iter(range(1000))) as items:
        assert list(items) == list(range(1000))
    assert _readers() == []


def test_what_breaks_the_source_is_raised_where_its_items_are_taken() -> None:
    class Panic(BaseException):
        pass

    def broken() -> Iterator[int]:
        yield 1
        raise Panic

    with ahead(broken()) as items:
        assert next(items) == 1
        with pytest.raises(Panic):
            next(items)
    assert _readers() == []


def test_who_leaves_early_leaves_no_thread_and_may_close_what_lies_behind() -> None:
    inside = threading.Event()
    ended = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                inside.set()
                yield 1
        finally:
            ended.set()

    source = endless()
    with ahead(source) as items:
        assert next(items) == 1
        assert inside.wait(5)
    assert _readers() == []
    source.close()  # type: ignore[attr-defined]
    assert ended.is_set()
