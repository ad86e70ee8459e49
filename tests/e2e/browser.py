"""A real Chromium: the one on the machine, or one installed now; a machine without one fails loudly.

`python -m tests.e2e.browser` makes sure of it before the tests start; `make test` begins with it.
"""

import os
import shutil
import subprocess
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Software rendering and no background traffic: the same pictures on every machine.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


def find_chromium() -> str:
    """Path of a Chromium. Raises RuntimeError saying how to get one."""
    found = look_for_chromium()
    if found is None:
        install_chromium()
        found = look_for_chromium()
    if found is None:
        raise RuntimeError(
            "The browser tests need Chromium: install it (Debian: apt-get install chromium), or set CHROMIUM "
            "to its path."
        )
    return found


def look_for_chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


def install_chromium() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quietly: dict[str, Any] = {
            "stdout": subprocess.DEVNULL,
            "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        }
        subprocess.run(["apt-get", "update"], check=False, **quietly)
        install = ["apt-get", "install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"]
        subprocess.run([*install, "chromium"], check=False, **quietly)


if __name__ == "__main__":
    try:
        print(f"Browser: {find_chromium()}")
    except RuntimeError as error:
        raise SystemExit(str(error)) from error
