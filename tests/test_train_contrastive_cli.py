"""`python ML/train_contrastive.py`, as a person runs, kills and resumes it.

What is killed and what several processes do together are real processes; the other runs call `main` in this
one. Kills at random moments: `make torture`.
"""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import config
from ML import registry, train_contrastive
from ML.errors import LibraryError, MelodexError
from ML.inference import LoadedModel, build
from ML.training.contrastive import hearing
from ML.training.contrastive.music import read_genre_music
from ML.training.contrastive.settings import ContrastiveSettings
from ML.training.reporter import Reporter
from ML.weights.store import load_file
from tests.conftest import REPOSITORY
from tests.jamendo import HEADER, row, write_jamendo, write_table, write_whisper
from tests.processes import kill_at, paused_at
from tests.sounds import write_sound

SCRIPT = "ML/train_contrastive.py"
pytestmark = pytest.mark.xdist_group("contrastive")
N_TRACKS, N_EPOCHS = 14, 8
QUICK = ["--model-name", "tiny", "--num-workers", "0", "--batch-size", "4", "--no-progress"]


@pytest.fixture(scope="module")
def music(tmp_path_factory) -> Path:
    """A data set with a file that is missing and one that is damaged; whisper/tiny beside it; a cache."""
    root = write_jamendo(tmp_path_factory.mktemp("jamendo"))
    table = root / "data" / "splits" / "split-0" / "autotagging_genre-train.tsv"
    lines = [row(98, 98, "98/98.mp3", "tones"), row(99, 99, "99/99.mp3", "noises", "tones")]
    table.write_text(table.read_text() + "\n".join(lines) + "\n")
    (root / "songs" / "99").mkdir()
    (root / "songs" / "99" / "99.mp3").write_bytes(b"ID3 and no more")
    write_whisper(root / "weights")
    return root


def settings_for(music: Path, cache: Path | None) -> dict[str, Any]:
    places = {"WEIGHTS_DIR": music / "weights", "FEATURE_CACHE_DIR": cache or music / "cache"}
    return places | {"DEVICE": "cpu", "BATCH_SEGMENTS": 1}


def environment_for(music: Path, cache: Path | None) -> dict[str, str]:
    chosen = {f"MELODEX_{name}": str(value) for name, value in settings_for(music, cache).items()}
    return os.environ | chosen | {"OMP_NUM_THREADS": "1"}


def places_in(folder: Path) -> list[object]:
    return ["--checkpoint-dir", folder / "runs", "--log-dir", folder / "logs"]


def run(music: Path, folder: Path, *arguments: object, cache: Path | None = None) -> str:
    """A run in this process, which must end well. Returns what it prints."""
    output, n_threads = io.StringIO(), torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(output):
        patch.chdir(folder)
        patch.setattr("sys.argv", ["train_contrastive.py", *map(str, places_in(folder) + [*arguments])])
        for name, value in settings_for(music, cache).items():
            patch.setattr(config, name, value)
        assert train_contrastive.main() == 0
    torch.set_num_threads(n_threads)
    return output.getvalue()


def kill_when(
    module: str, function: str, music: Path, folder: Path, *arguments: object, cache: Path | None = None
) -> None:
    """SIGKILL a run at the fourth call of a function."""
    environment = environment_for(music, cache)
    kill_at(module, function, environment, *places_in(folder), *arguments, call=4, script=SCRIPT)


