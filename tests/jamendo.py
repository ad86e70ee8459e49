"""A small MTG-Jamendo: tables and a few seconds of tones and noises; and a Whisper of random weights."""

from pathlib import Path

import torch

from ML.models.whisper import make_encoder
from tests.sounds import noise, tone, write_sound

HEADER = "TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS"
N_OF_SPLIT = {"train": 4, "validation": 1, "test": 2}  # of each genre
SECONDS = 1.0


def row(number: int, artist: int, path: str, *genres: str) -> str:
    tags = "\t".join(f"genre---{genre}" for genre in genres)
    return f"track_{number:07}\tartist_{artist:06}\talbum_000001\t{path}\t{SECONDS}\t{tags}"


def write_jamendo(root: Path) -> Path:
    """Fourteen tracks of two genres; every second file has the smaller download's name."""
    number = 0
    for split, n_tracks in N_OF_SPLIT.items():
        rows = [HEADER]
        for _ in range(n_tracks):
            for genre in ("tones", "noises"):
                number += 1
                name = f"{number % 100:02}/{number}.mp3"
                sound = tone(150.0 * number, SECONDS) if genre == "tones" else noise(number, SECONDS)
                stored = name if number % 4 < 2 else name.replace(".mp3", ".low.mp3")
                write_sound(root / "songs" / stored, sound)
                rows.append(row(number, number, name, genre))
        write_table(root, split, rows)
    return root


def write_table(root: Path, split: str, rows: list[str]) -> Path:
    path = root / "data" / "splits" / "split-0" / f"autotagging_genre-{split}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(rows) + "\n")
    return path


def write_whisper(weights_dir: Path, seed: int = 1) -> Path:
    """whisper/tiny of random weights, the encoder alone."""
    torch.manual_seed(seed)
    path = weights_dir / "whisper" / "tiny.pt"
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(make_encoder(384).state_dict(), path)
    return path
