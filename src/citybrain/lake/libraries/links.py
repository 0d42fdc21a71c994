"""Which entity every mention belongs to: the step of resolution, configured by the library."""

from collections.abc import Mapping
from dataclasses import replace

from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.names import LINKS
from citybrain.lake.models.model import ColumnNote, Model
from citybrain.lake.resolve.native import COLUMNS, native_companies, native_people

_NOTES = {
    "mention": ColumnNote(title="提及", title_en="Mention", level=4, masking="secret"),
    "_row": ColumnNote(title="来源行", title_en="Source row", level=4, masking="secret"),
    "table_name": ColumnNote(title="来源表", title_en="Source table", level=1, masking="none"),
    "role": ColumnNote(title="角色", title_en="Role", level=1, masking="none"),
    "entity_id": ColumnNote(title="主体编号", title_en="Entity", level=2, masking="none"),
    "how": ColumnNote(title="归并依据", title_en="How it was linked", level=1, masking="none"),
    "probability": ColumnNote(title="概率", title_en="Probability", level=1, masking="none"),
    "closest_id": ColumnNote(
        title="最近而未归并者", title_en="Closest rejected", level=2, masking="none"
    ),
    "closest_probability": ColumnNote(
        title="其概率", title_en="Its probability", level=1, masking="none"
    ),
    "anchor": ColumnNote(
        title="证件号码的密钥摘要", title_en="Keyed hash of the number", level=4, masking="secret"
    ),
    "seen_at": ColumnNote(title="见于", title_en="Seen at", level=2, masking="none"),
    "content": ColumnNote(
        title="内容摘要", title_en="Hash of what it says", level=4, masking="secret"
    ),
}
_STEPS = {"person": native_people, "company": native_companies}
_NAMES = {"person": "person", "company": ""}


def links(library: Library) -> Model:
    """``lib.person_links`` or ``lib.company_links``."""
    entity = library.entity
    return Model(
        name=LINKS[entity],
        title=f"{library.title}：提及与主体的归并",
        title_en=f"{library.title_en or library.name}: whom each mention belongs to",
        native=_STEPS[entity](library.resolution),
        grain=("mention",),
        lookup=("entity_id",),
        owner=library.owner,
        columns=_notes(entity),
        file=library.file,
        generated=True,
    )


def _notes(entity: str) -> Mapping[str, ColumnNote]:
    # With their types, so that a check knows what stands on the links before they were made.
    return {
        one.name: replace(
            _NOTES[one.name],
            type=one.type,
            identifies=_NAMES[entity] if one.name == "entity_id" else "",
        )
        for one in COLUMNS
    }
