"""Training learns four styles of the demo library, gives the same run twice, and says what it did."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from ML.training import train_mfcc
from ML.training.augmentation import Augmentation, augment, collage, mix_up, random_crop
from ML.training.mfcc_cache import MfccCache
from ML.training.reports import Share
from ML.training.runs import TrainingRun
from ML.training.settings import TrainSettings
from ML.training.train_mfcc import Reporter, start_run, train

pytestmark = pytest.mark.xdist_group("training")  # one worker: the music is rendered once
SHORT = {"fixed_mfcc_length": 128, "num_workers": 0, "patience": 0, "mixup": 0.0, "batch_size": 8}


def settings_for(folder: Path, **values: object) -> TrainSettings:
    return TrainSettings(str(folder), **{**SHORT, **values})  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def one_thread():
    """Two tests at once on two cores: more threads would only wait for each other."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


def test_four_styles_are_learnt_and_reported(rendered, tmp_path):
    settings = settings_for(rendered, num_epochs=12, learning_rate=3e-3)
    run = start_run(settings, tmp_path, Reporter())
    verdict = train(run, settings, Reporter())
    # By chance, 1 / 4 each, seven of these eight renders come out right once in 2,600 runs.
    assert len(verdict.labels) == 8 and verdict.accuracy >= 7 / 8
    assert (tmp_path / "latest").resolve() == run.folder
    written = {path.name for path in run.folder.iterdir()}
    assert written >= {
        "model_weights.pth", "params.json", "classification_report.txt", "confusion_matrix.png",
        "confusion_matrix.json", "history.json", "splits.json", "tensorboard", "checkpoints",
    }  # fmt: skip
    params = json.loads(run.params_path.read_text())
    assert params.keys() >= {
        "learning_rate", "batch_size", "num_epochs", "n_mfcc", "fixed_mfcc_length", "num_classes",
        "class_names", "hop_length",
    }  # fmt: skip
    assert sum(map(sum, json.loads((run.folder / "confusion_matrix.json").read_text())["matrix"])) == len(
        verdict.labels
    )
    assert "95 % interval" in (run.folder / "classification_report.txt").read_text()
    assert list(run.tensorboard_path.iterdir())
    assert set(torch.load(run.weights_path, weights_only=True)) == set(
        torch.load(run.best_path, weights_only=True)["model_state_dict"]
    )


def test_the_same_seed_gives_the_same_run_to_the_digit(rendered, tmp_path):
    """Equal bits: the same operations in one thread of one process."""
    histories = []
    for name, seed in (("one", 1), ("two", 1), ("three", 2)):
        settings = settings_for(rendered, num_epochs=2, seed=seed, mixup=0.2)
        run = start_run(settings, tmp_path / name, Reporter())
        train(run, settings, Reporter())
        histories.append(json.loads(run.history_path.read_text()))
    assert histories[0] == histories[1] != histories[2]


def test_early_stopping_keeps_the_best_epoch(rendered, tmp_path):
    settings = settings_for(rendered, num_epochs=30, learning_rate=0.3, patience=2)
    run = start_run(settings, tmp_path, Reporter())
    train(run, settings, Reporter())
    history = json.loads(run.history_path.read_text())
    best = min(history, key=lambda epoch: epoch["val_loss"])["number"]
    assert len(history) == best + 3 < 30
    assert torch.load(run.best_path, weights_only=True)["epoch"] == best


def test_a_file_that_cannot_be_decoded_is_left_out_and_counted(styles, tmp_path, monkeypatch):
    (styles / "Techno" / "take 0.flac").write_bytes(b"fLaC and no more")
    said: list[str] = []
    run = start_run(settings_for(styles), tmp_path, Reporter(said.append))
    assert any("take 0.flac" in text for text in said)
    assert json.loads(run.params_path.read_text())["left_out"] == {"cannot be decoded": 1}
    assert not [t for t in run.load_splits() if t.path == styles / "Techno" / "take 0.flac"]


def test_mfccs_are_computed_once_and_anew_for_a_changed_file(styles):
    cache = MfccCache(styles.parent / "mfccs", styles, 1024, 20)
    tracks = sorted((styles / "Rock").glob("*.flac"))
    assert all(reason is None for _, reason in cache.fill(tracks, 0))
    first = cache.load(tracks[0]).copy()
    tracks[0].write_bytes(tracks[1].read_bytes())
    stale = [track for track in tracks if not cache.is_fresh(track)]
    assert stale == tracks[:1]
    list(cache.fill(tracks, 0))
    assert not np.array_equal(cache.load(tracks[0])[:, :50], first[:, :50])
    assert np.array_equal(cache.load(tracks[0]), cache.load(tracks[1]))


