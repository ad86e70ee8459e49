"""Weights arrive whole and as published, or not at all; a cut costs only what was not there yet."""

import errno
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple

import pytest

from ML.errors import DownloadError, WeightsError
from ML.offers import Refused, check_safe
from ML.weights.checksums import check_pinned, compute_sha256, load_pins
from ML.weights.download import download_weights, missing_files, verify_weights
from ML.weights.store import is_runnable
from tests.conftest import REPOSITORY
from tests.downloads import BODY, CUT_AT, SHA256, publishing

OTHER = BODY[::-1]
OTHER_SHA256 = hashlib.sha256(OTHER).hexdigest()


@pytest.fixture
def publisher(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("ML.transfer.PAUSES_SECONDS", (0.01, 0.01, 0.01))
    with publishing() as publisher:
        yield publisher


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "weights"


def names(folder) -> set[str]:
    """Every file below, but the locks."""
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in files if path.parts[0] != ".locks"}


def fails(publisher, folder, spec=None, timeout_seconds=5.0) -> str:
    """The one sentence of a failure that leaves nothing in place."""
    with pytest.raises(DownloadError) as caught:
        download_weights(spec or publisher.spec(), folder, timeout_seconds=timeout_seconds)
    assert not (folder / "net/model.pth").exists()
    return str(caught.value)


def test_a_file_arrives_and_nothing_else_is_left(publisher, folder):
    seen = []
    fetched = download_weights(publisher.spec(), folder, lambda *news: seen.append(news))
    assert fetched == [folder / "net/model.pth"]
    assert fetched[0].read_bytes() == BODY
    assert names(folder) == {"net/model.pth", "pins.json"}
    assert seen[0] == (fetched[0], 0, len(BODY))
    assert seen[-1] == (fetched[0], len(BODY), len(BODY))
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


def test_what_is_there_is_not_fetched_again(publisher, folder):
    assert download_weights(publisher.spec(), folder)
    assert download_weights(publisher.spec(), folder) == []
    assert len(publisher.requests) == 1


@pytest.mark.parametrize("facts", [{}, {"sha256": None}], ids=["digest known", "digest unknown"])
def test_a_cut_connection_goes_on_where_it_was(facts, publisher, folder):
    publisher.behaviour.n_cuts = 1
    download_weights(publisher.spec(publisher.remote(**facts)), folder)
    assert (folder / "net/model.pth").read_bytes() == BODY
    first, second = publisher.requests
    assert first.range is None
    assert CUT_AT - 65_536 <= int(second.range.removeprefix("bytes=").removesuffix("-")) <= CUT_AT
    assert second.if_range == (publisher.behaviour.etag if facts else None)


def test_many_cuts_are_borne_as_long_as_something_comes(publisher, folder, monkeypatch):
    monkeypatch.setattr("tests.downloads.CUT_AT", 70_000)
    publisher.behaviour.n_cuts = 6
    download_weights(publisher.spec(), folder)
    assert (folder / "net/model.pth").read_bytes() == BODY
    assert len(publisher.requests) == 7, "more than the four attempts of a server that sends nothing"


def test_a_server_without_ranges_starts_again(publisher, folder):
    publisher.behaviour.n_cuts = 1
    publisher.behaviour.knows_ranges = False
    download_weights(publisher.spec(), folder)
    assert (folder / "net/model.pth").read_bytes() == BODY
    assert publisher.requests[1].range is not None


def test_a_server_that_always_cuts_and_knows_no_ranges_is_given_up(publisher, folder):
    publisher.behaviour.n_cuts = 99
    publisher.behaviour.knows_ranges = False
    assert "cut the connection" in fails(publisher, folder)
    assert len(publisher.requests) <= 6


