"""Music to train on that runs anywhere: short new pieces in four of the demo library's styles."""

import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from ML.demo.catalogue import ALBUMS, Track
from ML.demo.library import render_track
from tests.sounds import write_sound

STYLES = ("Techno", "Rock", "Classical", "Chiptune")  # of four families of sound, and quick to render
SPLIT_OF_TAKE = ("training",) * 8 + ("validation", "test", "test")
MUSIC_SECONDS = 4.0


def render_style(folder: Path, style: str) -> list[str]:
    """Every take of a style, by its artists in turn. Returns rows of selected_songs.csv."""
    albums = [album for album in ALBUMS if album.style == style]
    rows = []
    for take, split in enumerate(SPLIT_OF_TAKE):
        album = albums[take % len(albums)]
        name = f"{style}/take {take}.flac"
        write_sound(
            folder / name, render_track(Track(album, 1, f"take {take}"), MUSIC_SECONDS), album.sample_rate
        )
        rows.append(f"{name},{style},{split}")
    return rows


@pytest.fixture(scope="session")
def rendered(tmp_path_factory) -> Path:
    """DIR/<style>/take N.flac and a selected_songs.csv that says which takes are held out."""
    folder = tmp_path_factory.mktemp("styles")
    with ProcessPoolExecutor(2) as pool:
        parts = list(pool.map(render_style, [folder] * len(STYLES), STYLES))
    table = ["filename,genre,split", *(row for rows in parts for row in rows)]
    (folder / "selected_songs.csv").write_text("\n".join(table) + "\n")
    return folder


@pytest.fixture
def styles(rendered: Path, tmp_path: Path) -> Path:
    """A copy of one's own."""
    return Path(shutil.copytree(rendered, tmp_path / "styles"))
