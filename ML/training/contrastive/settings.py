"""All that a contrastive run was asked for: what `training_config.json` keeps and `--resume` starts from."""

from dataclasses import dataclass
from typing import Any

from ML.errors import ConfigError

MODEL_NAMES = ("tiny", "base", "small", "medium")
SCHEDULERS = ("plateau", "cosine", "step", "none")
LONGEST_WINDOW = 30.0  # seconds that Whisper hears at once
# Settings by the names that config.CONTRASTIVE_TRAINING calls them.
OTHER_NAMES = {"audio_duration": "duration", "early_stopping_patience": "early_stopping"}


@dataclass(frozen=True)
class ContrastiveSettings:
    """Music is a table of one's own (csv), or MTG-Jamendo's tables in splits_dir with audio in audio_dir;
    neither where a program hands its tracks over.
    """

    csv: str = ""
    audio_dir: str = ""
    splits_dir: str = ""
    model_name: str = "base"
    projection_dim: int = 128
    batch_size: int = 16
    num_epochs: int = 50
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    temperature: float = 0.07
    duration: float = LONGEST_WINDOW  # seconds of a window
    max_windows: int = 8  # of a track, evenly over it
    balanced_sampling: bool = False
    first_genre_only: bool = False
    scheduler: str = "plateau"
    early_stopping: int = 10  # epochs without a better validation loss; 0: never stop early
    seed: int = 42

    @classmethod
    def from_config(cls, values: dict[str, Any]) -> "ContrastiveSettings":
        """values: config.CONTRASTIVE_TRAINING."""
        return cls(**{OTHER_NAMES.get(name, name): value for name, value in values.items()})

    def check(self) -> None:
        """Raises ConfigError naming what makes no sense, before any work starts."""
        problems = {
            "--batch-size must be 2 or more: a track alone has nobody to be like.": self.batch_size < 2,
            f"--duration must be above 0 and at most {LONGEST_WINDOW:g} seconds, what Whisper hears at once.":
                not 0 < self.duration <= LONGEST_WINDOW,
            "--num-epochs must be 1 or more.": self.num_epochs < 1,
            "--projection-dim must be 2 or more.": self.projection_dim < 2,
            "--temperature must be above 0.": not self.temperature > 0,
            "--learning-rate must be above 0.": not self.learning_rate > 0,
            "--weight-decay must not be negative.": not self.weight_decay >= 0,
            "--max-windows must be 1 or more.": self.max_windows < 1,
            "--early-stopping must be 0 (never) or more.": self.early_stopping < 0,
            f"--model-name must be one of {', '.join(MODEL_NAMES)}.": self.model_name not in MODEL_NAMES,
            f"--scheduler must be one of {', '.join(SCHEDULERS)}.": self.scheduler not in SCHEDULERS,
        }  # fmt: skip
        if wrong := [problem for problem, holds in problems.items() if holds]:
            raise ConfigError(" ".join(wrong))