@pytest.mark.parametrize("etag", ['"second edition"', None, 'W/"weak"'])
def test_a_file_that_changed_meanwhile_is_fetched_from_its_start(etag, publisher, folder):
    """Never one half of each, where no digest is known that would tell."""
    spec = publisher.spec(publisher.remote(sha256=None, n_bytes=None))
    publisher.behaviour.etag = etag if etag != '"second edition"' else '"first edition"'
    publisher.behaviour.n_cuts = 99
    fails_after_cuts(publisher, folder, spec)
    publisher.behaviour.n_cuts = 0
    publisher.behaviour.etag = etag
    publisher.behaviour.body = OTHER
    download_weights(spec, folder)
    assert (folder / "net/model.pth").read_bytes() == OTHER


def fails_after_cuts(publisher, folder, spec):
    publisher.behaviour.knows_ranges = False
    fails(publisher, folder, spec)
    publisher.behaviour.knows_ranges = True
    assert 0 < (folder / "net/model.pth.part").stat().st_size <= CUT_AT


def test_a_damaged_beginning_is_noticed_and_fetched_again(publisher, folder):
    publisher.behaviour.n_cuts = 99
    fails_after_cuts(publisher, folder, publisher.spec())
    part = folder / "net/model.pth.part"
    part.write_bytes(b"\0" * part.stat().st_size)
    publisher.behaviour.n_cuts = 0
    publisher.requests.clear()
    download_weights(publisher.spec(), folder)
    assert (folder / "net/model.pth").read_bytes() == BODY
    assert [request.range is None for request in publisher.requests] == [False, True]


def test_another_address_does_not_go_on_with_the_part_of_this_one(publisher, folder):
    publisher.behaviour.n_cuts = 99
    fails_after_cuts(publisher, folder, publisher.spec())
    publisher.behaviour.n_cuts = 0
    publisher.requests.clear()
    download_weights(publisher.spec(publisher.remote("/v2.pth")), folder)
    assert [request.range for request in publisher.requests] == [None]


def test_a_part_that_was_complete_is_put_in_place_without_a_request(publisher, folder):
    publisher.behaviour.n_cuts = 99
    fails_after_cuts(publisher, folder, publisher.spec())
    (folder / "net/model.pth.part").write_bytes(BODY)
    publisher.requests.clear()
    download_weights(publisher.spec(), folder)
    assert (folder / "net/model.pth").read_bytes() == BODY
    assert publisher.requests == []


def test_a_wrong_digest_names_both_and_leaves_nothing(publisher, folder):
    publisher.behaviour.body = OTHER
    message = fails(publisher, folder)
    assert SHA256 in message
    assert OTHER_SHA256 in message
    assert names(folder) == set()
    assert len(publisher.requests) == 1


def test_a_wrong_size_is_noticed_before_it_travels(publisher, folder):
    publisher.behaviour.body = BODY + b"more"
    assert f"{len(BODY) + 4} bytes" in fails(publisher, folder)
    assert names(folder) == set()


@pytest.mark.parametrize("body", [BODY + b"more", BODY * 3, BODY[:-1]])
def test_a_wrong_size_is_noticed_where_no_length_is_said(body, publisher, folder):
    publisher.behaviour.body = body
    publisher.behaviour.says_length = False
    fails(publisher, folder, publisher.spec(publisher.remote(sha256=None)))


def test_without_any_length_or_digest_a_cut_would_go_unnoticed(publisher, folder):
    publisher.behaviour.says_length = False
    assert "unnoticed" in fails(
        publisher, folder, publisher.spec(publisher.remote(sha256=None, n_bytes=None))
    )


def test_what_is_not_there_is_said_in_one_sentence(publisher, folder):
    remote = publisher.remote("/nowhere", n_bytes=3_257_172)
    message = fails(publisher, folder, publisher.spec(remote))
    for part in ("model.pth", "3.3 MB", "404", remote.url, str(folder / "net/model.pth")):
        assert part in message
    assert len(message.splitlines()) == 1
    assert len(publisher.requests) == 1, "asking again would not help"


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_server_in_trouble_is_asked_again(status, publisher, folder):
    publisher.behaviour.n_failures = 2
    publisher.behaviour.failure = status
    assert download_weights(publisher.spec(), folder)
    publisher.behaviour.n_failures = 99
    publisher.requests.clear()
    (folder / "net/model.pth").unlink()
    assert str(status) in fails(publisher, folder)
    assert len(publisher.requests) == 4


