"""Weights arrive whole and as published, or not at all, and every trouble is one line."""

import errno
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import time

import pytest

from ML.errors import DownloadError, WeightsError
from ML.spec import HubFile
from ML.weights.checksums import check_pinned, compute_sha256, load_pins
from ML.weights.download import download_weights, missing_files
from ML.weights.https import check_safe
from ML.weights.staging import FetchError
from ML.weights.store import is_runnable
from ML.weights.verification import verify_weights
from tests.conftest import REPOSITORY
from tests.downloads import BODY, SHA256, publishing

OTHER = BODY[::-1]
OTHER_SHA256 = hashlib.sha256(OTHER).hexdigest()


def names(folder) -> set[str]:
    """Every file and unfinished folder below, but the locks."""
    found = [path for path in folder.rglob("*") if path.is_file() or path.name.endswith(".part")]
    files = [path.relative_to(folder) for path in found]
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
    assert seen[-1] == (fetched[0], len(BODY), len(BODY))
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


def test_what_is_there_is_not_fetched_again(publisher, folder):
    assert download_weights(publisher.spec(), folder)
    assert download_weights(publisher.spec(), folder) == []
    assert len(publisher.requests) == 1


@pytest.mark.parametrize("facts", [{}, {"sha256": None}], ids=["digest known", "digest unknown"])
def test_a_cut_connection_leaves_nothing_and_the_next_run_starts_again(facts, publisher, folder):
    publisher.behaviour.n_cuts = 1
    spec = publisher.spec(publisher.remote(**facts))
    assert "127.0.0.1 cut the connection" in fails(publisher, folder, spec)
    assert names(folder) == set()
    assert len(publisher.requests) == 1
    download_weights(spec, folder)
    assert (folder / "net/model.pth").read_bytes() == BODY


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


@pytest.mark.parametrize("body", [BODY + b"more", BODY * 3, BODY[:-1]], ids=["more", "triple", "less"])
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
def test_a_server_in_trouble_is_said(status, publisher, folder):
    publisher.behaviour.n_failures = 1
    publisher.behaviour.failure = status
    assert f"the server answers {status}" in fails(publisher, folder)
    assert download_weights(publisher.spec(), folder)


def test_a_silent_server_is_left(publisher, folder):
    publisher.behaviour.n_stalls = 1
    assert "127.0.0.1 sent nothing more" in fails(publisher, folder, timeout_seconds=0.3)
    assert names(folder) == set()


def test_no_network_is_one_sentence_at_once(publisher, folder):
    with publishing() as gone:
        closed = gone.remote()
    message = fails(publisher, folder, publisher.spec(closed))
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
    with pytest.raises(FetchError):
        check_safe("http://127.0.0.1/model.pth", may_be_local=False)  # where an https server redirects to
    for url in ("http://example.invalid/m.pth", "http://127.0.0.1.example.invalid/m", "file:///etc/passwd"):
        spec = publisher.spec(type(publisher.remote())(url))
        assert "not https" in fails(publisher, folder, spec)


def test_the_digest_that_begins_in_a_release_name_is_checked(publisher, folder):
    right = publisher.remote(f"/vggish-{SHA256[:8]}.pth", sha256=None)
    assert "10086976" in fails(
        publisher, folder, publisher.spec(publisher.remote("/vggish-10086976.pth", sha256=None))
    )
    assert download_weights(publisher.spec(right), folder)


