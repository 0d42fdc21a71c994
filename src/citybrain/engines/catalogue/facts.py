"""An entry of the record then and now, in words that its reader knows."""

from collections.abc import Mapping
from typing import Any

from citybrain.base.wording import Text
from citybrain.engines.catalogue import words
from citybrain.engines.catalogue.seen import department_title, person, thing_title
from citybrain.engines.catalogue.views_proof import Fact
from citybrain.engines.identity.service import Actor
from citybrain.engines.ledger import service as ledger

TITLES = {
    "actor": Text(zh="何人", en="Who"),
    "department": Text(zh="单位", en="Department"),
    "action": Text(zh="做了", en="Did"),
    "thing": Text(zh="何物", en="To what"),
    "masked": Text(zh="所见", en="Saw"),
    "count": Text(zh="行数", en="Rows"),
    "purpose": Text(zh="用途摘要", en="Digest of the purpose"),
    "at": Text(zh="何时", en="When"),
}
_SAW = {
    None: Text(zh="无内容", en="no payload"),
    True: Text(zh="脱敏", en="masked"),
    False: Text(zh="明文", en="unmasked"),
}
_NONE = Text(zh="—", en="—")
_UNKNOWN = Text(zh="（无法读取）", en="(cannot be read)")


def facts(then: Mapping[str, Any], now: Mapping[str, Any], reader: Actor) -> tuple[Fact, ...]:
    """Every fact of the entry side by side; ``changed`` by its value, not by its words."""
    return tuple(
        Fact(
            name=name,
            title=title,
            then=_word(name, then, reader),
            now=_word(name, now, reader),
            changed=_plain(name, then) != _plain(name, now),
        )
        for name, title in TITLES.items()
        if then.get(name) or now.get(name) or name == "masked"
    )


def _plain(name: str, values: Mapping[str, Any]) -> Any:
    """The value in one form: a database may answer 1 for True."""
    value = values.get(name)
    return bool(value) if name == "masked" and value in (0, 1) else value


def _word(name: str, values: Mapping[str, Any], reader: Actor) -> Text:
    if not values:
        return _NONE
    value = _plain(name, values)
    try:
        return _say(name, value, reader)
    except (KeyError, TypeError, ValueError, OverflowError):
        return _UNKNOWN  # whoever edited it may have left anything there


def _say(name: str, value: Any, reader: Actor) -> Text:
    if name == "masked":
        return _SAW[value]
    if value in (None, ""):
        return _NONE
    if name == "actor":
        who = person(str(value), reader)
        return Text(zh=who, en=who)
    if name == "department":
        return department_title(str(value))
    if name == "action":
        return words.ACTIONS.get(str(value), Text(zh=str(value), en=str(value)))
    if name == "thing":
        return thing_title(str(value))
    shown = {
        "count": lambda: f"{int(value):,}",
        "purpose": lambda: f"{str(value)[:12]}…",
        "at": lambda: f"{ledger.moment(int(value)):%Y-%m-%d %H:%M:%S}",
    }[name]()
    return Text(zh=shown, en=shown)
