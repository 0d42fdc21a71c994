"""A background worker process, as ``citybrain up`` starts it: one thread builds, one does all else.

A build of all models takes minutes; a collect that a person ordered must not wait for it.
"""

import os
import signal
import threading
from pathlib import Path

from citybrain.config.django import prepare
from citybrain.config.up import watch_parent


def main() -> None:
    """Work until TERM; finish or give back the job at hand."""
    watch_parent()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    prepare(Path(os.environ.get("CITYBRAIN_HOME") or "var").absolute())
    from citybrain.base.clock import SystemClock
    from citybrain.engines.catalogue import service as catalogue
    from citybrain.engines.indicators import service as indicators
    from citybrain.engines.libraries import service as libraries
    from citybrain.engines.work import service as work

    catalogue.schedule()
    libraries.schedule()
    indicators.schedule()
    clock = SystemClock()

    def build() -> None:
        try:
            work.run_worker(stop, clock=clock, queues=(libraries.BUILDS,), upkeep=False)
        finally:
            stop.set()  # whatever ended this thread, the process ends, and is started again

    builder = threading.Thread(target=build, name="builds")
    builder.start()
    try:
        work.run_worker(stop, clock=clock, queues=("default",))
    finally:
        stop.set()
        builder.join()


if __name__ == "__main__":
    main()