def test_a_server_that_falls_silent_is_left_and_asked_for_the_rest(publisher, folder, caplog):
    publisher.behaviour.n_stalls = 1
    download_weights(publisher.spec(), folder, timeout_seconds=0.3)
    assert "fell silent" in caplog.text, "it was left, and did not end the answer itself"
    assert (folder / "net/model.pth").read_bytes() == BODY
    assert publisher.requests[1].range is not None


def test_silence_without_end_is_said(publisher, folder):
    publisher.behaviour.n_stalls = 99
    publisher.behaviour.knows_ranges = False
    assert "fell silent" in fails(publisher, folder, timeout_seconds=0.1)


def test_no_network_is_one_sentence_at_once(publisher, folder, caplog):
    with publishing() as gone:
        closed = gone.remote()
    message = fails(publisher, folder, publisher.spec(closed))
    assert "trying again" not in caplog.text
    assert "127.0.0.1 cannot be reached" in message
    assert closed.url in message
    assert str(folder / "net/model.pth") in message


def test_redirects_are_followed(publisher, folder):
    publisher.behaviour.redirect = f"{publisher.url}/mirror/4711"
    download_weights(publisher.spec(publisher.remote("/moved")), folder)
    assert (folder / "net/model.pth").read_bytes() == BODY
    assert [request.path for request in publisher.requests] == ["/moved", "/mirror/4711"]


@pytest.mark.parametrize("target", ["http://example.invalid/model.pth", "ftp://example.invalid/model.pth"])
def test_redirects_to_unencrypted_places_are_not(target, publisher, folder):
    publisher.behaviour.redirect = target
    assert "not https" in fails(publisher, folder, publisher.spec(publisher.remote("/moved")))


def test_only_this_machine_may_do_without_encryption(publisher, folder):
    with pytest.raises(Refused):
        check_safe("http://127.0.0.1/model.pth", may_be_local=False)  # where an https server redirects to
    for url in ("http://example.invalid/m.pth", "http://127.0.0.1.example.invalid/m", "file:///etc/passwd"):
        spec = publisher.spec(type(publisher.remote())(url))
        assert "not https" in fails(publisher, folder, spec)


@pytest.mark.parametrize(
    ("announced", "is_right"), [(f'"{SHA256}"', True), (f'"{OTHER_SHA256}"', False), ('"git sha1"', True)]
)
def test_the_digest_that_hugging_face_announces_is_checked(announced, is_right, publisher, folder):
    publisher.behaviour.redirect_headers = {"X-Linked-Etag": announced}
    spec = publisher.spec(publisher.remote("/moved", sha256=None, n_bytes=None))
    if is_right:
        assert download_weights(spec, folder)
    else:
        assert OTHER_SHA256 in fails(publisher, folder, spec)


def test_a_file_that_changed_meanwhile_is_noticed_by_its_announced_digest(publisher, folder):
    publisher.behaviour.redirect_headers = {"X-Linked-Etag": f'"{SHA256}"'}
    publisher.behaviour.n_cuts = 99
    spec = publisher.spec(publisher.remote("/moved", sha256=None, n_bytes=None))
    fails_after_cuts(publisher, folder, spec)
    publisher.behaviour = type(publisher.behaviour)(body=OTHER)  # no longer announced either
    download_weights(spec, folder)
    assert (folder / "net/model.pth").read_bytes() == OTHER


def test_the_digest_that_begins_in_a_release_name_is_checked(publisher, folder):
    right = publisher.remote(f"/vggish-{SHA256[:8]}.pth", sha256=None)
    assert "10086976" in fails(
        publisher, folder, publisher.spec(publisher.remote("/vggish-10086976.pth", sha256=None))
    )
    assert download_weights(publisher.spec(right), folder)


