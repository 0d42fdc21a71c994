"""Which entity every mention belongs to: the step of resolution, configured by the library."""

from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.names import LINKS, MENTIONS
from citybrain.lake.models.model import ColumnNote, Model

_NOTES = {
    "mention": ColumnNote(title="提及", title_en="Mention", level=4, masking="secret"),
    "_row": ColumnNote(title="来源行", title_en="Source row", level=4, masking="secret"),
    "table_name": ColumnNote(title="来源表", title_en="Source table", level=1),
    "role": ColumnNote(title="角色", title_en="Role", level=1),
    "entity_id": ColumnNote(title="主体编号", title_en="Entity", level=2),
    "how": ColumnNote(title="归并依据", title_en="How it was linked", level=1),
    "probability": ColumnNote(title="概率", title_en="Probability", level=1),
    "closest_id": ColumnNote(title="最近而未归并者", title_en="Closest rejected", level=2),
    "closest_probability": ColumnNote(title="其概率", title_en="Its probability", level=1),
}
_NUMBER = {"person": "id_number", "company": "uscc"}


def links(library: Library) -> Model:
    """``lib.person_links`` or ``lib.company_links``."""
    entity = library.entity
    return Model(
        name=LINKS[entity],
        title=f"{library.title}：提及与主体的归并",
        title_en=f"{library.title_en or library.name}: whom each mention belongs to",
        sql=_by_number(entity),
        grain=("mention",),
        owner=library.owner,
        columns=_NOTES,
        file=library.file,
        generated=True,
    )


def _by_number(entity: str) -> str:
    key = f"coalesce({_NUMBER[entity]}, mention)"
    return (
        f'SELECT mention, "_row", table_name, role, '
        f"'{entity[0]}-' || substr(sha256({key}), 1, 16) AS entity_id, "
        f"CASE WHEN {_NUMBER[entity]} IS NULL THEN 'alone' ELSE 'number' END AS how, "
        "CAST(1 AS DOUBLE) AS probability, CAST(NULL AS VARCHAR) AS closest_id, "
        f"CAST(NULL AS DOUBLE) AS closest_probability FROM {MENTIONS[entity]}"
    )
