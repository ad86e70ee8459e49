"""Processes that tests look for and end: the worker of a database; a command in the middle of its work."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
STALLING = """
import sys, time
import {module}

def stall(*arguments, **further):
    print("there", flush=True)
    time.sleep(60)

{module}.{function} = stall
from flask.cli import main
sys.argv = ["flask", "--app", "backend.server", *sys.argv[1:]]
main()
"""


def kill_at(module: str, function: str, environment: dict[str, str], *arguments: object) -> None:
    """SIGKILL a Flask command when it calls a function, by the name that `module` has for it."""
    program = STALLING.format(module=module, function=function)
    command = [sys.executable, "-c", program, *map(str, arguments)]
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stdout.readline() == "there\n", "the command must get there"
        process.kill()


def find_worker(database_path: Path) -> int | None:
    lock = f"{database_path}.jobs.worker.lock"
    processes = (folder for folder in Path("/proc").glob("[0-9]*/fd") if lock in open_files(folder))
    return next((int(folder.parent.name) for folder in processes), None)


def open_files(folder: Path) -> set[str]:
    try:
        return {os.path.realpath(file) for file in folder.iterdir()}
    except OSError:
        return set()  # it has just ended, or is somebody else's
