"""The head learns genres, keeps its best epoch, waits no longer after a resume, and resumes to the digit."""

import math

import numpy as np
import pytest
import torch

from ML.errors import WeightsError
from ML.training.contrastive.settings import SCHEDULERS, ContrastiveSettings
from ML.training.contrastive.team import Team
from ML.training.contrastive.trainer import SCHEDULERS as FACTORIES
from ML.training.contrastive.trainer import HeadTrainer, Progress, run_epochs
from tests.ML.training.contrastive.features import clouds
from tests.ML.training.test_losses import slow_loss

FLOAT32_LOSS = 1e-4  # relative: float32 sums of exponentials, whose arguments are up to 1 / 0.07 = 14
TRAINING, VALIDATION = clouds(8, spread=0.5), clouds(4, "validation", 0.5, 1)


def trainer_for(**changes: object) -> HeadTrainer:
    chosen = {"num_epochs": 12, "batch_size": 8, "early_stopping": 0, "projection_dim": 8, **changes}
    settings = ContrastiveSettings(**chosen)  # type: ignore[arg-type]
    return HeadTrainer(settings, TRAINING, TRAINING, VALIDATION, Team("cpu"))


def run(trainer: HeadTrainer, progress: Progress) -> list:
    return list(run_epochs(trainer, progress, lambda loss: None))


@pytest.mark.parametrize("balanced", [False, True])
def test_genres_are_learnt(balanced):
    trainer, progress = trainer_for(balanced_sampling=balanced, num_epochs=40), Progress()
    loss_before, _ = trainer.validate()
    epochs = run(trainer, progress)
    assert len(epochs) == 40
    # Learning what is easy to tell apart: losses fall by far more than epochs differ; chance is 1 / 3.
    assert progress.val_losses[-1] < loss_before - 0.5
    assert np.mean(progress.train_losses[-5:]) < 0.6 * np.mean(progress.train_losses[:5])
    assert epochs[-1].val_knn_accuracy > 0.8


def test_mixed_precision_learns_too_and_resumes():
    """bfloat16 on a CPU stands in for float16 on a GPU; the head's own weights stay float32."""
    chosen = ContrastiveSettings(num_epochs=40, batch_size=8, early_stopping=0, projection_dim=8)
    team = Team("cpu", "bf16")
    mixed, progress = HeadTrainer(chosen, TRAINING, TRAINING, VALIDATION, team), Progress()
    run(mixed, progress)
    exact, own = trainer_for(num_epochs=40), Progress()
    run(exact, own)
    assert progress.train_losses != own.train_losses, "it did compute in half precision"
    # bfloat16 holds 8 bits: 0.4 % of cosines that are divided by a temperature of 0.07
    assert progress.val_losses[-1] == pytest.approx(own.val_losses[-1], abs=0.1)
    assert all(tensor.dtype == torch.float32 for tensor in mixed.head.state_dict().values())
    again = HeadTrainer(chosen, TRAINING, TRAINING, VALIDATION, team)
    assert again.restore(mixed.state(progress)).val_losses == progress.val_losses


def test_validation_loss_is_the_papers_with_training_tracks_as_company():
    trainer = trainer_for()
    loss, _ = trainer.validate()
    queries, corpus = trainer.embed(VALIDATION), trainer.embed(TRAINING)
    own = [set(track.genres) for track in TRAINING.tracks]
    expected = []
    for query, track in zip(queries, VALIDATION.tracks, strict=True):
        # The corpus with the query in front: others' terms are left out by giving each a genre of its own.
        logits = corpus @ query / trainer.settings.temperature
        total = np.log(np.exp(logits.astype(float)).mean() * (trainer.settings.batch_size - 1))
        positives = [logits[i] - total for i, genres in enumerate(own) if genres & set(track.genres)]
        expected.append(-np.mean(positives))
    assert loss == pytest.approx(np.mean(expected), rel=FLOAT32_LOSS)


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_a_resumed_run_is_the_uninterrupted_one(scheduler):
    """Equal bits: the same operations in one process."""
    whole, progress = trainer_for(scheduler=scheduler), Progress()
    epochs = run(whole, progress)
    cut, half = trainer_for(scheduler=scheduler, seed=42), Progress()
    for _ in range(5):
        cut.run_epoch(half, lambda loss: None)
    saved = cut.state(half)
    resumed = trainer_for(scheduler=scheduler)
    rest = run(resumed, resumed.restore(saved))
    assert [each.val_loss for each in rest] == [each.val_loss for each in epochs[5:]]
    assert [each.learning_rate for each in rest] == [each.learning_rate for each in epochs[5:]]
    states = whole.head.state_dict(), resumed.head.state_dict()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_every_scheduler_has_its_way_with_the_rate():
    assert set(FACTORIES) == set(SCHEDULERS)
    rates = {}
    for scheduler in SCHEDULERS:
        rates[scheduler] = [each.learning_rate for each in run(trainer_for(scheduler=scheduler), Progress())]
    assert set(rates["none"]) == {1e-3}
    assert rates["cosine"] == pytest.approx([5e-4 * (1 + math.cos(math.pi * e / 12)) for e in range(12)])
    assert rates["step"] == pytest.approx([1e-3] * 4 + [1e-4] * 4 + [1e-5] * 4)


