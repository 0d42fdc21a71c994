"""What a server keeps for as long as it lives is left out of the garbage collector's rounds.

The applied city, its models and their lineage are some hundred thousand objects. A full round
over them holds a page up for 60 to 170 ms, and finds nothing to free there.
"""

import gc
import threading

FIRST_SECONDS = 20.0  # by then somebody has opened a page, and what pages need is loaded
AGAIN_SECONDS = 300.0  # another city may have been applied, other models analysed


def settle(stop: threading.Event | None = None) -> threading.Thread:
    """Begin, in a thread of its own; ``stop`` ends it, else it lives as long as the process."""
    thread = threading.Thread(target=_settling, args=(stop or threading.Event(),), daemon=True)
    thread.start()
    return thread


def _settling(stop: threading.Event) -> None:
    pause = FIRST_SECONDS
    while not stop.wait(pause):
        keep()
        pause = AGAIN_SECONDS


def keep() -> None:
    """Free what is garbage now, and look no more at what is left.

    What was kept before is looked at once more: a city that another took the place of is
    garbage by now, and would else stay for ever.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
