"""A music folder, a database and all that lies beside it, to be tortured."""

import hashlib
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.conftest import REPOSITORY, flask_command, process_environment
from tests.processes import PATIENCE_SECONDS
from tests.sounds import noise, tone, write_sound

KINDS = (".wav", ".flac", ".ogg", ".mp3")
MODELS = {
    "TRANF_MODELS": "acoustic,mfcc_cnn",
    "MODEL_SIZES": "librosa,genres10",
}  # they come along, and are quick
TEMPORARY = ("*.part", "*.tmp", "*-journal", "*~", ".latest.*")


@dataclass
class Workspace:
    """folder: everything a program may write to, but for the songs of a shelf that several share."""

    folder: Path
    shelf: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        return self.folder / "library.db"

    @property
    def environment(self) -> dict[str, str]:
        own = process_environment(self.shelf, self.database) | {f"MELODEX_{k}": v for k, v in MODELS.items()}
        folders = {"WEIGHTS_DIR": REPOSITORY / "ML" / "pesos", "ONNX_DIR": self.folder / "onnx"}
        named = {f"MELODEX_{name}": str(folder) for name, folder in folders.items()}
        return own | named | {"OMP_NUM_THREADS": "1"} | self.variables

    def start(self, command: list[str], output: IO[bytes] | int = subprocess.DEVNULL) -> subprocess.Popen:
        return subprocess.Popen(
            command, cwd=REPOSITORY, env=self.environment, stdout=output, stderr=subprocess.STDOUT
        )

    def flask(self, *arguments: object) -> None:
        """A command that must end well."""
        self.finish(flask_command(*arguments))

    def finish(self, command: list[str]) -> None:
        done = subprocess.run(
            command, cwd=REPOSITORY, env=self.environment, capture_output=True, text=True,
            timeout=PATIENCE_SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}: {done.stdout[-500:]} {done.stderr[-2000:]}"


def fill_shelf(folder: Path, n_songs: int, seconds: float = 2.0) -> Path:
    """Songs of four kinds, another for every number."""
    for number in range(n_songs):
        samples = noise(number, seconds) + tone(110 * (number + 1), seconds, level=0.3)
        write_sound(folder / f"{number:03d}{KINDS[number % len(KINDS)]}", samples)
    return folder


def fill_genres(folder: Path) -> None:
    """DIR/<genre>/N.wav for train.py: tones and noises."""
    for number in range(6):
        write_sound(folder / "tones" / f"{number}.wav", tone(200.0 * (number + 1), 2.0))
        write_sound(folder / "noises" / f"{number}.wav", noise(number, 2.0))


def hashes(folder: Path) -> dict[str, str]:
    """What every song consists of, by its name."""
    songs = sorted(path for path in folder.rglob("*") if path.suffix in KINDS)
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in songs
    }


def left_overs(folder: Path) -> list[str]:
    """Files that only a process at work has any use for."""
    return [path.name for pattern in TEMPORARY for path in folder.rglob(pattern)]