@pytest.mark.parametrize(
    ("headers", "body", "told"),
    [({"Content-Type": "text/html; charset=utf-8"}, BODY, "web page"), ({}, b"", "empty")],
)
def test_what_is_no_file_of_weights_is_refused(headers, body, told, publisher, folder):
    publisher.behaviour.headers = headers
    publisher.behaviour.body = body
    assert told in fails(publisher, folder, publisher.spec(publisher.remote(sha256=None, n_bytes=None)))


# --- pinned on first use ----------------------------------------------------------------------------------


@pytest.fixture
def unpublished(publisher):
    """A record whose digest and size nobody knows."""
    return publisher.spec(publisher.remote(sha256=None, n_bytes=None))


def test_an_unknown_digest_is_pinned_and_checked_ever_after(publisher, folder, unpublished):
    download_weights(unpublished, folder)
    (pin,) = load_pins(folder).values()
    assert (pin.sha256, pin.n_bytes, pin.url) == (SHA256, len(BODY), f"{publisher.url}/model.pth")
    assert list(json.loads((folder / "pins.json").read_text())) == ["net/model.pth"]
    (folder / "net/model.pth").unlink()
    publisher.behaviour.body = OTHER
    message = fails(publisher, folder, unpublished)
    assert SHA256 in message
    assert OTHER_SHA256 in message
    assert str(folder / "pins.json") in message
    (folder / "pins.json").unlink()
    assert download_weights(unpublished, folder)


def test_what_was_downloaded_is_noted_so_that_loading_can_check_it(publisher, folder):
    download_weights(publisher.spec(), folder)
    path = folder / "net/model.pth"
    assert load_pins(folder)["net/model.pth"].sha256 == compute_sha256(path)
    check_pinned(path, folder)
    path.write_bytes(b"exchanged")
    with pytest.raises(WeightsError, match="not the file that was downloaded"):
        check_pinned(path, folder)


def test_another_address_is_another_file(publisher, folder, unpublished):
    download_weights(unpublished, folder)
    (folder / "net/model.pth").unlink()
    publisher.behaviour.body = OTHER
    later = publisher.spec(publisher.remote("/revision-2.pth", sha256=None, n_bytes=None))
    assert download_weights(later, folder)
    assert load_pins(folder)["net/model.pth"].sha256 == OTHER_SHA256


@pytest.mark.parametrize(
    "content", ["", "{", "[1]", '{"net/model.pth": 3}', '{"net/model.pth": {"sha": "a"}}']
)
def test_damaged_pins_are_not_ignored(content, publisher, folder, unpublished):
    folder.mkdir()
    (folder / "pins.json").write_text(content)
    with pytest.raises(WeightsError, match=r"pins\.json"):
        download_weights(unpublished, folder)
    assert (folder / "pins.json").read_text() == content


def test_verification_tells_intact_from_wrong_and_pins_what_is_new(publisher, folder, unpublished):
    def states(spec):
        return [verdict.state for verdict in verify_weights(spec, folder)]

    assert states(publisher.spec()) == ["missing"]
    file = folder / "net/model.pth"
    file.parent.mkdir(parents=True)
    file.write_bytes(BODY)  # put there by hand
    assert states(publisher.spec()) == ["intact"]
    assert states(unpublished) == ["pinned"]
    assert states(unpublished) == ["intact"]
    file.write_bytes(BODY[:-1] + b"x")
    assert states(unpublished) == ["wrong"]
    assert states(publisher.spec()) == ["wrong"]


# --- folders, alternatives, optional files ----------------------------------------------------------------


def test_a_folder_is_ready_when_its_last_file_is(publisher, folder):
    config, model = publisher.remote("/config.json"), publisher.remote("/nowhere")
    with pytest.raises(DownloadError, match="nowhere"):
        download_weights(publisher.spec(config, model, path="bert/big"), folder)
    published = publisher.spec(config, publisher.remote("/pytorch_model.bin"), path="bert/big")
    assert not is_runnable(published, folder, {})
    assert names(folder) == {"bert/big/config.json", "pins.json"}
    fetched = download_weights(published, folder)
    assert [path.name for path in fetched] == ["pytorch_model.bin"]
    assert is_runnable(published, folder, {})
    assert names(folder) == {"bert/big/config.json", "bert/big/pytorch_model.bin", "pins.json"}


