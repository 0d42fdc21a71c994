"""Upload drafts: putting a spreadsheet in, editing its cells; nothing reaches the lake here."""

import hashlib
import uuid
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from citybrain.base.errors import CityError
from citybrain.base.files import write_durably
from citybrain.base.wording import both
from citybrain.engines.catalogue import wiring, words
from citybrain.engines.catalogue.errors import Unknown
from citybrain.engines.catalogue.models import UploadDraft, UploadEdit
from citybrain.engines.catalogue.reading import may, require, thing_of
from citybrain.engines.catalogue.seen import department_title
from citybrain.engines.catalogue.views_repair import DraftRow, UploadTarget
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor

LARGEST = 50 * 1024 * 1024  # bytes of one upload
SUFFIXES = (".xlsx", ".xls", ".csv", ".tsv")
RETURNED = ""  # the field name of "this row is left out and goes back"


def upload_targets(actor: Actor) -> tuple[UploadTarget, ...]:
    """Tables that the actor may upload to: those of systems that arrive by upload."""
    city = wiring.city()
    today = wiring.clock().now().date()
    return tuple(
        UploadTarget(
            table=contract.id,
            title=words.title(contract),
            system_title=words.title(city.systems[contract.system]),
            department_title=department_title(city.systems[contract.system].department(today)),
            fields=tuple(words.field_title(field) for field in contract.fields),
        )
        for contract in city.contracts.values()
        if city.systems[contract.system].kind == "upload"
        and may(actor, "lake.upload", thing_of(contract.id))
    )


def upload_start(actor: Actor, table_id: str, file_name: str, content: bytes | BinaryIO) -> str:
    """Keep a file and open a draft for it; returns the draft's id.

    The same bytes are kept once, under their SHA-256. Refuses tables that do not arrive by
    upload, unknown endings, empty files and files over 50 MB.
    """
    contract = wiring.contract(table_id)
    system = wiring.city().systems[contract.system]
    if system.kind != "upload":
        raise CityError(
            both(f"“{contract.title}”不由表格填报", f"{table_id} does not arrive by spreadsheet"),
            why=both(
                f"它来自{words.kind_title(system).zh}，改动应在源头作出",
                f"it comes from a source of the kind {system.kind}, where it should be changed",
            ),
            do=both(
                "请在“待修正”页面修正单行，或联系数源单位",
                "Correct single rows on the page “To correct”, or ask who delivers it",
            ),
            where=table_id,
        )
    require(actor, "lake.upload", thing_of(table_id))
    name = Path(file_name).name[:200]
    data = content if isinstance(content, bytes) else content.read(LARGEST + 1)
    _refuse_strange(name, data)
    digest = hashlib.sha256(data).hexdigest()
    with guard.act(
        actor, "lake.upload", thing_of(table_id), masked=False, clock=wiring.clock()
    ) as done:
        wiring.home().create()
        write_durably(_path(digest, name), data, mode=0o600)
        draft = UploadDraft.objects.create(
            table=table_id,
            file_name=name,
            sha256=digest,
            bytes=len(data),
            account=actor.id,
            created_at=wiring.clock().now(),
        )
        done.digest = digest
    return str(draft.id)


def _refuse_strange(name: str, data: bytes) -> None:
    suffix = Path(name).suffix.lower()
    why = None
    if suffix not in SUFFIXES:
        why = both(
            f"文件名以“{suffix or '无后缀'}”结尾",
            f"its name ends in “{suffix}”" if suffix else "its name has no ending",
        )
    elif not data:
        why = both("文件是空的", "it is empty")
    elif len(data) > LARGEST:
        why = both(
            f"文件超过 {LARGEST // 1024 // 1024} MB",
            f"it is larger than {LARGEST // 1024 // 1024} MB",
        )
    if why is not None:
        raise CityError(
            both("这个文件没有被接受", "The file was not accepted"),
            why=why,
            do=both(
                f"请上传 {' '.join(SUFFIXES)} 文件",
                f"Upload a file that ends in {' or '.join(SUFFIXES)}",
            ),
            where=name,
        )


def _path(digest: str, name: str) -> Path:
    return wiring.home().uploads / f"{digest}{Path(name).suffix.lower()}"