def start(
    music: Path, folder: Path, *arguments: object, cache: Path | None = None, n_processes: int = 1
) -> subprocess.Popen:
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", n_processes]
    together = launcher if n_processes > 1 else []
    command = [sys.executable, *together, REPOSITORY / SCRIPT, *places_in(folder), *arguments]
    return subprocess.Popen(
        list(map(str, command)), cwd=folder, env=environment_for(music, cache), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def call(music: Path, folder: Path, *arguments: object, **how: Any) -> tuple[int, str, str]:
    with start(music, folder, *arguments, **how) as process:
        out, err = process.communicate(timeout=200)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def whole(music, tmp_path_factory) -> tuple[Path, str]:
    """(run, what was printed) of eight epochs, not interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    out = run(music, folder, "--data-root", music, "--num-epochs", N_EPOCHS, "--early-stopping", 0, *QUICK)
    return (folder / "runs" / "latest").resolve(), out


def read(path: Path) -> dict:
    return json.loads(path.read_text())


def test_a_run_leaves_the_documented_files(whole):
    run, out = whole
    assert run.name.startswith("whisper_contrastive_2")
    assert {path.name for path in run.iterdir()} == {
        "best_model.pth", f"checkpoint_epoch_{N_EPOCHS - 1}.pth", f"checkpoint_epoch_{N_EPOCHS}.pth",
        "dataset_info.json",
        "training_config.json", "evaluation.json", "tracks.json",
    }  # fmt: skip
    assert read(run / "training_config.json")["temperature"] == 0.07
    assert (
        f"{N_EPOCHS}/{N_EPOCHS}" in out and "raw whisper" in out and "trained head" in out and "chance" in out
    )
    systems = read(run / "evaluation.json")["systems"]
    assert set(systems) == {"raw_whisper", "trained_head", "head_minus_raw"}
    assert load_file(run / "best_model.pth")["model_config"]["n_audio_state"] == 384


def test_what_was_left_out_is_listed(whole):
    run, out = whole
    told = read(run / "dataset_info.json")
    assert told["num_tracks"] == N_TRACKS and told["splits"]["training"]["num_tracks"] == 8
    assert told["num_left_out"] == 2 and told["left_out"]["98/98.mp3"] == "no audio file"
    assert "99.mp3: Cannot decode" in out and "2 left out" in out
    assert told["num_windows"] == told["encoder_passes"] == N_TRACKS


def test_tensorboard_opens_the_logs(whole):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run, _ = whole
    logs = run.parents[1] / "logs" / run.name
    events = EventAccumulator(str(logs))
    events.Reload()
    assert set(events.Tags()["scalars"]) >= {
        "Train/BatchLoss", "Train/EpochLoss", "Val/EpochLoss", "Train/LearningRate", "Val/KnnAccuracy",
    }  # fmt: skip
    losses = load_file(run / f"checkpoint_epoch_{N_EPOCHS}.pth")["val_losses"]
    curve = events.Scalars("Val/EpochLoss")
    assert [point.step for point in curve] == list(range(N_EPOCHS))
    assert [point.value for point in curve] == pytest.approx(losses, rel=1e-6)  # TensorBoard keeps float32
    (points,) = logs.rglob("tensors.tsv")
    (names,) = logs.rglob("metadata.tsv")
    assert len(points.read_text().splitlines()) == N_TRACKS
    assert names.read_text().splitlines()[0] == "track\tgenres\tartist\tsplit"
    assert (logs / "projector_config.pbtxt").is_file()


def test_extraction_hears_through_the_latest_run(music, whole):
    """The folder that `latest` points at serves as weights, and the head hears what it was trained on."""
    latest = whole[0].parent / "latest"
    spec = replace(registry.get("whisper_contrastive"), variant="tiny", taggram_dim=384)
    model = LoadedModel(spec, build(spec, latest, "cpu", music / "weights" / "whisper" / "tiny.pt"))
    output = model.embed(np.sin(np.arange(16_000, dtype=np.float32)), 16_000)
    state = load_file(latest / "best_model.pth")["model_state_dict"]
    features = torch.from_numpy(output.taggram)
    hidden = torch.relu(state["projection_head.0.weight"] @ features + state["projection_head.0.bias"])
    expected = state["projection_head.2.weight"] @ hidden + state["projection_head.2.bias"]
    # float32 sums of 384 products; the embedding is of length 1
    assert np.allclose(output.embedding, expected / expected.norm(), atol=1e-5)


def same_tensors(one: Path, other: Path) -> bool:
    states = [load_file(path)["model_state_dict"] for path in (one, other)]
    return all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_a_killed_run_resumes_to_the_digit(music, whole, tmp_path):
    """Equal bits: both runs compute in one thread of one machine, from the same cached features."""
    arguments = ["--data-root", music, "--num-epochs", N_EPOCHS, "--early-stopping", 0, *QUICK]
    kill_when("ML.training.contrastive.runs", "ContrastiveRun.save_epoch", music, tmp_path, *arguments)
    cut = (tmp_path / "runs" / "latest").resolve()
    names = {path.name for path in cut.glob("*.pth")}
    assert names == {"best_model.pth", "checkpoint_epoch_2.pth", "checkpoint_epoch_3.pth"}
    run(music, tmp_path, "--resume", "latest", *QUICK)
    last = f"checkpoint_epoch_{N_EPOCHS}.pth"
    states = [load_file(folder / last) for folder in (cut, whole[0])]
    for curve in ("train_losses", "val_losses"):
        assert states[0][curve] == states[1][curve] and len(states[0][curve]) == N_EPOCHS
    assert same_tensors(cut / last, whole[0] / last)
    assert same_tensors(cut / "best_model.pth", whole[0] / "best_model.pth")
    assert read(cut / "evaluation.json") == read(whole[0] / "evaluation.json")


def test_killed_while_another_run_waits_for_it_that_one_computes_only_the_rest(music, tmp_path, monkeypatch):
    cache, arguments = tmp_path / "cache", ["--data-root", music, "--num-epochs", 1, *QUICK]
    environment, acquire = environment_for(music, cache), hearing.acquire
    said, kept = [], []
    save = ("ML.training.feature_cache", "FeatureCache.save")
    with paused_at(*save, environment, *places_in(tmp_path), *arguments, call=4, script=SCRIPT) as first:

        def kill_first(text: str) -> None:
            first.kill()
            said.append(text)
            kept.extend(cache.rglob("[!.]*.npy"))
            assert not (tmp_path / "runs").exists()

        monkeypatch.setattr(hearing, "acquire", lambda lock, _: acquire(lock, Reporter(kill_first)))
        run(music, tmp_path, *arguments, cache=cache)
    assert len(said) == 1 and "Another training is listening" in said[0]
    assert len(kept) == 3
    (made,) = tmp_path.glob("runs/whisper*/dataset_info.json")
    assert read(made)["encoder_passes"] == N_TRACKS - len(kept), "what was kept is not computed again"


def test_three_processes_learn_what_one_learns(music, whole, tmp_path):
    """Batches of four are divided 1, 1, 2; each window is heard by one of them; one writes and speaks."""
    arguments = ["--data-root", music, "--num-epochs", N_EPOCHS, "--early-stopping", 0, *QUICK]
    code, out, err = call(music, tmp_path, *arguments, cache=tmp_path / "cache", n_processes=3)
    assert code == 0, err
    (run,) = tmp_path.glob("runs/whisper_contrastive_*")
    told, alone = read(run / "dataset_info.json"), read(whole[0] / "dataset_info.json")
    assert told["encoder_passes"] == N_TRACKS and told["left_out"] == alone["left_out"]
    assert out.count(f"{N_EPOCHS}/{N_EPOCHS}") == 1 and out.count("trained head") == whole[1].count(
        "trained head"
    )
    # Gradients of three processes are summed in another order in float32, eight epochs long.
    states = [load_file(path / f"checkpoint_epoch_{N_EPOCHS}.pth") for path in (run, whole[0])]
    for curve in ("train_losses", "val_losses"):
        assert states[0][curve] == pytest.approx(states[1][curve], rel=1e-3)
    for name, tensor in states[0]["model_state_dict"].items():
        assert torch.allclose(tensor, states[1]["model_state_dict"][name], atol=1e-4)


def test_a_table_of_ones_own(music, tmp_path):
    """selected_songs.csv: splits are drawn, an artist in one only."""
    rows = ["filename,genre,artist"]
    for number in range(16):
        source = sorted((music / "songs").rglob("*.mp3"))[number % N_TRACKS]
        if "99" not in source.name:
            shutil.copy(source, tmp_path / f"{number}.mp3")
            rows.append(f"{number}.mp3,{'tones' if number % 2 else 'noises'},artist {number // 4}")
    (tmp_path / "selected_songs.csv").write_text("\n".join([*rows, "gone.mp3,tones,nobody"]) + "\n")
    arguments = ["--csv", "selected_songs.csv", "--num-epochs", 2, "--balanced-sampling", *QUICK]
    run(music, tmp_path, *arguments)
    latest = tmp_path / "runs" / "latest"
    assert read(latest / "dataset_info.json")["left_out"] == {"gone.mp3": "no audio file"}
    artists: dict[str, set[str]] = {}
    for track in json.loads((latest / "tracks.json").read_text()):
        artists.setdefault(track["artist"], set()).add(track["split"])
    assert len(artists) == 4 and all(len(splits) == 1 for splits in artists.values())


def broken_music(tmp_path: Path, split: str, rows: list[str]) -> Path:
    """Tables of two tracks a split, but for one split that holds these rows."""
    write_sound(tmp_path / "songs" / "1.mp3")
    good = [HEADER, *(row(n, n, "1.mp3", genre) for n, genre in enumerate(("a", "a", "b")))]
    for name in ("train", "validation", "test"):
        write_table(tmp_path, name, rows if name == split else good)
    return tmp_path


@pytest.mark.parametrize(
    ("split", "rows", "told"),
    [
        ("validation", [HEADER], "no track for validation"),
        ("train", [HEADER, row(1, 1, "gone.mp3", "a")], "no track for training. Left out: 1 × no audio file"),
        ("train", [HEADER, row(1, 1, "1.mp3", "a"), row(2, 2, "1.mp3", "a")], "two genres or more"),
        ("validation", [HEADER, row(1, 1, "1.mp3", "c")], "No validation track"),
        ("test", [HEADER, row(1, 1, "1.mp3", "a").replace("genre---", "mood---")], "mood---a"),
    ],
)
def test_music_that_cannot_be_trained_on_is_named_before_any_work(split, rows, told, tmp_path):
    root = broken_music(tmp_path, split, rows)
    settings = ContrastiveSettings(
        audio_dir=str(root / "songs"), splits_dir=str(root / "data" / "splits" / "split-0")
    )
    with pytest.raises(LibraryError) as caught:
        read_genre_music(settings)
    assert told in str(caught.value)


IMPOSSIBLE = {
    "--batch-size must be 2 or more": ["--batch-size", "1"],
    "There is no folder": ["--data-root", "gone"],
    "split-7": ["--split", "split-7"],
    "whisper/small has no weights: get https://": ["--model-name", "small"],
    "nothing to resume": ["--resume", "."],
    "not both": ["--csv", "songs.csv", "--split", "split-0"],
    "NVIDIA card 9": ["--cuda-number", "9"],
    "Cannot read": ["--csv", "gone.csv"],
    "at most 30": ["--duration", "31"],
    "leave out --no-cache": ["--no-cache"],  # of several processes
}


@pytest.mark.parametrize("told", IMPOSSIBLE)
def test_what_cannot_be_done_is_said_before_any_work(told, music, tmp_path, monkeypatch):
    if told == "leave out --no-cache":
        monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("config.WEIGHTS_DIR", music / "weights")
    monkeypatch.setattr("config.MTG_JAMENDO_SPLITS_DIR", music / "data" / "splits" / "split-0")
    monkeypatch.setattr("config.MTG_JAMENDO_AUDIO_DIR", music / "songs")
    monkeypatch.setattr("config.FEATURE_CACHE_DIR", tmp_path / "cache")
    monkeypatch.setattr("sys.argv", ["train", "--model-name", "tiny", *IMPOSSIBLE[told]])
    with pytest.raises(MelodexError, match=told):
        train_contrastive.main()
    assert not list(tmp_path.iterdir())


def test_a_resumed_run_keeps_its_settings(music, whole, tmp_path):
    code, out, err = call(music, tmp_path, "--resume", whole[0], "--lr", 0.5)
    assert (code, out) == (1, "") and "Error: A run that goes on keeps its settings, learning_rate" in err
    assert len(err.strip().splitlines()) == 1


def test_defaults_come_from_the_settings():
    code = (
        "import sys, ML.train_contrastive as program; assert 'torch' not in sys.modules; "
        "given = vars(program.make_parser().parse_args(['--lr', '0.5'])); print(program.settings_from(given))"
    )
    changed = {"MELODEX_CONTRASTIVE_TRAINING": '{"batch_size": 7, "audio_duration": 5}'}
    changed["MELODEX_MTG_JAMENDO_ROOT"] = "/music"
    command = [sys.executable, "-c", code]
    environment = os.environ | changed
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True
    )
    assert (
        "batch_size=7" in done.stdout and "duration=5" in done.stdout and "learning_rate=0.5" in done.stdout
    )
    assert "audio_dir='/music/songs'" in done.stdout and "data/splits/split-0" in done.stdout
