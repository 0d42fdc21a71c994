"""What became of the id of a person or company, and where a merged one leads."""

from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.decided import KINDS
from citybrain.engines.libraries.views_library import IdEvent
from citybrain.engines.libraries.wiring import both
from citybrain.lake.libraries.model import Library
from citybrain.lake.resolve import history

_BORN = both("编号启用", "The id begins")
_GONE = both("来源记录已全部撤回", "None of its records is there any more")
_JOINED = both("并入本编号：", "Joined this id:")
_MERGED = both("已并入：", "Became part of:")
_CAME = both("分自：", "Split off from:")
_LEFT = both("分出：", "Split off:")


def ids_of(library: Library, entity_id: str) -> tuple[IdEvent, ...]:
    """The id's own history, oldest first; none for what is no person or company."""
    if library.entity not in KINDS:
        return ()
    return tuple(_told(one, entity_id) for one in history.history_of(wiring.store(), entity_id))


def moved_to(entity_id: str) -> str:
    """The id that stands for a merged one now; empty where there is none."""
    return history.successor(wiring.store(), entity_id)


def _told(one: history.Event, entity_id: str) -> IdEvent:
    comes = one.to_id == entity_id
    said = {
        "born": _BORN,
        "gone": _GONE,
        "merge": _JOINED if comes else _MERGED,
        "split": _CAME if comes else _LEFT,
    }[one.event]
    other = "" if one.event in ("born", "gone") else one.from_id if comes else one.to_id
    joined = one.event == "merge" and comes  # that one leads here, so nothing is to be opened
    return IdEvent(
        at=one.at, event=one.event, said=said, other=other, leads="" if joined else other
    )