def file_of(draft: UploadDraft) -> Path:
    """Where the draft's file lies."""
    return _path(draft.sha256, draft.file_name)


def own_draft(actor: Actor, draft_id: str) -> UploadDraft:
    """The actor's draft; everybody else's is as if it did not exist."""
    try:
        key = uuid.UUID(str(draft_id))
    except ValueError:
        key = None
    draft = UploadDraft.objects.filter(id=key, account=actor.id).first() if key else None
    if draft is None:
        raise Unknown(
            both("没有这份上传", "There is no such upload"),
            why=both("它不存在，或不是您上传的", "it does not exist, or somebody else uploaded it"),
            do=both("请重新放入表格", "Hand in the spreadsheet again"),
        )
    return draft


def uploads(actor: Actor) -> tuple[DraftRow, ...]:
    """The actor's drafts that are not submitted, newest first."""
    found = UploadDraft.objects.filter(account=actor.id, submitted_at=None)[:20]
    return tuple(
        DraftRow(
            draft=str(draft.id),
            table=draft.table,
            title=words.title(wiring.contract(draft.table)),
            file_name=draft.file_name,
            uploaded_at=wiring.local(draft.created_at),
        )
        for draft in found
        if draft.table in wiring.city().contracts
    )


def edits_of(draft: UploadDraft) -> dict[tuple[int, str], str]:
    """``(row, field)`` → the value that replaces the delivered one."""
    return {(e.row, e.field): e.value for e in draft.edits.exclude(field=RETURNED)}


def befores_of(draft: UploadDraft) -> dict[tuple[int, str], str]:
    """``(row, field)`` → what the file says in the cells that were changed."""
    return {(e.row, e.field): e.before for e in draft.edits.exclude(field=RETURNED)}


def returned_rows(draft: UploadDraft) -> set[int]:
    """Rows that are left out on purpose."""
    return set(draft.edits.filter(field=RETURNED).values_list("row", flat=True))


def keep_edits(
    actor: Actor, draft: UploadDraft, row: int, edits: Mapping[str, str], *,
    before: Mapping[str, str | None],
) -> None:  # fmt: skip
    """Keep changed cells of one row; ``before`` is what the row says now, by field."""
    refuse_submitted(draft)
    known = {field.name for field in wiring.contract(draft.table).fields}
    unknown = sorted(set(edits) - known)
    if unknown:
        raise CityError(
            both(f"没有字段 {'、'.join(unknown)}", f"There is no field {', '.join(unknown)}"),
            do=both("请刷新页面后重试", "Load the page again and retry"),
            where=draft.table,
        )
    with _changing(actor, draft):
        draft.edits.filter(row=row, field=RETURNED).delete()
        for field, value in edits.items():
            UploadEdit.objects.update_or_create(
                draft=draft, row=row, field=field, defaults={"value": value.strip()},
                create_defaults={"value": value.strip(), "before": before.get(field) or ""},
            )  # fmt: skip


def upload_undo(actor: Actor, draft_id: str, row: int) -> None:
    """Take back every change of one row."""
    draft = _open(actor, draft_id)
    with _changing(actor, draft):
        draft.edits.filter(row=row).delete()


def upload_return_row(actor: Actor, draft_id: str, row: int) -> None:
    """Leave a row as it is: it goes to what waits for correction, with its reasons."""
    draft = _open(actor, draft_id)
    with _changing(actor, draft):
        draft.edits.filter(row=row).delete()
        UploadEdit.objects.create(draft=draft, row=row, field=RETURNED, value="returned")


def _open(actor: Actor, draft_id: str) -> UploadDraft:
    draft = own_draft(actor, draft_id)
    refuse_submitted(draft)
    return draft


def refuse_submitted(draft: UploadDraft) -> None:
    """What was delivered is no longer a draft."""
    if draft.submitted_at is not None:
        raise CityError(
            both("这份上传已经提交", "This upload has been submitted already"),
            do=both("请放入新的表格", "Hand in a new spreadsheet"),
            where=draft.file_name,
        )


def _changing(actor: Actor, draft: UploadDraft) -> AbstractContextManager[guard.Done]:
    return guard.act(actor, "lake.upload", thing_of(draft.table), clock=wiring.clock())
