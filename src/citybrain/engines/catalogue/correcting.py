"""Before a correction is recorded: did someone else correct the row, and is the new value right."""

from collections.abc import Iterator, Mapping, Sequence

from citybrain.base.errors import CityError
from citybrain.base.wording import Text, both
from citybrain.city.contracts import Contract
from citybrain.engines.catalogue import wiring, words
from citybrain.engines.catalogue.cells import doubtful, mask, troubles
from citybrain.engines.catalogue.seen import person
from citybrain.engines.identity.service import Actor
from citybrain.lake import corrections


class Overtaken(CityError):  # noqa: N818 - what the reader is told, not a fault
    """Somebody else corrected the row since it was read."""

    status = 409


def overtaken(actor: Actor, contract: Contract, row: str) -> Overtaken:
    """Who corrected the row meanwhile, and to what, masked by class."""
    held = [c for c in corrections.active(wiring.store(), contract.id) if c.row == row]
    zh = [f"{t.zh}改为 {v}" for t, v in _told(contract, held)]
    en = [f"{t.en} to {v}" for t, v in _told(contract, held)]
    names = list(dict.fromkeys(person(c.by, actor) for c in held))
    return Overtaken(
        both(
            "这一行在您打开之后已被改过，您的修正没有记下",
            "This row was corrected after you opened it; your correction was not recorded",
        ),
        why=both(
            f"{'、'.join(names)} 已把{'，'.join(zh)}" if held else "先前的修正已不再有效",
            f"{', '.join(names)} changed {', '.join(en)}"
            if held
            else "the earlier correction no longer holds",
        ),
        do=both(
            "请对照后决定；要再改，请先与对方核对，下次汇聚后再改",
            "Compare the two; if it is still wrong, ask who changed it and correct it again "
            "after the next collect",
        ),
        where=contract.id,
    )


def _told(contract: Contract, held: Sequence[corrections.Correction]) -> Iterator[tuple[Text, str]]:
    for one in held:
        field = contract.field(one.field)
        yield words.field_title(field), mask(field, one.corrected or "") or "—"


def refuse_wrong(
    contract: Contract,
    before: Mapping[str, str | None],
    changed: Mapping[str, str],
    *,
    revealed: bool,
) -> None:
    """Refuse new values that the contract's rules would set aside again.

    Mistakes in cells that were not touched are left for the next correction.
    """
    values = {**before, **changed}
    from citybrain.lake.trying import problems

    found = problems(wiring.store(), wiring.city(), contract, values)
    about = tuple(p for p in found if doubtful(contract, p) & set(changed))
    if not about:
        return
    shown = {field.name for field in contract.fields} if revealed else set()
    said = troubles(contract, values, about, shown=shown)
    raise CityError(
        both(
            "新的值不符合合同，修正没有记下", "The new value breaks the contract; it was not kept"
        ),
        why=both(
            "；".join(_of_its_field(t.field_title.zh, "：", t.sentence.zh, "。") for t in said),
            "; ".join(_of_its_field(t.field_title.en, ": ", t.sentence.en, ".") for t in said),
        ),
        do=both(
            "请按原件填写正确的值；拿不准的，留给交来的单位",
            "Write the value that the document shows; leave it to the department when in doubt",
        ),
        where=contract.id,
    )


def _of_its_field(title: str, colon: str, sentence: str, stop: str) -> str:
    """A sentence after its field's name, which is not said twice."""
    said = sentence.rstrip(stop)
    return said if said.startswith(title) else f"{title}{colon}{said}"