def test_rare_genres_weigh_more(rendered, tmp_path):
    settings = settings_for(rendered)
    run = start_run(settings, tmp_path, Reporter())
    tracks = [track for track in run.load_splits() if track.split == "training"]
    unbalanced = [track for track in tracks if track.genre != "Rock"][:9] + tracks[:1]
    batches = train_mfcc.make_batches(run, settings, tracks)
    trainer = train_mfcc.Trainer(settings, batches, unbalanced)
    counts = batches.targets(unbalanced).sum(dim=0)
    present = counts > 0
    assert torch.allclose(
        (trainer.class_weights * counts)[present], torch.tensor(len(unbalanced) / len(counts))
    )


def test_a_run_of_another_program_does_not_resume(tmp_path):
    from ML.errors import WeightsMissingError

    with pytest.raises(WeightsMissingError, match="resume"):
        TrainingRun.open(tmp_path)


class TestAugmentation:
    rng = np.random.default_rng(0)

    def test_crops_come_from_everywhere_and_short_sounds_go_round(self):
        mfcc = np.arange(1000, dtype=np.float32)[None]
        starts = {random_crop(mfcc, 100, self.rng)[0, 0] for _ in range(200)}
        assert min(starts) < 50 and max(starts) > 850
        short = random_crop(mfcc[:, :30], 100, self.rng)
        assert short.shape == (1, 100) and set(np.diff(short[0])) <= {1.0, -29.0}

    def test_a_collage_holds_nothing_but_its_sources(self):
        sources = [np.full((2, 300), value, np.float32) for value in (1, 2, 3)]
        seen = collage(sources, 640, self.rng, 0.1)
        assert seen.shape == (2, 640) and len(set(seen[0])) > 1 and set(seen[0]) <= {1, 2, 3}

    def test_gain_and_tone_are_constant_over_time_and_masks_hide_the_mean(self):
        generator = torch.Generator().manual_seed(0)
        plain = torch.ones(8, 20, 200)
        std = torch.full((20, 1), 2.0)
        louder = augment(plain, Augmentation(tone=0, treble_db=0, n_masks=0), generator, std) - plain
        assert (louder[:, 1:] == 0).all() and torch.equal(louder[:, 0, :1].expand(8, 200), louder[:, 0])
        assert louder[:, 0, 0].std() > 1
        masked = augment(plain, Augmentation(gain_db=0, tone=0, treble_db=0, n_masks=2), generator, std)
        assert set(masked.unique().tolist()) == {0.0, 1.0}
        assert torch.equal(plain, torch.ones(8, 20, 200)), "the original stays"

    def test_treble_is_what_a_low_pass_does_to_the_coefficients(self):
        from ML.mfcc import N_MELS, dct_matrix
        from ML.training.augmentation import MAX_TREBLE_BANDS, treble

        # The cosine transform and back sum 128 float32 values of up to 40 dB.
        change = treble(50, N_MELS, 40.0, torch.Generator().manual_seed(0))[..., 0] @ dct_matrix(N_MELS)
        assert change[:, : N_MELS - MAX_TREBLE_BANDS].abs().max() < 1e-3, "only the top of the spectrum"
        top = change[:, -1]
        assert 20 < top.abs().max() <= 40.001 and top.min() < -10 and top.max() > 10

    def test_mixup_blends_sound_and_label_alike(self):
        sounds = torch.eye(4)[:, :, None]
        blended, targets = mix_up(sounds, torch.eye(4), 0.5, self.rng)
        assert torch.allclose(blended[..., 0], targets) and torch.allclose(targets.sum(dim=1), torch.ones(4))
        assert (targets.diagonal() >= 0.5).all()


def test_intervals_are_wilsons():
    """Against Newcombe 1998, table I: 81 of 263 and 15 of 148, printed with four decimals."""
    assert Share(81, 263).interval == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert Share(15, 148).interval == pytest.approx((0.0624, 0.1605), abs=1e-4)
    assert Share(10, 10).interval[1] == pytest.approx(1.0)
