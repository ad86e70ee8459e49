"""make-demo-library."""

from pathlib import Path

import click

from backend.commands.edge import command, count_up_to, no_progress_option, progress_bar
from backend.context import audio_dir
from ML.audio import is_audio_file
from ML.errors import LibraryError

DEMO_FOLDER = "demo"


@command("make-demo-library")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option("--if-empty", is_flag=True, help="Only when the music folder holds no audio file.")
@no_progress_option
def make_demo_library(folder: Path | None, if_empty: bool, no_progress: bool) -> None:
    """Synthesise 48 tagged tracks in eight styles into FOLDER (default: demo/ in the music folder)."""
    if if_empty and holds_music(audio_dir()):
        return
    from ML.demo.library import render_demo_library

    target = folder or audio_dir() / DEMO_FOLDER
    with progress_bar("Rendering demo library", "track", no_progress) as bar:
        paths = render_demo_library(target, count_up_to(bar))
    click.echo(f"Demo library of {len(paths)} tracks in {target}")


def holds_music(folder: Path) -> bool:
    """Music of the person's own: a demo library cut short by a kill is finished, not counted.

    Raises LibraryError for a folder that is not there: an unplugged disk is no empty library.
    """
    if not folder.is_dir():
        raise LibraryError(f"The music folder {folder} is not there: create it or set MELODEX_AUDIO_DIR.")
    own = (path for path in folder.rglob("*") if is_audio_file(path))
    return any(path.relative_to(folder).parts[0] != DEMO_FOLDER for path in own)