def test_plateau_halves_the_rate_when_validation_stops_getting_better():
    trainer = trainer_for(scheduler="plateau")
    trainer.validate = lambda: (1.0, 0.0)  # type: ignore[method-assign]
    assert [each.learning_rate for each in run(trainer, Progress())][-1] == pytest.approx(5e-4)


def test_patience_survives_a_resume():
    """Best at epoch 2, patience 4: over after epoch 6, whether or not it was stopped at 4."""
    losses = [3.0, 2.0, 1.0, 2.0, 2.0, 2.0, 2.0, 0.5]

    def trained(progress: Progress) -> int:
        trainer = trainer_for(early_stopping=4, num_epochs=20)
        trainer.validate = lambda: (losses[progress.n_epochs], 0.0)  # type: ignore[method-assign]
        run(trainer, progress)
        return progress.n_epochs

    assert trained(Progress()) == 7
    assert trained(Progress(losses[:5], losses[:5])) == 7
    assert trained(Progress(losses[:7], losses[:7])) == 7
    assert Progress(losses, losses).best_epoch == 7


def test_a_checkpoint_holds_the_documented_keys_and_the_head_alone():
    trainer, progress = trainer_for(), Progress()
    trainer.run_epoch(progress, lambda loss: None)
    state = trainer.state(progress)
    assert state.keys() >= {
        "epoch", "model_state_dict", "optimizer_state_dict", "scheduler_state_dict", "best_val_loss",
        "train_losses", "val_losses", "model_config",
    }  # fmt: skip
    assert state["epoch"] == 0 and state["best_val_loss"] == progress.val_losses[0]
    assert list(state["model_state_dict"]) == [
        f"projection_head.{layer}.{kind}" for layer in (0, 2) for kind in ("weight", "bias")
    ]
    assert state["model_config"] == {"model_name": "base", "projection_dim": 8, "n_audio_state": 12}
    assert trainer_for(scheduler="none").state(progress)["scheduler_state_dict"] is None


def test_another_programs_checkpoint_does_not_resume():
    with pytest.raises(WeightsError, match="not of this run"):
        trainer_for().restore({"model_state_dict": {}})


def test_batches_without_a_pair_teach_nothing_and_count_for_nothing():
    trainer = trainer_for()
    before = {name: tensor.clone() for name, tensor in trainer.head.state_dict().items()}
    trainer.make_batches = lambda rng: [np.array([0, 1, 2])]  # type: ignore[method-assign]
    assert trainer.train_epoch(0, lambda loss: None) == []
    assert all(torch.equal(before[name], tensor) for name, tensor in trainer.head.state_dict().items())


def test_batch_losses_are_the_papers(monkeypatch):
    trainer = trainer_for()
    chosen = np.array([0, 1, 2, 3, 6])
    trainer.make_batches = lambda rng: [chosen]  # type: ignore[method-assign]
    draws = iter([TRAINING.windows[TRAINING.first[chosen]]])
    monkeypatch.setattr(type(TRAINING), "draw_windows", lambda self, chosen, rng: next(draws))
    with torch.inference_mode():
        vectors = trainer.head(torch.from_numpy(TRAINING.windows[TRAINING.first[chosen]]))
    expected = slow_loss(vectors, [set(TRAINING.tracks[index].genres) for index in chosen], 0.07)
    assert trainer.train_epoch(0, lambda loss: None) == [pytest.approx(expected, rel=FLOAT32_LOSS)]
