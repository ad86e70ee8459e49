"""inference.py against the obvious loop (librosa.load, librosa's MFCC, one forward a file), and its memory.

    python -m benchmarks.genre_inference [FOLDER]

Without a FOLDER it renders songs of the demo library. Both hear the first 30 s, with the same network, in a
process of their own; the loop's clock starts after its imports, the program's before.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ML.audio import is_audio_file

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "ML" / "pesos" / "mfcc_cnn" / "genres10"
N_FILES = (50, 500)
LOOP = """
import sys, time, librosa, numpy as np, torch
from pathlib import Path
from ML.models.mfcc_cnn import load_genre_network
genres = load_genre_network(Path(sys.argv[1]))
librosa.feature.mfcc(y=np.zeros(4096, np.float32), sr=22050)
start = time.perf_counter()
for path in sys.argv[2:]:
    samples, rate = librosa.load(path, sr=22050, duration=30)
    mfcc = librosa.feature.mfcc(y=samples, sr=rate, n_mfcc=20, n_fft=2048, hop_length=1024)
    mfcc = mfcc[:, np.arange(640) % mfcc.shape[1]]
    with torch.inference_mode():
        genres(torch.from_numpy(mfcc)[None])
print(time.perf_counter() - start)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "folder", type=Path, nargs="?", help="music; one folder of songs of some minutes is best"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        source = arguments.folder or render(Path(scratch) / "demo")
        songs = sorted(path for path in source.rglob("*") if is_audio_file(path))
        folders = [link_songs(songs, Path(scratch) / str(n), n) for n in N_FILES]
        seconds, memory = zip(*(run_program(folder) for folder in folders), strict=True)
        n_loop = N_FILES[0]
        loop = run_loop(sorted(folders[0].iterdir())) / n_loop
        start_up = (seconds[0] * N_FILES[1] - seconds[1] * N_FILES[0]) / (N_FILES[1] - N_FILES[0])
        own = (seconds[1] - start_up) / N_FILES[1]
        print(f"the obvious loop: {1e3 * loop:.1f} ms a file, imports not counted")
        print(f"inference.py --num-workers 2: {1e3 * own:.1f} ms a file and {start_up:.1f} s to start")
        print(f"ratio {loop / own:.2f}; with its start {loop * N_FILES[1] / seconds[1]:.2f}")
        print(f"memory for {N_FILES[0]} files {memory[0]:.0f} MB, for {N_FILES[1]} {memory[1]:.0f} MB")


def render(folder: Path) -> Path:
    from ML.demo.library import render_demo_library

    render_demo_library(folder)
    return folder


def link_songs(songs: list[Path], folder: Path, n: int) -> Path:
    folder.mkdir()
    for number in range(n):
        song = songs[number % len(songs)]
        (folder / f"{number:04}{song.suffix}").symlink_to(song.resolve())
    return folder


def run_program(folder: Path) -> tuple[float, float]:
    """(seconds, peak memory of its largest process in MB), start included."""
    command = [sys.executable, "inference.py", "--model", str(MODEL), "--audio", str(folder)]
    command += ["--output", str(folder.with_suffix(".jsonl")), "--num-workers", "2"]
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit("inference.py failed: does the folder hold files that cannot be decoded?")
    return time.perf_counter() - start, usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def run_loop(songs: list[Path]) -> float:
    command = [sys.executable, "-c", LOOP, str(MODEL), *map(str, songs)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
