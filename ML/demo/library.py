"""Render the demo library into a folder: synthesise, encode, tag, and only then give a file its name."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, as_completed
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ML.demo.catalogue import TRACK_SECONDS, TRACKS, Track, build_piece
from ML.errors import LibraryError

ENCODINGS = {"wav": ("WAV", "PCM_16"), "flac": ("FLAC", "PCM_16"), "ogg": ("OGG", "VORBIS")}
# libsndfile has overrun its stack on long OGG buffers: hand it a second or two at a time.
BLOCK_FRAMES = 65_536


def render_demo_library(folder: Path, on_track: Callable[[int, int], None] | None = None) -> list[Path]:
    """Write every track of the catalogue that `folder` does not hold yet.

    on_track: called with (tracks done, all tracks) after each one, those already there included.
    Returns the paths of all tracks in catalogue order. A run that is stopped leaves whole files only;
    the next one continues. Raises LibraryError when the folder cannot be written.
    """
    paths = [folder / track.path for track in TRACKS]
    missing = [index for index, path in enumerate(paths) if not path.is_file()]
    n_done = len(TRACKS) - len(missing)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for _ in _render_all(folder, missing):
            n_done += 1
            if on_track:
                on_track(n_done, len(TRACKS))
    except OSError as error:
        raise LibraryError(
            f"Cannot write the demo library to {folder}: {error.strerror or error}. "
            "Choose a folder you may write to, on a disk with 60 MB free."
        ) from error
    except BrokenExecutor as error:
        raise LibraryError(
            "A process that renders the demo library was stopped, perhaps for want of memory. "
            "Run the command again: it continues where it stopped."
        ) from error
    return paths


def _render_all(folder: Path, indices: list[int]) -> Iterator[int]:
    """Render tracks by their place in the catalogue, on every core; yields as they finish."""
    n_workers = min(os.cpu_count() or 1, len(indices))
    if n_workers < 2:
        for index in indices:
            yield write_track(folder, index)
        return
    # Started afresh, not forked: the caller may already run threads (torch, a server).
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(n_workers, mp_context=context, initializer=_leave_with_parent) as pool:
        futures = [pool.submit(write_track, folder, index) for index in indices]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _leave_with_parent() -> None:
    """End this worker when the program that started it is killed: it would wait for work for ever."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def write_track(folder: Path, index: int) -> int:
    """Render track `index` of the catalogue and put it in its place at once, whole or not at all."""
    from ML.demo.tagging import TAGGERS

    track = TRACKS[index]
    path = folder / track.path
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")  # no audio extension: an index walks past it
    _encode(unfinished, render_track(track), track)
    TAGGERS[track.album.extension](unfinished, track)
    unfinished.replace(path)
    return index


def render_track(track: Track, music_seconds: float = TRACK_SECONDS) -> NDArray[np.float32]:
    """Synthesise a track, about `music_seconds` and its tail. Returns float32 [n_samples, 2] in [-1, 1]."""
    from ML.demo.mix import master
    from ML.demo.styles import ARRANGERS

    piece = build_piece(track, music_seconds)
    return master(ARRANGERS[piece.style](piece), piece.sample_rate)


def _encode(path: Path, waveform: NDArray[np.float32], track: Track) -> None:
    import soundfile

    container, subtype = ENCODINGS[track.album.extension]
    try:
        with soundfile.SoundFile(path, "w", track.album.sample_rate, 2, subtype, format=container) as file:
            for start in range(0, len(waveform), BLOCK_FRAMES):
                file.write(waveform[start : start + BLOCK_FRAMES])
    except soundfile.LibsndfileError as error:
        raise OSError(f"{path.name}: {error}") from error
