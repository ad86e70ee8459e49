"""Cells of a CSV file that spreadsheets take for text, whatever a song is called."""

from typing import Any

# What begins with these is a formula to a spreadsheet, and may run programs (OWASP: CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def text_cell(value: Any) -> Any:
    """Text that would be a formula gets the apostrophe that spreadsheets take for "this is text"."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
