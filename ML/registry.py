"""The one table of models: every fact anyone may ask about a (model, variant) pair.

API, commands, UI, README and tests all read it; nothing else lists models. A new model is one
record here and one file in `ML/models/`.
"""

from typing import Any

from ML.acoustic_names import ACOUSTIC_TAG_NAMES, FEATURE_NAMES
from ML.errors import UnknownChoiceError
from ML.spec import ModelSpec, RemoteFile, Weights
from ML.tag_names import JAMENDO_TAGS, MSD_TAGS, MTAT_TAGS

SOTA_TAGGING = "https://github.com/minzwon/sota-music-tagging-models/raw/master/models"
MUSICNN_PAPER = (
    "Pons & Serra 2019, musicnn: pre-trained convolutional neural networks for music audio tagging"
)


def musicnn(
    variant: str, variant_label: str, embedding_dim: int, tags: tuple[str, ...], **known: Any
) -> ModelSpec:
    """known: sha256 and n_bytes of the published file, where they are known."""
    published = RemoteFile(f"{SOTA_TAGGING}/{variant}/musicnn/best_model.pth", **known)
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
        weights=Weights(f"{variant}/musicnn.pth", (published,), "MIT"),
    )


MODELS: tuple[ModelSpec, ...] = (
    musicnn("msd", "Million Song Dataset", 500, MSD_TAGS),
    musicnn(
        "mtat",
        "MagnaTagATune",
        200,
        MTAT_TAGS,
        sha256="690ace3bb5d49d90dd38fe3ec05a1185350b3bc3742bd7ee941f56b649b2c893",
        n_bytes=3_257_172,
    ),
    musicnn(
        "jamendo",
        "MTG-Jamendo",
        200,
        JAMENDO_TAGS,
        sha256="66280f4859376377c47f64313c7ac889a3201fdb06a01bf6e94ac6e619081bb5",
        n_bytes=3_257_168,
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
