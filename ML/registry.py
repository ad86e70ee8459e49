"""The one table of models: every fact anyone may ask about a (model, variant) pair.

API, commands, UI, README and tests all read it; nothing else lists models. A new model is one
record here and one file in `ML/models/`.
"""

from dataclasses import dataclass
from typing import Literal

from ML.acoustic_names import ACOUSTIC_TAG_NAMES, FEATURE_NAMES
from ML.errors import UnknownChoiceError
from ML.tag_names import JAMENDO_TAGS, MSD_TAGS, MTAT_TAGS

TaggramKind = Literal["tags", "activations", "features"]


@dataclass(frozen=True)
class WeightsFile:
    """A file below `WEIGHTS_DIR`. sha256 and n_bytes are None where nobody has published them."""

    path: str
    url: str
    licence: str
    sha256: str | None = None
    n_bytes: int | None = None


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
    weights: WeightsFile | None = None
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


SOTA_TAGGING = "https://github.com/minzwon/sota-music-tagging-models/raw/master/models"
MUSICNN_PAPER = (
    "Pons & Serra 2019, musicnn: pre-trained convolutional neural networks for music audio tagging"
)


def musicnn(
    variant: str, variant_label: str, embedding_dim: int, tags: tuple[str, ...], weights: WeightsFile
):
    return ModelSpec(
        name="musicnn",
        variant=variant,
        label="MusiCNN",
        variant_label=variant_label,
        builder="ML.models.musicnn:build",
        sample_rate=16_000,
        segment_samples=48_000,  # 3 s
        embedding_dim=embedding_dim,
        taggram_dim=len(tags),
        taggram_kind="tags",
        tag_names=tags,
        paper=MUSICNN_PAPER,
        weights=weights,
    )


MODELS: tuple[ModelSpec, ...] = (
    musicnn(
        "msd",
        "Million Song Dataset",
        500,
        MSD_TAGS,
        WeightsFile("msd/musicnn.pth", f"{SOTA_TAGGING}/msd/musicnn/best_model.pth", "MIT"),
    ),
    musicnn(
        "mtat",
        "MagnaTagATune",
        200,
        MTAT_TAGS,
        WeightsFile(
            "mtat/musicnn.pth",
            f"{SOTA_TAGGING}/mtat/musicnn/best_model.pth",
            "MIT",
            sha256="690ace3bb5d49d90dd38fe3ec05a1185350b3bc3742bd7ee941f56b649b2c893",
            n_bytes=3_257_172,
        ),
    ),
    musicnn(
        "jamendo",
        "MTG-Jamendo",
        200,
        JAMENDO_TAGS,
        WeightsFile(
            "jamendo/musicnn.pth",
            f"{SOTA_TAGGING}/jamendo/musicnn/best_model.pth",
            "MIT",
            sha256="66280f4859376377c47f64313c7ac889a3201fdb06a01bf6e94ac6e619081bb5",
            n_bytes=3_257_168,
        ),
    ),
    ModelSpec(
        name="acoustic",
        variant="librosa",
        label="Acoustic features",
        variant_label="librosa, no training",
        builder="ML.models.acoustic:build",
        sample_rate=22_050,
        segment_samples=220_500,  # 10 s: long enough for a tempo
        embedding_dim=len(FEATURE_NAMES),
        taggram_dim=len(ACOUSTIC_TAG_NAMES),
        taggram_kind="features",
        tag_names=ACOUSTIC_TAG_NAMES,
        paper="McFee et al. 2015, librosa: audio and music signal analysis in Python",
        standardise=True,  # hertz beside chroma shares: without it the centroid alone is the distance
    ),
)


def model_names() -> list[str]:
    """Names in registry order, each once."""
    return list(dict.fromkeys(spec.name for spec in MODELS))


def variants_of(name: str) -> list[str]:
    """Variants of a model, its default first. Raises UnknownChoiceError for an unknown model."""
    if name not in model_names():
        raise UnknownChoiceError("model", name, model_names())
    return [spec.variant for spec in MODELS if spec.name == name]


def get(name: str, variant: str | None = None) -> ModelSpec:
    """The record of a model; variant None takes the first. Raises UnknownChoiceError naming the choices."""
    variants = variants_of(name)
    wanted = variants[0] if variant is None else variant
    for spec in MODELS:
        if (spec.name, spec.variant) == (name, wanted):
            return spec
    raise UnknownChoiceError(f"variant of {name}", variant, variants)


def get_by_key(key: str) -> list[ModelSpec]:
    """ "musicnn/mtat" is one record, "musicnn" all of that model. Raises UnknownChoiceError."""
    name, _, variant = key.strip().lower().partition("/")
    if variant:
        return [get(name, variant)]
    return [get(name, each) for each in variants_of(name)]
