"""Tables for terminals and text files."""

from collections.abc import Collection, Iterator, Sequence


def aligned(
    header: Sequence[str], rows: Sequence[Sequence[str]], numbers: Collection[str] = ()
) -> Iterator[str]:
    """Lines with columns two spaces apart; columns that `numbers` names go to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        cells = (
            cell.rjust(width) if name in numbers else cell.ljust(width)
            for cell, width, name in zip(row, widths, header, strict=True)
        )
        yield "  ".join(cells).rstrip()


def titled(text: str, line: str = "-") -> str:
    """A heading, underlined."""
    return f"{text}\n{line * len(text)}"
