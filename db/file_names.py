"""Names for files out of names that people give."""

import unicodedata

MAX_NAME_BYTES = 200  # a file system takes 255: room for a number and an extension
UNTITLED = "untitled"


def safe_name(text: str) -> str:
    """In any writing, fit for every file system: no separators, no reserved words, not hidden, not empty."""
    from pathvalidate import sanitize_filename

    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    clean = sanitize_filename(" ".join(printable.split()), replacement_text="_", platform="universal")
    cut = clean.strip(" .").encode()[:MAX_NAME_BYTES].decode(errors="ignore")
    return cut.strip(" .") or UNTITLED
