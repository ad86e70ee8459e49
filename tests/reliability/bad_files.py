"""What becomes of files that nobody should have: `python -m tests.reliability.bad_files FOLDER` tells."""

import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

from ML.audio import is_audio_file, probe
from ML.errors import MelodexError
from ML.isolation import isolated
from ML.registry import get
from ML.tags import read_tags
from ML.track_reading import TrackReader

FRAMING = get("musicnn", "mtat").framing


def fate(path: Path) -> str:
    """`ok`, or why it cannot be indexed or heard, with its own name taken out."""
    try:
        isolated(probe, path)
        isolated(read_tags, path)
    except MelodexError as error:
        return f"not indexed: {error}".replace(path.name, "…")
    reader = TrackReader(path, [FRAMING])
    while (chunk := reader.read()) is not None:
        if isinstance(chunk, MelodexError):
            return f"not heard: {chunk}".replace(path.name, "…")
    return "ok"


def fates(folder: Path) -> dict[Path, str]:
    return {path: fate(path) for path in sorted(folder.rglob("*")) if is_audio_file(path)}


def report(found: dict[Path, str], folder: Path) -> str:
    by_source: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for path, what in found.items():
        by_source[path.relative_to(folder).parts[0]][what] += 1
    lines = ["| from | files | ok | otherwise |", "| --- | ---: | ---: | --- |"]
    for source, counts in by_source.items():
        others = "; ".join(f"{n} × {what}" for what, n in counts.most_common() if what != "ok")
        lines.append(f"| {source} | {counts.total()} | {counts['ok']} | {others or '-'} |")
    return "\n".join(lines)


def write_bombs(folder: Path, hours: int = 24, megabytes: int = 4096) -> None:
    """Hours of silence, a million hertz, a tag that inflates without end, a WAV that claims 13 hours."""
    import zlib

    import soundfile
    from numpy import int16, zeros

    from tests.sounds import noise, wav_bytes, write_sound

    with soundfile.SoundFile(folder / "silence.flac", "w", 8000, 1, "PCM_16") as file:
        for _ in range(hours):
            file.write(zeros(3600 * 8000, int16))
    (folder / "1000000 Hz.wav").write_bytes(wav_bytes(bytes(40_000), 1_000_000))
    deflater, parts = zlib.compressobj(1), []
    for _ in range(megabytes):
        parts.append(deflater.compress(bytes(2**20)))
    squeezed = b"".join([*parts, deflater.flush()])
    size = 2**28 - 1
    frame = b"TIT2" + synchsafe(4 + len(squeezed)) + b"\x00\x09" + synchsafe(size) + squeezed
    header = b"ID3\x04\x00\x00" + synchsafe(len(frame))
    song = write_sound(folder / "plain.mp3", noise(1, 2.0)).read_bytes()
    (folder / "inflating tag.mp3").write_bytes(header + frame + song)
    (folder / "plain.mp3").unlink()
    claim = bytearray(wav_bytes(bytes(44_100), 44_100))
    claim[40:44] = (2**32 - 1).to_bytes(4, "little")
    (folder / "claims 13 hours.wav").write_bytes(claim)


def synchsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def main() -> None:
    folder = Path(sys.argv[1])
    print(report(fates(folder), folder), end="\n\n")
    with tempfile.TemporaryDirectory() as bombs:
        write_bombs(Path(bombs))
        for path in sorted(Path(bombs).iterdir()):
            began = time.monotonic()
            print(f"| {path.name} | {path.stat().st_size / 2**20:.2f} MB | {fate(path)} | "
                  f"{time.monotonic() - began:.1f} s |")  # fmt: skip


if __name__ == "__main__":
    main()
