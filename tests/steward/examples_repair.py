"""Views of rows set aside and of uploads, in states that a small city seldom reaches."""

from dataclasses import replace

from citybrain.engines.catalogue import service as c
from tests.steward.examples import FIELDS, LONG, NOW, VALUES, reasons, text


def _troubles(*, long: bool = False) -> tuple[c.Trouble, ...]:
    return (
        c.Trouble(
            field="man_born",
            field_title=text("男方出生日期"),
            rule="birth_of",
            sentence=text("身份证号显示 1987-03-12，登记为 1978-03-12，请核对其一。", long=long),
            suggestion="1987-03-12",
            suggestion_label=text("采用 1987-03-12"),
        ),
    )


def _cells(*, state: str, masked: bool = False, long: bool = False) -> tuple[c.Cell, ...]:
    return tuple(
        c.Cell(
            field=name,
            value=LONG if long and name == "kind" else value,
            before="1978-03-12",
            state=state if name in {"man_id", "man_born"} else "clean",
            masked=masked and level > 2,
        )
        for (name, _title, _kind, level), value in zip(FIELDS, VALUES, strict=True)
    )


def _columns() -> tuple[c.GridColumn, ...]:
    return tuple(
        c.GridColumn(letter=letter, field=name, title=text(title), level=level)
        for letter, (name, title, _kind, level) in zip("ABCDEF", FIELDS, strict=True)
    )


def quarantine(*, revealed: bool = False, long: bool = False) -> c.QuarantineView:
    def row(key: str, *, corrected: bool = False) -> c.QuarantineRow:
        cells = _cells(state="changed" if corrected else "wrong", masked=not revealed, long=long)
        return c.QuarantineRow(
            row=key,
            seen=0,
            label=text(f"第 {key} 行", f"Row {key}"),
            corrected=corrected,
            raw="",
            office=text("市民政局婚姻登记处", long=long),
            cells=cells,
            troubles=_troubles(long=long),
        )

    return c.QuarantineView(
        table="civil.marriages",
        title=text("婚姻登记", long=long),
        system="civil",
        system_title=text("婚姻登记", long=long),
        department_title=text("市民政局", long=long),
        version="1.2.0",
        columns=_columns(),
        rows=(row("18"), row("47", corrected=True)),
        total=52,
        offset=20,
        limit=20,
        reasons=reasons(),
        revealed=revealed,
        purpose="核对出生日期" if revealed else "",
        entry="e",
        may_reveal=True,
        may_correct=True,
    )


def unmasked() -> c.QuarantineView:
    """Rows set aside of a table in which no field needs masking."""
    view = quarantine()
    rows = tuple(
        replace(row, cells=tuple(replace(cell, masked=False) for cell in row.cells))
        for row in view.rows
    )
    return replace(view, rows=rows)


def quarantine_list(*, long: bool = False) -> tuple[c.QuarantineTable, ...]:
    return (
        c.QuarantineTable(
            table="civil.marriages",
            title=text("婚姻登记", long=long),
            system="civil",
            system_title=text("婚姻登记", long=long),
            department_title=text("市民政局"),
            quarantined=5,
            reasons=reasons(),
            may_correct=True,
            may_upload=True,
        ),
    )


def target() -> c.UploadTarget:
    return c.UploadTarget(
        table="civil.marriages",
        title=text("婚姻登记"),
        system_title=text("婚姻登记"),
        department_title=text("市民政局"),
        fields=tuple(text(title) for _n, title, _k, _l in FIELDS),
    )


def draft() -> c.DraftRow:
    return c.DraftRow(
        draft="d1",
        table="civil.marriages",
        title=text("婚姻登记"),
        file_name="婚姻登记-2021年累计.xlsx",
        uploaded_at=NOW,
    )


def upload(*, submitted: bool = False, error: bool = False, long: bool = False) -> c.UploadView:
    def row(number: int, state: str) -> c.GridRow:
        cells = _cells(state={"returned": "wrong"}.get(state, state), long=long)
        return c.GridRow(
            kind="row",
            folded=0,
            number=number,
            state=state,
            cells=cells,
            troubles=_troubles(long=long) if state == "wrong" else (),
        )

    gap = c.GridRow(kind="gap", folded=14, number=0, state="clean", cells=(), troubles=())
    rows = (gap, row(17, "clean"), row(18, "wrong"), row(166, "changed"), row(240, "returned"), gap)
    return c.UploadView(
        draft="d1",
        table="civil.marriages",
        title=text("婚姻登记", long=long),
        system="civil",
        version="1.2.0",
        step=4 if submitted else 3,
        file_name=LONG if long else "累计.xlsx",
        bytes=41_984,
        file_note=text("312 行 10 列"),
        uploaded_at=NOW,
        by="陈**",
        read=312,
        accepted=308,
        quarantined=4,
        inserted=9,
        updated=4,
        unchanged=295,
        removed=44,
        removing=text("提交后将从表中移走 44 行（现有 310 行）。")
        if not submitted
        else c.Text(zh=""),
        gone=(text("登记字号 341891-2021-000009", long=long),) if not submitted else (),
        must_confirm=not submitted,
        next_collect=text("这张表还会从“婚姻登记”汇聚（每天 12:00 前）。", long=long),
        wrong_rows=5,
        fixed_rows=1,
        error=text("文件已损坏，打不开。") if error else c.Text(zh=""),
        columns=_columns(),
        rows=rows,
        masked=not submitted,
        may_reveal=True,
        dock=text("308 行入库，4 行留在待修正"),
        submitted=submitted,
        run="R-1" if submitted else "",
        entry="e",
    )
