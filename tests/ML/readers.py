"""Readers of files that behave as badly as can be, for tests: other processes import them from here."""

import ctypes
import os
import signal
import time
from collections.abc import Generator
from pathlib import Path

import numpy as np

from ML.audio import AudioProbe
from ML.errors import AudioTooShortError


def process_of(path: Path) -> int:
    return os.getpid()


def crash(path: Path) -> None:
    ctypes.string_at(0)


def hang(path: Path) -> None:
    while True:
        time.sleep(1)


def hang_in_c(path: Path) -> None:
    """Without ever giving the interpreter back."""
    ctypes.PyDLL(None).pause()


def devour(path: Path) -> int:
    return len(np.ones(10**11))


def be_killed(path: Path) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def go_wrong(path: Path) -> None:
    raise AudioTooShortError("nothing to be heard")


def miss(path: Path) -> bytes:
    return (path / "gone").read_bytes()


def squares(path: Path, n: int, mishap: str = "") -> Generator[int, None, None]:
    for number in range(n):
        yield number**2
    if mishap:
        globals()[mishap](path)


def processes(path: Path) -> Generator[int, None, None]:
    while True:
        yield os.getpid()


def make_record(path: Path) -> AudioProbe:
    return AudioProbe(44_100, 2, 1.0, "hash")


def make_array(path: Path, turned: bool = False) -> np.ndarray:
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    return array.T if turned else array
