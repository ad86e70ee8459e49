"""Records of models that were published in several variants or releases; `ML/registry.py` lists them all."""

from dataclasses import replace

from ML.spec import ModelSpec, Weights
from ML.weights.sources import MERT_FILES, MUSICNN_FILES, MUSICNN_WHEEL, VGG_FILES, WHISPER_FILES

WON2020, PONS2019 = "won2020", "pons2019"
WHEEL_NAMES = {"msd": "MSD", "mtat": "MTT"}  # of the data sets, in the authors' package


def musicnn(variant: str, variant_label: str, embedding_dim: int, tags: tuple[str, ...]) -> ModelSpec:
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
        taggram_label=f"{len(tags)} tags of {variant_label}",
        paper="Pons & Serra 2019, musicnn: pre-trained convolutional neural networks for music audio tagging",
        release=WON2020 if variant in WHEEL_NAMES else "",
        weights=Weights(f"{variant}/musicnn.pth", (MUSICNN_FILES[variant],), "MIT"),
    )


def vgg(variant: str, variant_label: str, tags: tuple[str, ...]) -> ModelSpec:
    return ModelSpec(
        name="vgg",
        variant=variant,
        label="VGG",
        variant_label=variant_label,
        builder="ML.models.vgg:build",
        sample_rate=16_000,
        segment_samples=59_049,  # 3.69 s
        embedding_dim=512,
        taggram_dim=len(tags),
        taggram_kind="tags",
        tag_names=tags,
        taggram_label=f"{len(tags)} tags of {variant_label}",
        paper="Won et al. 2020, Evaluation of CNN-based automatic music tagging models",
        release=WON2020,
        weights=Weights(f"{variant}/vgg.pth", (VGG_FILES[variant],), "MIT"),
    )


def pons2019(spec: ModelSpec) -> ModelSpec:
    """The release of the authors of MusiCNN, with the tags of the other one. Its front end sees the signal
    before each segment.
    """
    widths = {"musicnn": 200, "vgg": 256}
    return replace(
        spec,
        release=PONS2019,
        builder=f"ML.models.{spec.name}_pons2019:build",
        segment_samples=47_872,  # 187 frames, one every 256 samples: 2.99 s
        keeps_tail=False,
        context_samples=256,  # half a window
        embedding_dim=widths[spec.name],
        paper="Pons & Serra 2019, musicnn: pre-trained convolutional neural networks for music audio tagging",
        weights=Weights(
            f"{MUSICNN_WHEEL.folder}/{WHEEL_NAMES[spec.variant]}_{spec.name}",
            (),
            "ISC",
            wheel=MUSICNN_WHEEL,
        ),
    )


def whisper(variant: str, label: str, width: int, n_blocks: int) -> ModelSpec:
    return ModelSpec(
        name="whisper",
        variant=variant,
        label="Whisper",
        variant_label=label,
        builder="ML.models.whisper:build",
        sample_rate=16_000,
        segment_samples=480_000,  # 30 s
        cpu_batch=1,  # as fast as two, in half the memory
        embedding_dim=width,
        taggram_dim=width,
        taggram_kind="activations",
        tag_names=(),
        taggram_label=f"mean of encoder block {n_blocks // 3 + 1} of {n_blocks}",
        paper="Radford et al. 2022, Robust speech recognition via large-scale weak supervision",
        weights=Weights(
            f"whisper/{variant}.pt", (WHISPER_FILES[variant],), "MIT", alternatives=(f"whisper/{variant}",)
        ),
    )


def mert(variant: str, label: str, width: int, n_layers: int) -> ModelSpec:
    return ModelSpec(
        name="mert",
        variant=variant,
        label="MERT",
        variant_label=label,
        builder="ML.models.mert:build",
        sample_rate=24_000,
        segment_samples=120_000,  # 5 s, as it was trained; MERT_WINDOW_SECONDS changes it
        embedding_dim=width,
        taggram_dim=width,
        taggram_kind="activations",
        tag_names=(),
        taggram_label=f"mean of layer {n_layers // 3 + 1} of {n_layers}",
        paper="Li et al. 2023, MERT: acoustic music understanding with large-scale self-supervised training",
        weights=Weights(f"mert/{variant}", MERT_FILES[variant], "CC BY-NC 4.0"),
    )