@pytest.mark.parametrize(
    ("headers", "body", "told"),
    [({"Content-Type": "text/html; charset=utf-8"}, BODY, "web page"), ({}, b"", "empty")],
    ids=["a page", "nothing"],
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


@pytest.fixture
def small_disk(tmp_path, monkeypatch):
    """A folder that holds 256 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "melodex-test", str(disk)]
    is_mounted = bool(shutil.which("mount")) and subprocess.run(command, capture_output=True).returncode == 0
    if not is_mounted:  # not root: the same error, where the last bytes are written
        full = OSError(errno.ENOSPC, "No space left on device")
        monkeypatch.setattr("ML.weights.download.sync_file", lambda _: (_ for _ in ()).throw(full))
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


def test_a_killed_download_leaves_nothing_that_counts(publisher, folder, start):
    publisher.behaviour.n_stalls = 1
    process = start()
    deadline = time.monotonic() + 60
    while not any(path.stat().st_size > 100_000 for path in folder.glob("net/.model.pth-*.part/*")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (folder / "net/model.pth").exists()
    (folder / "net/model.pth.part").write_bytes(b"left by an older version")
    assert download_weights(publisher.spec(), folder)
    assert (folder / "net/model.pth").read_bytes() == BODY
    assert names(folder) == {"net/model.pth", "pins.json"}


# --- the Hugging Face Hub ---------------------------------------------------------------------------------

REVISION = "83b4b06669fba5e8b42d98917a5c44995398c43c"


@pytest.fixture
def hub(publisher, monkeypatch):
    """The local server in the place of the Hub, for its own client."""
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", publisher.url)
    template = f"{publisher.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    monkeypatch.setattr("huggingface_hub.file_download.HUGGINGFACE_CO_URL_TEMPLATE", template, raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)
    publisher.behaviour.headers = {"X-Repo-Commit": REVISION}
    publisher.behaviour.etag = f'"{SHA256}"'
    return publisher


def hub_spec(hub, name="model.bin", sha256=SHA256):
    url = f"https://huggingface.co/a/network/resolve/{REVISION}/{name}"
    return hub.spec(HubFile(url, sha256, repository="a/network", revision=REVISION))


def test_files_on_the_hub_are_fetched_at_their_revision(hub, folder):
    seen = []
    assert download_weights(hub_spec(hub), folder, lambda *news: seen.append(news))
    assert (folder / "net/model.pth").read_bytes() == BODY
    assert names(folder) == {"net/model.pth", "pins.json"}
    assert f"/a/network/resolve/{REVISION}/model.bin" in {request.path for request in hub.requests}
    assert seen[-1] == (folder / "net/model.pth", len(BODY), len(BODY))


def test_the_client_of_the_hub_continues_after_a_cut(hub, folder, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 65_536)  # the file is half a MB
    hub.behaviour.n_cuts = 1
    assert download_weights(hub_spec(hub), folder)
    assert (folder / "net/model.pth").read_bytes() == BODY
    assert [request.range is None for request in hub.requests if "model.bin" in request.path] == [True, False]


@pytest.mark.parametrize("sha256", [OTHER_SHA256, None], ids=["published", "announced"])
def test_another_digest_than_that_of_the_hub_is_refused(sha256, hub, folder):
    hub.behaviour.body = OTHER if sha256 is None else BODY
    message = fails(hub, folder, hub_spec(hub, sha256=sha256))
    assert SHA256 in message
    assert OTHER_SHA256 in message
    assert names(folder) == set()


@pytest.mark.parametrize("status", [401, 404, 503])
def test_what_the_hub_refuses_is_one_line_at_once(status, hub, folder):
    hub.behaviour.n_failures, hub.behaviour.failure = 1, status
    message = fails(hub, folder, hub_spec(hub))
    assert f"the server answers {status}" in message
    assert "https://huggingface.co/a/network" in message
    assert len(message.splitlines()) == 1
    assert hub.requests == []


def test_no_network_to_the_hub_is_one_line(hub, folder, monkeypatch):
    monkeypatch.setattr(
        "huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE",
        "http://127.0.0.1:9/{repo_id}/resolve/{revision}/{filename}",
    )
    monkeypatch.setattr(
        "huggingface_hub.file_download.HUGGINGFACE_CO_URL_TEMPLATE",
        "http://127.0.0.1:9/{repo_id}/resolve/{revision}/{filename}",
        raising=False,
    )
    assert "127.0.0.1 cannot be reached" in fails(hub, folder, hub_spec(hub))


def test_the_offline_mode_of_the_hub_is_said(hub, folder, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE" in fails(hub, folder, hub_spec(hub))
    assert hub.requests == []
