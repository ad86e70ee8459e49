"""What a record of the registry says."""

from dataclasses import dataclass
from typing import Literal

TaggramKind = Literal["tags", "activations", "features"]


@dataclass(frozen=True)
class RemoteFile:
    """A published file. sha256 and n_bytes are None where nobody has published them."""

    url: str
    sha256: str | None = None
    n_bytes: int | None = None

    @property
    def name(self) -> str:
        return self.url.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Weights:
    """What a network was trained to. path: below `WEIGHTS_DIR`; a file, or a folder of several by name."""

    path: str
    files: tuple[RemoteFile, ...]
    licence: str

    @property
    def n_bytes(self) -> int | None:
        sizes = [file.n_bytes for file in self.files]
        return None if None in sizes else sum(size or 0 for size in sizes)


@dataclass(frozen=True)
class ModelSpec:
    """One model as trained on one data set (or in one size): its `variant`."""

    name: str
    variant: str
    label: str
    variant_label: str
    builder: str  # "module:function", called as function(spec, weights_path | None, device)
    sample_rate: int  # Hz
    segment_samples: int
    embedding_dim: int
    taggram_dim: int
    taggram_kind: TaggramKind
    tag_names: tuple[str, ...]  # taggram_dim names, or empty for unnamed activations
    paper: str
    weights: Weights | None = None
    standardise: bool = False  # z-score every column over the library before any distance

    @property
    def key(self) -> str:
        return f"{self.name}/{self.variant}"

    @property
    def framing(self) -> tuple[int, int]:
        """Models with the same framing hear the same segments."""
        return self.sample_rate, self.segment_samples

    @property
    def segment_seconds(self) -> float:
        return self.segment_samples / self.sample_rate
