"""Smaller pictures, by their colours: `python -m tests.e2e.pictures FOLDER`, a part of `make screenshots`."""

import sys
from pathlib import Path

from PIL import Image


def shrink(path: Path) -> None:
    """256 colours far from each other, which keep those of a legend, undithered: a third of the size."""
    with Image.open(path) as picture:
        fewer = picture.convert("RGB").quantize(
            256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
        )
    fewer.save(path, optimize=True)


if __name__ == "__main__":
    for picture in sorted(Path(sys.argv[1]).glob("*.png")):
        shrink(picture)
