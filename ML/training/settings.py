"""Everything a training run was asked for: what `params.json` keeps and `--resume` starts from again."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainSettings:
    """The names are those of train.py's options; the first ones are the original program's."""

    data_dir: str
    num_epochs: int = 50
    batch_size: int = 32
    learning_rate: float = 5e-4
    weight_decay: float = 1e-2
    label_smoothing: float = 0.05
    mixup: float = 0.2
    patience: int = 15  # epochs without a better validation loss; 0: never stop early
    seed: int = 42
    n_mfcc: int = 20
    fixed_mfcc_length: int = 640  # frames
    hop_length: int = 1024  # samples
    padding: str = "repeat"
    augmentation: bool = True
    class_weights: bool = True
    mixed_precision: bool = True  # on a GPU
    device: str = "cpu"
    mfcc_dir: str = ""
    num_workers: int = 2
