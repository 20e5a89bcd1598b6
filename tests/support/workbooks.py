"""Writes workbooks as Excel does, for tests: texts, numbers, dates, errors, formulas, and hidden sheets."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Cell", "Error", "Formula", "open_document", "workbook"]

_EPOCH = datetime.date(1899, 12, 30)
_EPOCH_1904 = datetime.date(1904, 1, 1)
_STATES = {True: "hidden", False: "visible"}
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STYLES = (
    f'<?xml version="1.0"?><styleSheet xmlns="{_MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
    '<xf numFmtId="14"/></cellXfs></styleSheet>'
)


class Error(str):
    """An error in place of a value, such as ``#N/A``."""

    __slots__ = ()


class Formula(str):
    """A formula that no program has worked out yet."""

    __slots__ = ()


Cell = str | int | float | bool | datetime.date | None


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Cell]]], hidden: Sequence[str] = (), *, from_1904: bool = False
) -> bytes:
    """Return an XLSX file with these sheets."""
    names = list(sheets)
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" r:id="rId{at}" state="{_STATES[name in hidden]}"/>'
        for at, name in enumerate(names, 1)
    )
    dates = ' date1904="1"' if from_1904 else ""
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="{_RELATION}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(names) + 1)
    )
    styles = f'<Relationship Id="rIdS" Type="{_RELATION}/styles" Target="styles.xml"/>'
    head = '<?xml version="1.0"?>'
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    files = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": f'{head}<Relationships xmlns="{package}"><Relationship Id="rId1" '
        f'Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{head}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATION}"><workbookPr{dates}/>'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{package}">{relations}{styles}</Relationships>',
        "xl/styles.xml": _STYLES,
    }
    for at, name in enumerate(names, 1):
        rows = "".join(f"<row>{''.join(_cell(one, from_1904=from_1904) for one in row)}</row>" for row in sheets[name])
        files[f"xl/worksheets/sheet{at}.xml"] = (
            f'{head}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return content.getvalue()


def _cell(value: Cell, *, from_1904: bool) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, Error | Formula):
        return f'<c t="e"><v>{value}</v></c>' if isinstance(value, Error) else f"<c><f>{escape(value)}</f></c>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, datetime.date):
        days = (value - (_EPOCH_1904 if from_1904 else _EPOCH)).days
        return f'<c s="1"><v>{days}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def open_document(rows: Sequence[Sequence[str | float]]) -> bytes:
    """Return an ODS file, as LibreOffice writes them, with one sheet of texts and numbers."""
    names = "urn:oasis:names:tc:opendocument:xmlns:"
    kinds = "".join(f' xmlns:{one}="{names}{one}:1.0"' for one in ("office", "table", "text"))
    lines = "".join(f"<table:table-row>{''.join(map(_open_cell, row))}</table:table-row>" for row in rows)
    sheet = f'<table:table table:name="Sheet1">{lines}</table:table>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'xmlns:manifest="{names}manifest:1.0"'
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest {manifest}><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
            "</manifest:manifest>",
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content{kinds}><office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
            "</office:document-content>",
        )
    return content.getvalue()


def _open_cell(value: str | float) -> str:
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
    about = f'office:value-type="float" office:value="{value}"'
    return f"<table:table-cell {about}><text:p>{value}</text:p></table:table-cell>"
