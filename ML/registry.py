"""The one table of models: every fact anyone may ask about a (model, variant) pair.

API, commands, UI, README and tests all read it; nothing else lists models. A new model is one
record here and one file in `ML/models/`.

A pair may have been trained and published more than once: each of these releases is a record of its own,
the default one in MODELS. `ML/weights/store.py` chooses the one in use.
"""

from ML.acoustic_names import ACOUSTIC_TAG_NAMES, FEATURE_NAMES
from ML.errors import UnknownChoiceError
from ML.model_records import mert, musicnn, pons2019, vgg, whisper
from ML.spec import ModelSpec, Weights
from ML.tag_names import JAMENDO_TAGS, MSD_TAGS, MTAT_TAGS, TEN_GENRES
from ML.weights.sources import VGGISH_FILE, VGGISH_PCA_FILE

# The release of these pairs that is used where its file lies at the place of the original program.
MUSICNN_MSD = musicnn("msd", "Million Song Dataset", 500, MSD_TAGS)
MUSICNN_MTAT = musicnn("mtat", "MagnaTagATune", 200, MTAT_TAGS)
VGG_MSD = vgg("msd", "Million Song Dataset", MSD_TAGS)
VGG_MTAT = vgg("mtat", "MagnaTagATune", MTAT_TAGS)

MODELS: tuple[ModelSpec, ...] = (
    pons2019(MUSICNN_MSD),
    pons2019(MUSICNN_MTAT),
    musicnn("jamendo", "MTG-Jamendo", 200, JAMENDO_TAGS),
    pons2019(VGG_MSD),
    pons2019(VGG_MTAT),
    whisper("base", "Base", 512, 6),
    whisper("small", "Small", 768, 12),
    whisper("tiny", "Tiny", 384, 4),
    whisper("medium", "Medium", 1024, 24),
    whisper("base.en", "Base, English", 512, 6),
    whisper("small.en", "Small, English", 768, 12),
    whisper("tiny.en", "Tiny, English", 384, 4),
    mert("95m", "95M", 768, 12),
    mert("330m", "330M", 1024, 24),
    ModelSpec(
        name="vggish",
        variant="pretrained",
        label="VGGish",
        variant_label="AudioSet",
        builder="ML.models.vggish:build",
        sample_rate=16_000,
        segment_samples=15_600,  # 96 frames; the last of them reach into the next segment
        hop_samples=15_360,  # 0.96 s
        keeps_tail=False,
        embedding_dim=128,
        taggram_dim=512,
        taggram_kind="activations",
        tag_names=(),
        taggram_label="mean of the last convolution",
        paper="Hershey et al. 2017, CNN architectures for large-scale audio classification",
        weights=Weights(
            "vggish/vggish-10086976.pth",
            (VGGISH_FILE,),
            "Apache-2.0",
            optional=(VGGISH_PCA_FILE,),
        ),
    ),
    ModelSpec(
        name="whisper_contrastive",
        variant="base",
        label="WhisperContrastive",
        variant_label="Base, trained on genres",
        builder="ML.models.whisper_contrastive:build",
        sample_rate=16_000,
        segment_samples=480_000,  # 30 s
        cpu_batch=1,  # as fast as two, in half the memory
        embedding_dim=128,
        taggram_dim=512,
        taggram_kind="activations",
        tag_names=(),
        taggram_label="that of Whisper: mean of encoder block 3 of 6",
        paper="Khosla et al. 2020, Supervised contrastive learning",
        weights=Weights(
            "whisper_contrastive/base.safetensors",
            (),
            "research use",
            alternatives=("whisper_contrastive/base.pth",),
            how_to_get="train it with `python ML/train_contrastive.py`, take its best_model.pth as base.pth",
            shipped_bytes=1_313_648,
        ),
        normalise=True,
        requires=("whisper/base",),
    ),
    ModelSpec(
        name="mfcc_cnn",
        variant="genres10",
        label="MFCC CNN",
        variant_label="Ten genres, trained here",
        builder="ML.models.mfcc_cnn:build",
        sample_rate=22_050,
        segment_samples=655_360,  # 29.7 s: 640 frames, one every 1024 samples
        embedding_dim=512,
        taggram_dim=len(TEN_GENRES),
        taggram_kind="tags",
        tag_names=TEN_GENRES,
        taggram_label="probabilities of ten genres",
        paper="none: Melodex's own, four convolutions over MFCCs",
        weights=Weights(
            "mfcc_cnn/genres10/model.safetensors",
            (),
            "research use",
            how_to_get="take ML/pesos/mfcc_cnn/genres10 of the repository, params.json with it,",
            shipped_bytes=6_036_420,
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
        taggram_label="tempo, loudness, brightness, chroma and contrast",
        paper="McFee et al. 2015, librosa: audio and music signal analysis in Python",
        standardise=True,  # hertz beside chroma shares: without it the centroid alone is the distance
    ),
)

# Further releases of these pairs.
RELEASES: tuple[ModelSpec, ...] = (MUSICNN_MSD, MUSICNN_MTAT, VGG_MSD, VGG_MTAT)

# What a new installation should have: one wheel with four networks, and a small file.
RECOMMENDED = ("musicnn/msd", "musicnn/mtat", "vgg/msd", "vgg/mtat", "musicnn/jamendo")


def model_names() -> list[str]:
    """Names in registry order, each once."""
    return list(dict.fromkeys(spec.name for spec in MODELS))


def variants_of(name: str) -> list[str]:
    """Variants of a model, its default first. Raises UnknownChoiceError for an unknown model."""
    if name not in model_names():
        raise UnknownChoiceError("model", name, model_names())
    return [spec.variant for spec in MODELS if spec.name == name]


def get(name: str, variant: str | None = None, release: str | None = None) -> ModelSpec:
    """The record of a model; variant and release None take the first.

    Raises UnknownChoiceError naming the choices.
    """
    variants = variants_of(name)
    wanted = variants[0] if variant is None else variant
    if wanted not in variants:
        raise UnknownChoiceError(f"variant of {name}", variant, variants)
    releases = {spec.release: spec for spec in releases_of(name, wanted)}
    if release is None:
        return next(iter(releases.values()))
    if release not in releases:
        raise UnknownChoiceError(f"release of {name}/{wanted}", release, list(filter(None, releases)))
    return releases[release]


def releases_of(name: str, variant: str) -> list[ModelSpec]:
    """Every release of a pair, its default first."""
    return [spec for spec in (*MODELS, *RELEASES) if (spec.name, spec.variant) == (name, variant)]


def trained_pairs(models: list[str], datasets: list[str]) -> list[ModelSpec]:
    """Every model with every data set it was trained on, as `config.CONV_MODELS` and `DATASETS` mean it.

    Raises UnknownChoiceError for a model nobody knows, and for a data set that none of the models knows.
    """
    known = list(dict.fromkeys(variant for model in models for variant in variants_of(model)))
    for dataset in datasets:
        if models and dataset not in known:
            raise UnknownChoiceError("data set", dataset, known)
    pairs = [(model, dataset) for model in models for dataset in datasets]
    return [get(model, dataset) for model, dataset in pairs if dataset in variants_of(model)]


def get_by_key(key: str) -> list[ModelSpec]:
    """ "musicnn/mtat" is one record, "musicnn" all of that model, "musicnn/mtat@won2020" a certain release.

    Raises UnknownChoiceError.
    """
    pair, _, release = key.strip().lower().partition("@")
    name, _, variant = pair.partition("/")
    return [get(name, each, release or None) for each in ([variant] if variant else variants_of(name))]
