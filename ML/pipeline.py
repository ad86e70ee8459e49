"""Which pipeline computed a vector: model, weights, framing and versions.

Vectors are comparable where the identities of their pipelines match. Libraries, runtime and precision are
recorded, but do not make vectors incomparable: results differ by rounding only.
"""

from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib import metadata
from typing import Any, Self

from ML.errors import MelodexError
from ML.spec import ModelSpec

POOLING_VERSION = 1  # raise when `ML.segments.pool_segments` computes other vectors from the same segments
ORIGINAL = "original"  # release of vectors by the original program: one pass over the whole song
LIBRARIES = ("torch", "onnxruntime", "librosa", "soxr", "transformers")
IDENTITY = (
    "model", "dataset", "release", "weights_digest", "front_end_version", "pooling_version", "sample_rate",
    "segment_samples", "hop_samples", "postprocess",
)  # fmt: skip


@dataclass(frozen=True)
class Pipeline:
    """None in a field of the identity: not known.

    weights_digest: sha256 of the weights; None also for a model without weights.  sample_rate: Hz.
    postprocess: VGGish's PCA and quantization.  libraries: versions by name.
    """

    model: str
    dataset: str
    release: str = ""
    weights_digest: str | None = None
    front_end_version: int | None = None
    pooling_version: int | None = None
    sample_rate: int | None = None
    segment_samples: int | None = None
    hop_samples: int | None = None
    postprocess: bool | None = None
    libraries: dict[str, str] = field(default_factory=dict, hash=False)
    runtime: str | None = None
    precision: str | None = None

    @property
    def pair(self) -> tuple[str, str]:
        return self.model, self.dataset

    @property
    def identity(self) -> tuple:
        return tuple(getattr(self, name) for name in IDENTITY)

    def matches(self, other: "Pipeline") -> bool:
        """Whether vectors of both can share a space; what is unknown matches everything."""
        fields = zip(self.identity, other.identity, strict=True)
        return all(None in (own, theirs) or own == theirs for own, theirs in fields)

    def complete(self, other: "Pipeline") -> Self:
        """This pipeline with the other's values where its own are unknown."""
        unknown = [name for name in IDENTITY if getattr(self, name) is None]
        return replace(self, **{name: getattr(other, name) for name in unknown})

    def describe_change(self, current: "Pipeline") -> str:
        """Why its vectors are not those of the current pipeline: "other weights (won2020)"."""
        if self.release != current.release:
            return f"other weights ({self.release or 'release unknown'})"
        if None not in (digests := (self.weights_digest, current.weights_digest)) and len({*digests}) > 1:
            return f"other weights (sha256 {str(self.weights_digest)[:8]})"
        return "other settings"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, facts: object) -> Self:
        """Raises MelodexError for anything but an object that `to_json` could have made."""
        if not isinstance(facts, dict):
            raise MelodexError("a pipeline is no JSON object")
        known = {name: value for name, value in facts.items() if name in cls.__dataclass_fields__}
        for name, value in known.items():
            is_typed = isinstance(value, FIELD_TYPES[name])
            if not is_typed or (isinstance(value, bool) and name != "postprocess") or not is_storable(value):
                raise MelodexError(f"{name} of a pipeline is {value!r}")
        missing = {"model", "dataset", "release"} - known.keys()
        if missing:
            raise MelodexError(f"a pipeline lacks {', '.join(sorted(missing))}")
        return cls(**known)


def is_storable(value: object) -> bool:
    """Whether a database can hold it: JSON has numbers of any size, and text that is no Unicode."""
    if isinstance(value, str):
        return not any("\ud800" <= letter <= "\udfff" for letter in value)
    return not isinstance(value, int) or 0 <= value <= LARGEST_NUMBER


LARGEST_NUMBER = 2**63 - 1
OPTIONAL_NUMBER, OPTIONAL_TEXT = (int, type(None)), (str, type(None))
FIELD_TYPES: dict[str, Any] = {
    "model": str, "dataset": str, "release": str, "weights_digest": OPTIONAL_TEXT,
    "front_end_version": OPTIONAL_NUMBER, "pooling_version": OPTIONAL_NUMBER, "sample_rate": OPTIONAL_NUMBER,
    "segment_samples": OPTIONAL_NUMBER, "hop_samples": OPTIONAL_NUMBER, "postprocess": (bool, type(None)),
    "libraries": dict, "runtime": OPTIONAL_TEXT, "precision": OPTIONAL_TEXT,
}  # fmt: skip


def describe_spec(
    spec: ModelSpec,
    weights_digest: str | None = None,
    runtime: str | None = None,
    precision: str | None = None,
) -> Pipeline:
    """The pipeline of a model as it is set up (see `ML.inference.configured`), with today's libraries."""
    return Pipeline(
        spec.name,
        spec.variant,
        spec.release,
        weights_digest,
        spec.front_end_version,
        POOLING_VERSION,
        spec.sample_rate,
        spec.segment_samples,
        spec.hop_samples or spec.segment_samples,
        spec.postprocess,
        library_versions(),
        runtime,
        precision,
    )


def library_versions() -> dict[str, str]:
    """Of the libraries that compute vectors, those installed; nothing is imported."""
    versions = {name: find_version(name) for name in LIBRARIES}
    return {name: version for name, version in versions.items() if version is not None}


@cache  # reading the metadata of five packages takes 20 ms, and GET /models asks for every model
def find_version(library: str) -> str | None:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None
