"""Known vulnerabilities of what Melodex stands on: `python -m tests.audits`, a part of `make check`.

Both services may be out of reach (no network, a mirror that does not offer them): then a line says that
nothing was audited, and the check goes on.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
UI = ROOT / "ui-embedding-visualization"
TIMEOUT_SECONDS = 180
Faults = list[str] | None  # None: nothing was audited


def run(command: list[str], folder: Path) -> Any:
    """What it tells as JSON, None where it tells nothing."""
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS
        )
        return json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def audit_python() -> Faults:
    command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--format", "json"]
    return python_faults(run([*command, "-r", "requirements.txt"], ROOT))


def audit_app() -> Faults:
    return app_faults(run(["npm", "audit", "--json"], UI))


def python_faults(told: Any) -> Faults:
    """A mirror without the service says of every package that it does not know it."""
    audited = [each for each in (told or {}).get("dependencies", []) if "vulns" in each]
    faults = [
        f"{each['name']} {each['version']}: {fault['id']}" for each in audited for fault in each["vulns"]
    ]
    return faults if audited else None


def app_faults(told: Any) -> Faults:
    found = (told or {}).get("vulnerabilities")
    return None if found is None else [f"{name}: {each['severity']}" for name, each in found.items()]


AUDITS: dict[str, Callable[[], Faults]] = {"pip-audit": audit_python, "npm audit": audit_app}


def report(audits: dict[str, Callable[[], Faults]] = AUDITS) -> int:
    """The number of faults; a line for each and for each audit that could not be made."""
    n_faults = 0
    for name, audit in audits.items():
        faults = audit()
        if faults is None:
            print(f"{name}: its service cannot be reached, nothing was audited.")
            continue
        print(f"{name}: {len(faults)} known vulnerabilities.", *faults, sep="\n  ")
        n_faults += len(faults)
    return n_faults


if __name__ == "__main__":
    sys.exit(report() > 0)
