"""What a text becomes in a cell of a spreadsheet (S32)."""

from __future__ import annotations

from io import BytesIO

import pytest
import tablib
from openpyxl import load_workbook

from syncapp.services.export_files import escape


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Design", "Design"),
        ("=1+1", "'=1+1"),
        ("\tname", "'\tname"),
        ("Line\x0bbreak", "Linebreak"),
        # Taken away after the look, it would leave a formula behind.
        ("\x01=1+1", "'=1+1"),
    ],
)
def test_no_text_is_run_as_a_formula_or_ends_an_export(text: str, cell: str) -> None:
    assert escape(text) == cell
    rows = tablib.Dataset(headers=["Record"], title="Month")
    rows.append([escape(text)])
    sheet = load_workbook(BytesIO(rows.export("xlsx"))).active
    assert sheet is not None
    assert (sheet["A2"].value, sheet["A2"].data_type) == (cell, "s")
