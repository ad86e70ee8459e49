"""A balanced sample of FMA as a music folder: files, and `selected_songs.csv` that names their genres."""

import csv
import filecmp
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from zlib import crc32

import numpy as np

from ML.audio import probe
from ML.errors import AudioDecodeError, LibraryError
from ML.training.datasets import SELECTED_SONGS, LabelledTrack, read_fma
from ML.training.fma import find_fma_table
from ML.training.runs import save_whole

METADATA_NAME = "tracks.csv"


@dataclass
class Selection:
    """tracks: in the order they were drawn.  unreadable: reason by file.  exhausted: genres that ran out."""

    n_wanted: int
    tracks: list[LabelledTrack] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    exhausted: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)  # of the table: no audio file, no top genre

    @property
    def counts(self) -> Counter[str]:
        """Tracks by genre."""
        return Counter(track.genre for track in self.tracks)

    @property
    def n_short(self) -> int:
        return self.n_wanted - len(self.tracks)


def select_tracks(
    fma_audio: Path, metadata: Path | None, n: int, seed: int, on_progress: Callable[[int], None]
) -> Selection:
    """Draw n tracks, genres in turn, so that each has as many as the others until it runs out.

    metadata: fma_metadata or its tracks.csv; None looks in and beside fma_audio. The same seed draws the same
    tracks, and those of one genre do not depend on the others. on_progress(1) for every track drawn.
    Raises LibraryError for a folder or table that is not there or holds no track with audio and genre.
    """
    music = read_fma(fma_audio, find_table(fma_audio, metadata))
    if not music.tracks:
        raise LibraryError(
            f"{fma_audio} holds no audio that FMA's table gives a genre: look for NNN/NNNNNN.mp3."
        )
    selection = Selection(n, left_out=music.left_out)
    waiting = {genre: readable(shuffled(music.tracks, genre, seed), selection) for genre in music.genres}
    while waiting and selection.n_short:
        for genre in list(waiting)[: selection.n_short]:
            track = next(waiting[genre], None)
            if track is None:
                del waiting[genre]
                selection.exhausted.append(genre)
            else:
                selection.tracks.append(track)
                on_progress(1)
    return selection


def find_table(fma_audio: Path, metadata: Path | None) -> Path:
    if not fma_audio.is_dir():
        raise LibraryError(f"There is no folder {fma_audio}: name that of FMA's audio with --fma-audio.")
    if metadata is None:
        table = find_fma_table(fma_audio)
    else:
        table = metadata / METADATA_NAME if metadata.is_dir() else metadata
    if table is None or not table.is_file():
        place = table or f"fma_metadata/{METADATA_NAME} in or beside {fma_audio}"
        raise LibraryError(f"There is no table {place}: name FMA's fma_metadata with --fma-metadata.")
    return table


def shuffled(tracks: list[LabelledTrack], genre: str, seed: int) -> list[LabelledTrack]:
    own = sorted((track for track in tracks if track.genre == genre), key=lambda track: track.path.name)
    order = np.random.default_rng([seed, crc32(genre.encode())]).permutation(len(own))
    return [own[place] for place in order]


def readable(tracks: list[LabelledTrack], selection: Selection) -> Iterator[LabelledTrack]:
    """Those that decode: FMA has clips of silence and of nothing."""
    for track in tracks:
        try:
            probe(track.path)
        except (AudioDecodeError, OSError) as error:
            selection.unreadable[track.path.name] = str(error)
        else:
            yield track


def write_library(
    selection: Selection, out: Path, link: bool, overwrite: bool, on_progress: Callable[[int], None]
) -> Path:
    """Put the tracks into a music folder and name their genres; returns the path of selected_songs.csv.

    link: hard links instead of copies; symbolic ones would lead out of the folder, and index-audio leaves
    those alone. What is there already and the same is kept, so a run that was killed goes on.
    Raises LibraryError, before any work, when something else would be overwritten.
    """
    table = out / SELECTED_SONGS
    places = {out / track.path.name: track for track in selection.tracks}
    others = [place for place, track in places.items() if is_another(place, track.path)]
    in_the_way = [*([table] if table.exists() else []), *others]
    if in_the_way and not overwrite:
        raise LibraryError(
            f"{in_the_way[0]} is there already ({len(in_the_way)} files in the way): choose another --out, "
            "or --overwrite."
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        for place, track in places.items():
            if not place.exists() or is_another(place, track.path):
                save_whole(place, partial(put, track.path, link=link))
            on_progress(1)
        save_whole(table, lambda part: write_table(part, selection.tracks))
    except OSError as error:
        raise LibraryError(
            f"Cannot write into {out}: {error.strerror}." + (" Leave out --link to copy." if link else "")
        ) from error
    return table


def is_another(place: Path, source: Path) -> bool:
    return place.exists() and not filecmp.cmp(place, source, shallow=False)


def put(source: Path, place: Path, *, link: bool) -> None:
    place.unlink(missing_ok=True)  # left by a run that was killed
    if link:
        os.link(source, place)
    else:
        shutil.copy2(source, place)


def write_table(path: Path, tracks: list[LabelledTrack]) -> None:
    rows = sorted((track.genre, track.path.name) for track in tracks)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("filename", "genre"), *((name, genre) for genre, name in rows)])
