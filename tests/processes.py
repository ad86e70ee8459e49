"""Processes that tests look for and end: the worker of a database; a command in the middle of its work."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

REPOSITORY = Path(__file__).parents[1]
# Ends a test that waits in vain. What is waited for takes a second or two, and minutes where several other
# programs have the processor.
PATIENCE_SECONDS = 240
PAUSING = """
import builtins, importlib, itertools, sys
import {program}
import {module}

for place, name, value in {constants}:
    setattr(importlib.import_module(place), name, value)

numbers = itertools.count(1)
try:
    function = {module}.{function}
except AttributeError:  # a builtin that the module has not replaced
    function = builtins.{function}

def pause(*arguments, **options):
    if next(numbers) == {call}:
        print("paused", flush=True)
        sys.stdin.read()
    return function(*arguments, **options)

{module}.{function} = pause
{start}
"""
START_FLASK = 'sys.argv[:1] = ["flask", "--app", "backend.server"]; flask.cli.main()'
START_WITH_STUBS = "tests.flask_with_stubs.run_command()"
START_SCRIPT = "sys.argv[:1] = [{0!r}]; runpy.run_path({0!r}, run_name='__main__')"


def command_with_stubs(*arguments: object) -> list[str]:
    """A Flask command without real models: tests/flask_with_stubs.py."""
    return [sys.executable, "-m", "tests.flask_with_stubs", *map(str, arguments)]


@contextmanager
def paused_at(
    module: str,
    function: str,
    environment: dict[str, str],
    *arguments: object,
    call: int = 1,
    with_stubs: bool = False,
    script: str = "",
    constants: Sequence[tuple[str, str, object]] = (),
) -> Iterator[subprocess.Popen]:
    """A Flask command, or a script of this repository, that waits where it calls a function for the nth time.

    function: by the name that `module` has for it; a method is Class.method. The process goes on when its
    standard input is closed, and is killed at the end of the block.
    constants: (module, name, value) of constants to change in the process, such as a batch size.
    """
    program, start = "flask.cli", START_FLASK
    if with_stubs:
        program, start = "tests.flask_with_stubs", START_WITH_STUBS
    if script:
        program, start = "runpy", START_SCRIPT.format(str(REPOSITORY / script))
    code = PAUSING.format(
        program=program, start=start, module=module, function=function, call=call, constants=constants
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=REPOSITORY, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        wait_for_line(process.stdout, "paused")
        yield process
    finally:
        process.kill()
        process.communicate()


def kill_at(
    module: str, function: str, environment: dict[str, str], *arguments: object, **options: object
) -> None:
    """SIGKILL a Flask command when it calls a function; options: see `paused_at`."""
    with paused_at(module, function, environment, *arguments, **options) as process:  # type: ignore[arg-type]
        process.kill()


def wait_for_line(stream: IO[str] | None, start: str) -> None:
    """Read until a line that starts with these words. The process must not end before."""
    assert stream
    lines = []
    for line in stream:
        if line.startswith(start):
            return
        lines.append(line)
    raise AssertionError(f"no line {start!r} in {''.join(lines)!r}")


def find_worker(database_path: Path) -> int | None:
    lock = f"{database_path}.jobs.worker.lock"
    processes = (folder for folder in Path("/proc").glob("[0-9]*/fd") if lock in open_files(folder))
    return next((int(folder.parent.name) for folder in processes), None)


def open_files(folder: Path) -> set[str]:
    try:
        return {os.path.realpath(file) for file in folder.iterdir()}
    except OSError:
        return set()  # it has just ended, or is somebody else's
