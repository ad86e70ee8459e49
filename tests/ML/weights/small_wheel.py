"""A small wheel with the names of the authors', its record, and what a failed download leaves."""

import dataclasses
import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from ML import registry
from ML.errors import DownloadError
from ML.spec import ModelSpec, Wheel
from ML.weights.download import download_weights
from ML.weights.store import is_runnable

FOLDERS = ("MSD_musicnn", "MSD_vgg", "MTT_musicnn", "MTT_vgg")
MEMBERS = {
    "musicnn/__init__.py": b"raise SystemExit('run')",
    **{f"musicnn/{folder}/.index": folder.encode() for folder in FOLDERS},
    **{f"musicnn/{folder}/.data-00000-of-00001": folder.encode() * 1000 for folder in FOLDERS},
    "musicnn/MSD_musicnn/.meta": b"graph",
    "musicnn-0.1.0.dist-info/LICENSE.md": b"ISC License",
    "musicnn-0.1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: musicnn\nVersion: 0.1.0\n"
    b"Requires-Dist: tensorflow (>=1.14)\n",
    "musicnn-0.1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "musicnn-0.1.0.dist-info/RECORD": b"",
}


def make_wheel(members: dict[str, bytes] = MEMBERS) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return content.getvalue()


WHEEL = make_wheel()


def wheel_of(content: bytes) -> Wheel:
    return Wheel("musicnn", "0.1.0", hashlib.sha256(content).hexdigest(), len(content))


def spec_of(key: str = "musicnn/msd", content: bytes = WHEEL) -> ModelSpec:
    """A record of the registry whose wheel has this content."""
    spec = registry.get_by_key(f"{key}@pons2019")[0]
    return dataclasses.replace(spec, weights=dataclasses.replace(spec.weights, wheel=wheel_of(content)))


def put_by_hand(folder: Path, content: bytes = WHEEL) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "musicnn-0.1.0-py3-none-any.whl").write_bytes(content)


def files(folder: Path) -> set[str]:
    """Every file and unfinished folder below, but locks and a wheel that was put there."""
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {name for name in names if not name.startswith(".locks/") and not name.endswith(".whl")}


def fails(spec: ModelSpec, folder: Path) -> str:
    """The one line of a failure after which nothing counts as present, nor lies around."""
    with pytest.raises(DownloadError) as caught:
        download_weights(spec, folder)
    assert not folder.is_dir() or files(folder) == set()
    assert not is_runnable(spec, folder, {})
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


ALL = {
    "musicnn-0.1.0/LICENSE.md",
    "pins.json",
    *(f"musicnn-0.1.0/{each}/{name}" for each in FOLDERS for name in (".index", ".data-00000-of-00001")),
}