def test_weights_in_another_format_serve_as_well(publisher, folder):
    spec = publisher.spec(alternatives=("net/other.pth",))
    (folder / "net").mkdir(parents=True)
    (folder / "net/other.pth").write_bytes(b"of another program")
    assert missing_files(spec, folder) == []
    assert verify_weights(spec, folder) == []


def test_files_for_a_setting_come_along(publisher, folder):
    spec = publisher.spec(optional=(publisher.remote("/pca.pth"),))
    assert [path.name for path in download_weights(spec, folder)] == ["model.pth", "pca.pth"]
    assert names(folder) == {"net/model.pth", "net/pca.pth", "pins.json"}


# --- disks and processes ----------------------------------------------------------------------------------


def test_too_small_a_disk_is_said_before_it_is_full(publisher, folder, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("ML.transfer.shutil.disk_usage", lambda _: usage(10**9, 10**9 - 1000, 1000))
    message = fails(publisher, folder)
    assert "No room for model.pth (524.3 kB)" in message
    assert "1.0 kB free" in message
    assert names(folder) == set()


@pytest.fixture
def small_disk(tmp_path, monkeypatch):
    """A folder that holds 256 kB and claims to have room."""
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("ML.transfer.shutil.disk_usage", lambda _: usage(10**9, 0, 10**9))
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "melodex-test", str(disk)]
    is_mounted = bool(shutil.which("mount")) and subprocess.run(command, capture_output=True).returncode == 0
    if not is_mounted:  # not root: the same error, where the last bytes are written
        full = OSError(errno.ENOSPC, "No space left on device")
        monkeypatch.setattr("ML.transfer.sync_file", lambda _: (_ for _ in ()).throw(full))
    yield disk
    if is_mounted:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_fills_up_is_said_and_gets_its_room_back(publisher, small_disk):
    message = fails(publisher, small_disk)
    assert "the disk is full" in message
    assert str(small_disk / "net/model.pth") in message
    assert names(small_disk) == set()
    (small_disk / "room").write_bytes(b"\0" * 200_000)


def test_a_place_that_cannot_be_written_is_said(publisher, folder):
    folder.write_text("a file where the folder should be")
    with pytest.raises(DownloadError, match=r"Cannot write .*model\.pth"):
        download_weights(publisher.spec(), folder)


PROGRAM = """
import sys
from pathlib import Path
from ML.weights.download import download_weights
from tests.downloads import Publisher

class At(Publisher):
    def __init__(self, url):
        self.url = url

print(len(download_weights(At(sys.argv[1]).spec(), Path(sys.argv[2]))))
"""


@pytest.fixture
def start(publisher, folder):
    """A download in a process of its own."""
    started = []

    def run() -> subprocess.Popen:
        command = [sys.executable, "-c", PROGRAM, publisher.url, str(folder)]
        started.append(subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


def test_two_processes_at_once_download_once(publisher, folder, start):
    publisher.behaviour.pause_seconds = 0.15  # a second and more in all: both are there in time
    answers = [process.communicate(timeout=30)[0] for process in [start(), start()]]
    assert sorted(answers) == ["0\n", "1\n"]
    assert (folder / "net/model.pth").read_bytes() == BODY
    assert len(publisher.requests) == 1


def test_a_killed_download_is_resumed_by_the_next_one(publisher, folder, start):
    publisher.behaviour.n_stalls = 1
    process = start()
    part = folder / "net/model.pth.part"
    deadline = time.monotonic() + 20
    while not (part.is_file() and part.stat().st_size > 100_000):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (folder / "net/model.pth").exists()
    n_there = part.stat().st_size
    assert download_weights(publisher.spec(), folder)
    assert [request.range for request in publisher.requests] == [None, f"bytes={n_there}-"]
    assert (folder / "net/model.pth").read_bytes() == BODY
    assert names(folder) == {"net/model.pth", "pins.json"}
