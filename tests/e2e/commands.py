"""Flask commands, one after another in one process: `python -m tests.e2e.commands '[["index-audio"], ...]'`.

Starting a process takes more processor time than most commands that prepare a library.
DEMO_SECONDS shortens the tracks that make-demo-library renders.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_commands(environment: dict[str, str], *commands: list[str]) -> None:
    """Run Flask commands, each a list of arguments, in a process of their own. Its output is the test's.

    Raises subprocess.CalledProcessError when one fails.
    """
    command = [sys.executable, "-m", "tests.e2e.commands", json.dumps(commands)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def analyze_library(environment: dict[str, str], *commands: list[str], models: str = "") -> None:
    """Index and analyze the music folder, then run more commands. models: default, those of the settings."""
    chosen = ["--models", models] if models else []
    preprocess = ["preprocess-all", *chosen, "--no-progress"]
    run_commands(environment, ["index-audio", "--no-progress"], preprocess, *commands)


def shorten_demo_tracks(seconds: float) -> None:
    """Render that much of each track, in this process: a worker process would render the whole track."""
    from ML.demo import library

    def render_all(folder: Path, indices: list[int]) -> Iterator[int]:
        return (library.write_track(folder, index) for index in indices)

    library.render_track = partial(library.render_track, music_seconds=seconds)  # type: ignore[assignment]
    library._render_all = render_all


def main(commands: list[list[str]]) -> None:
    from backend.server import create_app

    if seconds := os.environ.get("DEMO_SECONDS"):
        shorten_demo_tracks(float(seconds))
    runner = create_app().test_cli_runner()
    for command in commands:
        result = runner.invoke(args=command, catch_exceptions=False)
        if result.exit_code:
            raise SystemExit(f"{command} failed: {result.output}")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
