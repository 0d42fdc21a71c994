"""What an upload takes out of a table: told by key before it happens, confirmed when it is much."""

from typing import Any

from citybrain.base.errors import CityError
from citybrain.base.wording import Text, both, counted
from citybrain.city.contracts import Contract
from citybrain.engines.catalogue import words
from citybrain.engines.catalogue.cells import mask

# A cumulative sheet loses a row now and then, where one was struck out or entered twice. A tenth
# of the table at once is more often the wrong sheet, a filtered one, or one that holds only what
# is new; to confirm it costs one tick, not to notice it costs the table.
MUCH = 0.1


def must_confirm(run: Any) -> bool:
    """Whether a dry run would empty the table, or take out a tenth of its rows or more."""
    return bool(run.removed) and run.removed >= MUCH * run.rows_before


def told(run: Any) -> Text:
    """How many of the table's rows would go; empty when none would."""
    if not run.removed:
        return Text(zh="")
    if run.removed == run.rows_before and not run.inserted:
        return Text(
            zh=f"提交后这张表将被清空：现有 {run.rows_before:,} 行全部移走。",
            en=f"This empties the table: it has {counted(run.rows_before, 'row')} now, "
            "and none of them would stay.",
        )
    return Text(
        zh=f"提交后将从表中移走 {run.removed:,} 行（现有 {run.rows_before:,} 行）："
        "这份表格里没有它们，或它们在这份表格里有误。",
        en=f"{counted(run.removed, 'row')} would be taken out of the table, which has "
        f"{run.rows_before:,} now: the file does not hold them, or holds them with mistakes.",
    )


def labels(contract: Contract, run: Any) -> tuple[Text, ...]:
    """The first rows that would go, by key (without a key by their first fields), masked."""
    names = contract.key or tuple(field.name for field in contract.fields[:3])
    fields = [contract.field(name) for name in names]

    def label(row: Any, *, english: bool) -> str:
        shown = ((words.field_title(f), mask(f, row.get(f.name) or "")) for f in fields)
        return " · ".join(f"{title.en if english else title.zh} {value}" for title, value in shown)

    return tuple(Text(zh=label(r, english=False), en=label(r, english=True)) for r in run.gone)


def refuse_unconfirmed(table_id: str, run: Any, confirmed: int) -> None:
    """Refuse when much would go and not exactly so many rows were confirmed."""
    if not must_confirm(run) or confirmed == run.removed:
        return
    number = f"{run.removed:,}"
    raise CityError(
        both("这份表格还没有提交", "The spreadsheet was not submitted yet"),
        why=both(
            f"提交会从表中移走 {number} 行，占现有 {run.rows_before:,} 行的一成或更多，"
            "而这个数目没有被确认",
            f"it would take {counted(run.removed, 'row')} out of the table, a tenth or more of "
            f"the {run.rows_before:,} it has, and that number was not confirmed",
        ),
        do=both(
            f"请核对后勾选“确认移走 {number} 行”再提交，或换上完整的表格",
            f"Check them and tick the confirmation of {counted(run.removed, 'row')}, "
            "or put the whole spreadsheet in",
        ),
        where=table_id,
    )
