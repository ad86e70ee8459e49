"""The scripts at the root, in the test's process: what a process of its own would return and print."""

import contextlib
import io
import runpy
import subprocess
from pathlib import Path

import pytest
import torch

from tests.conftest import REPOSITORY


def run_script(folder: Path, name: str, *arguments: object) -> subprocess.CompletedProcess:
    """Run a script in a folder, with one thread. Scripts that load with worker processes would fork pytest:
    let them load with 0.
    """
    command = [name, *map(str, arguments)]
    output, errors, n_threads = io.StringIO(), io.StringIO(), torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(errors),
        ):
            patch.chdir(folder)
            patch.setattr("sys.argv", command)
            status = status_of(name)
            if isinstance(status, str):
                print(status, file=errors)
                status = 1
    finally:
        torch.set_num_threads(n_threads)
    return subprocess.CompletedProcess(command, status or 0, output.getvalue(), errors.getvalue())


def status_of(name: str) -> int | str | None:
    try:
        runpy.run_path(str(REPOSITORY / name), run_name="__main__")
    except SystemExit as end:
        return end.code
    return 0
