"""How long a newcomer waits for the first map, step by step; extraction against the networks' own time.

    python -m benchmarks.first_map [--set-up]

Runs the commands a person types on a fresh demo library in a temporary folder. The baseline of the ratio is
the bare forwards of the same networks on the same segments, decoded and cut beforehand, in the same run.
With --set-up it also times `make setup ui` in a fresh clone, which installs everything anew.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from ML.audio import decode, is_audio_file
from ML.inference import LoadedModel, load_model

ROOT = Path(__file__).resolve().parents[1]
STEPS = (
    ("database", ["init-db"]),
    ("demo library", ["make-demo-library", "--if-empty", "--no-progress"]),
    ("index", ["index-audio", "--no-progress"]),
    ("extract", ["preprocess-all", "--no-maps", "--no-progress"]),
    ("project", ["preprocess-all", "--no-progress"]),
    ("the same again", ["preprocess-all", "--no-progress"]),
)
EXTRACT_AGAIN = ["preprocess-all", "--no-maps", "--no-progress", "--force", "--models"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--set-up", action="store_true", help="time the installation in a fresh clone too")
    arguments = parser.parse_args()
    if arguments.set_up:
        show("set-up and app build", time_set_up())
    with tempfile.TemporaryDirectory() as folder:
        measure_steps(Path(folder))


def measure_steps(folder: Path) -> None:
    environment = {
        **os.environ,
        "MELODEX_AUDIO_DIR": str(folder / "audio"),
        "MELODEX_DATABASE_PATH": str(folder / "cache.db"),
    }
    (folder / "audio").mkdir()
    seconds = {name: time_flask(environment, arguments) for name, arguments in STEPS}
    for name, duration in seconds.items():
        show(name, duration)
    show("serve, to the first answer", time_serving(environment))
    show_ratio(folder, environment)


def show_ratio(folder: Path, environment: dict[str, str]) -> None:
    """preprocess-all against bare forwards, for the models that can run."""
    show("start Python and torch", time_python(environment, "import backend.server, ML.models.musicnn"))
    for models in runnable_models():
        name = ",".join(model.spec.key for model in models)
        extraction = time_flask(environment, [*EXTRACT_AGAIN, name])
        bare = time_forwards(models, folder / "audio")
        print(f"{name}: preprocess-all {extraction:.1f} s, bare {bare:.1f} s, ratio {extraction / bare:.2f}")


def runnable_models() -> list[list[LoadedModel]]:
    """Each model alone, then all together."""
    from ML import registry
    from ML.errors import WeightsMissingError

    models = []
    for spec in registry.MODELS:
        try:
            models.append(load_model(spec.name, spec.variant))
        except WeightsMissingError as error:
            print(f"left out: {error}")
    return [models] if len(models) == 1 else [*([model] for model in models), models]


def time_forwards(models: list[LoadedModel], audio_dir: Path) -> float:
    """Seconds in the networks alone: decoding, resampling and cutting happen off the clock."""
    seconds = 0.0
    for path in filter(is_audio_file, sorted(audio_dir.rglob("*"))):
        waveform = decode(path)
        prepared = [(model, model.split(waveform)) for model in models]
        start = time.perf_counter()
        for model, segments in prepared:
            model.embed_segments(segments)
        seconds += time.perf_counter() - start
    return seconds


def time_flask(environment: dict[str, str], arguments: list[str]) -> float:
    return time_command([sys.executable, "-m", "flask", "--app", "backend.server", *arguments], environment)


def time_python(environment: dict[str, str], code: str) -> float:
    return time_command([sys.executable, "-c", code], environment)


def time_command(command: list[str], environment: dict[str, str], folder: Path = ROOT) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def time_serving(environment: dict[str, str]) -> float:
    port = 5987
    ports = {"MELODEX_API_PORT": str(port), "MELODEX_APP_PORT": str(port + 1)}
    command = [sys.executable, "-m", "flask", "--app", "backend.server", "serve"]
    start = time.perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, env={**environment, **ports}, stdout=subprocess.DEVNULL
    ) as server:
        while not answers(f"http://127.0.0.1:{port}/tracks"):
            time.sleep(0.02)
        seconds = time.perf_counter() - start
        server.terminate()
    return seconds


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()  # our own address  # nosec B310
    except OSError:
        return False
    return True


def time_set_up() -> float:
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "melodex"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        return time_command(["make", "setup", "ui"], dict(os.environ), clone)


def show(name: str, seconds: float) -> None:
    print(f"{name:>28}: {seconds:6.1f} s", flush=True)


if __name__ == "__main__":
    main()
