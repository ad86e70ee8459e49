"""`python compare_models.py` over runs of ours and of the original program."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from ML.errors import WeightsError
from ML.evaluation.checkpoints import find_runs, load_run
from ML.evaluation.comparison import rank_runs
from tests.conftest import REPOSITORY

WIDTH, N_HEAD = 8, 8 * 8 + 8 + 8 * 4 + 4
LOSSES = [3.0, 2.0, 1.5, 1.05, 1.0, 1.2]


def head_state() -> dict[str, torch.Tensor]:
    return {
        "projection_head.0.weight": torch.zeros(WIDTH, WIDTH),
        "projection_head.0.bias": torch.zeros(WIDTH),
        "projection_head.2.weight": torch.zeros(4, WIDTH),
        "projection_head.2.bias": torch.zeros(4),
    }


def interval(mean: float, half: float = 0.05) -> dict:
    return {"mean": mean, "interval_95": [mean - half, mean + half], "n": 40}


def make_run(
    folder: Path,
    losses: list[float],
    state=None,
    accuracy: float | None = None,
    gain: float = 0.1,
    **settings,
) -> Path:
    """As training leaves it: the best model's history ends at its epoch, the last checkpoint's at the end."""
    folder.mkdir(parents=True)
    best = losses.index(min(losses))
    for name, epoch in (("best_model.pth", best), (f"checkpoint_epoch_{len(losses)}.pth", len(losses) - 1)):
        checkpoint = {
            "epoch": epoch, "model_state_dict": state or head_state(), "optimizer_state_dict": {},
            "scheduler_state_dict": None, "best_val_loss": min(losses),
            "train_losses": [loss / 2 for loss in losses[: epoch + 1]], "val_losses": losses[: epoch + 1],
            "model_config": {"model_name": "base", "projection_dim": 4, "n_audio_state": WIDTH},
        }  # fmt: skip
        torch.save(checkpoint, folder / name)
    config = {"temperature": 0.07, "batch_size": 16, "learning_rate": 1e-3, **settings}
    (folder / "training_config.json").write_text(json.dumps(config))
    if accuracy is not None:
        systems = {
            "trained_head": {"knn_accuracy": interval(accuracy)},
            "raw_whisper": {"knn_accuracy": interval(accuracy - gain)},
            "head_minus_raw": {"knn_accuracy": interval(gain)},
        }
        evaluation = {"systems": systems, "chance": {"knn_accuracy": 0.1, "silhouette": None}}
        (folder / "evaluation.json").write_text(json.dumps(evaluation))
    return folder


def original_state() -> dict[str, torch.Tensor]:
    """The original program saved all of Whisper, and random numbers that posed as tags."""
    encoder = {"whisper_model.encoder.conv1.weight": torch.zeros(WIDTH, 80, 3)}
    return {**encoder, "taggram_projection.weight": torch.zeros(50, WIDTH), **head_state()}


def call(*arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, str(REPOSITORY / "compare_models.py"), *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip


class TestRun:
    def test_the_curve_is_that_of_the_last_checkpoint(self, tmp_path):
        run = load_run(make_run(tmp_path / "run", LOSSES))
        assert run.val_losses == LOSSES and run.best_epoch == 5 and run.best_loss == 1.0

    def test_convergence_counts_epochs_to_95_percent_of_the_improvement(self, tmp_path):
        """From 3.0 to 1.0, 95 % of the way is 1.1."""
        assert load_run(make_run(tmp_path / "run", LOSSES)).epochs_to_converge == 4
        assert load_run(make_run(tmp_path / "flat", [2.0, 2.0])).epochs_to_converge == 1

    def test_an_original_checkpoint_is_read_with_its_encoder_counted(self, tmp_path):
        run = load_run(make_run(tmp_path / "run", LOSSES, original_state()))
        assert run.n_head_parameters == N_HEAD
        assert run.n_parameters == N_HEAD + WIDTH * 80 * 3 + 50 * WIDTH

    def test_an_evaluation_of_other_names_is_no_missing_one(self, tmp_path):
        folder = make_run(tmp_path / "run", LOSSES)
        (folder / "evaluation.json").write_text(json.dumps({"systems": {"head": {}}, "chance": {}}))
        with pytest.raises(WeightsError, match="trained_head"):
            load_run(folder)

    def test_a_link_to_the_latest_run_is_not_a_second_run(self, tmp_path):
        make_run(tmp_path / "run", LOSSES)
        (tmp_path / "latest").symlink_to("run")
        assert find_runs([tmp_path, tmp_path / "run"]) == [tmp_path / "run"]


class TestRanking:
    def test_test_results_come_before_losses_and_each_place_has_its_reason(self, tmp_path):
        make_run(tmp_path / "worse", LOSSES, accuracy=0.5, gain=0.02)
        make_run(tmp_path / "better", [*LOSSES, 0.9], accuracy=0.8)
        make_run(tmp_path / "untested", [3.0, 0.1])
        ranked = rank_runs([load_run(folder) for folder in find_runs([tmp_path])])
        assert [each.run.name for each in ranked] == ["better", "worse", "untested"]
        better, worse, untested = (" | ".join(each.reasons) for each in ranked)
        assert "0.300 behind better, and the intervals do not meet" in worse
        assert "against raw Whisper +0.100 [+0.050, +0.150]" in better and "last epoch was its best" in better
        assert "no difference that these test tracks can show" in worse
        assert "no evaluation.json" in untested

    def test_overlapping_intervals_are_not_told_apart(self, tmp_path):
        folders = [
            make_run(tmp_path / name, LOSSES, accuracy=mean) for name, mean in (("a", 0.6), ("b", 0.56))
        ]
        ranked = rank_runs([load_run(folder) for folder in folders])
        assert "do not tell the two apart" in " ".join(ranked[1].reasons)

    def test_losses_at_different_temperatures_are_not_compared(self, tmp_path):
        folders = [make_run(tmp_path / name, LOSSES, temperature=float(name)) for name in ("0.07", "0.5")]
        reasons = [
            reason for each in rank_runs([load_run(folder) for folder in folders]) for reason in each.reasons
        ]
        assert sum("different scales" in reason for reason in reasons) == 2


def test_the_program_ranks_tells_draws_and_leaves_out_what_is_broken(tmp_path):
    place = tmp_path / "checkpoints"
    make_run(place / "first", LOSSES, accuracy=0.8, learning_rate=0.01)
    make_run(place / "original", [2.0, 1.5], original_state())
    (place / "empty").mkdir()
    make_run(place / "broken", LOSSES)
    (place / "broken" / "best_model.pth").write_bytes(b"half a file")
    make_run(place / "strange", LOSSES)
    torch.save({"weight": torch.zeros(3)}, place / "strange" / "best_model.pth")
    plot = tmp_path / "plots" / "curves.png"
    done = call(place, "--plot", plot)
    assert done.returncode == 0, done.stderr
    assert done.stdout.index("1. first") < done.stdout.index("2. original")
    assert "learning_rate" in done.stdout and "Alike: " in done.stdout and str(plot) in done.stdout
    for name in ("empty", "broken", "strange"):
        assert f"{name}" in done.stderr and f". {name}" not in done.stdout
    assert done.stderr.count("left out: ") == 3
    assert plot.read_bytes().startswith(b"\x89PNG") and plot.stat().st_size > 10_000

    facts = json.loads(call(place, "--plot", plot, "--json", "--no-progress").stdout)
    assert [Path(run["run"]).name for run in facts] == ["first", "original"]
    assert facts[0]["test"]["trained_head"]["knn_accuracy"]["mean"] == 0.8
    assert facts[0]["epochs_to_95_percent"] == 4 and facts[0]["n_head_parameters"] == N_HEAD


@pytest.mark.parametrize("place", ["nowhere", "."])
def test_without_a_usable_run_it_fails_and_says_so(place, tmp_path):
    done = call(tmp_path / place, "--plot", tmp_path / "plot.png")
    assert done.returncode == 1 and "No usable run in" in done.stderr and done.stdout == ""
    assert not (tmp_path / "plot.png").exists()


@pytest.mark.parametrize("name", ["compare_models.py", "select_songs.py"])
def test_help_is_there_without_heavy_libraries(name):
    code = (
        "import runpy, sys; sys.argv = ['x', '--help']\n"
        f"try: runpy.run_path({str(REPOSITORY / name)!r}, run_name='__main__')\n"
        "except SystemExit as end: assert not end.code\n"
        "print([name for name in ('torch', 'librosa', 'matplotlib', 'av') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert "usage:" in done.stdout and done.stdout.splitlines()[-1] == "[]"
