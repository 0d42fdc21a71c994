"""Who looked: rows of the record, as far as the reader may see them."""

from citybrain.base.wording import Text
from citybrain.engines.catalogue import wiring, words
from citybrain.engines.catalogue.reading import may
from citybrain.engines.catalogue.views import EMPTY, SeenPage, SeenRow
from citybrain.engines.identity import service as identity
from citybrain.engines.identity.service import Actor
from citybrain.engines.ledger import service as ledger
from citybrain.lake.mask import mask_value


def seen_by(
    actor: Actor, thing: str = "", *, who: str = "", action: str = "", offset: int = 0,
    limit: int = 50,
) -> SeenPage:  # fmt: skip
    """Entries about a thing (every thing when empty), newest first.

    Who may read the record of a thing sees all of its entries; everybody else sees
    what they did themselves, and nothing more.
    """
    own = "" if may(actor, "ledger.read", thing or "ledger:") else actor.id
    if own and who not in ("", own):
        return SeenPage(rows=(), total=0, offset=offset, limit=limit, own=True)
    found = ledger.entries(
        thing_prefix=thing, actor=own or who, action=action, limit=limit, offset=offset,
        clock=wiring.clock(),
    )  # fmt: skip
    total = ledger.count(thing_prefix=thing, actor=own or who, action=action)
    rows = tuple(row(entry, actor) for entry in found)
    return SeenPage(rows=rows, total=total, offset=offset, limit=limit, own=bool(own))


def row(entry: ledger.EntryView, reader: Actor) -> SeenRow:
    """An entry as the reader sees it: names of others are masked."""
    return SeenRow(
        entry=entry.uid,
        number=entry.number or 0,
        at=entry.at,
        who=person(entry.actor, reader),
        is_me=entry.actor == reader.id,
        department_title=department_title(entry.department),
        action=entry.action,
        action_title=words.ACTIONS.get(entry.action, Text(zh=entry.action, en=entry.action)),
        thing=entry.thing,
        thing_title=thing_title(entry.thing),
        purpose="" if entry.outcome == "refused" else entry.purpose,
        count=entry.count,
        refused=entry.outcome == "refused",
        why=_why(entry),
        reading=reading_word(entry.masked),
    )


def _why(entry: ledger.EntryView) -> Text:
    """Why it was refused; nothing for what was done, and for refusals that kept no reason."""
    if entry.outcome != "refused":
        return EMPTY
    reasons = [words.REFUSALS[code] for code in entry.purpose.split() if code in words.REFUSALS]
    return Text(zh="；".join(r.zh for r in reasons), en="; ".join(r.en for r in reasons))


def reading_word(masked: bool | None) -> str:
    """``masked``, ``revealed`` or, when no payload was seen, ``none``."""
    if masked is None:
        return "none"
    return "masked" if masked else "revealed"


def person(account: str, reader: Actor) -> str:
    """A person's name as the reader may see it; the reader's own is whole."""
    names = identity.display_names({account})
    name = names[account][0] if account in names else account
    if account in (reader.id, "system"):
        return name
    if account.startswith(identity.LOCAL):
        # A user of the machine, not a person's name: what stands before it says which.
        place, _, user = name.partition(" ")
        return f"{place} {mask_value(user, 'name', 3) or ''}"
    return mask_value(name, "name", 3) or ""


def department_title(department: str) -> Text:
    """The department's title, its id when the folder does not know it."""
    found = wiring.city().departments.get(department)
    if found is None:
        return Text(zh=department, en=department)
    return Text(zh=found.title, en=found.title_en or found.title)


def thing_title(thing: str) -> Text:
    """``table:civil.marriages`` → 婚姻登记; other things by their kind."""
    kind, _, name = thing.partition(":")
    city = wiring.city()
    if kind == "table" and (contract := city.contracts.get(name)):
        return words.title(contract)
    if kind == "system" and (system := city.systems.get(name)):
        return words.title(system)
    titles = {
        "lake": Text(zh="数据湖", en="The lake"),
        "ledger": Text(zh="留痕", en="The record"),
        "run": Text(zh=f"汇聚任务 {name}", en=f"Run {name}"),
        "account": Text(zh="账号", en="Account"),
        "city": Text(zh="城市目录", en="The city's folder"),
        "page": Text(zh=f"页面 {name}", en=f"Page {name}"),
    }
    return titles.get(kind, Text(zh=thing, en=thing))
