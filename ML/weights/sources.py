"""Where weights are published, and what their bytes must be where the publisher says so.

A digest that nobody has published is pinned when the file is first fetched (`ML/weights/checksums.py`).
"""

from ML.spec import HubFile, RemoteFile, Wheel

# minzwon/sota-music-tagging-models (MIT). Its larger files are Git LFS objects; this address leads to them.
SOTA_TAGGING = "https://github.com/minzwon/sota-music-tagging-models/raw/master/models"
# openai/whisper (MIT): the digest is part of the address.
OPENAI_WHISPER = "https://openaipublic.azureedge.net/main/whisper/models"
# harritaylor/torchvggish (Apache-2.0): the hex in a name is how its sha256 begins.
TORCHVGGISH = "https://github.com/harritaylor/torchvggish/releases/download/v0.1"
# m-a-p on Hugging Face (CC BY-NC 4.0), at commits of its authors.
MERT_95M = "83b4b06669fba5e8b42d98917a5c44995398c43c"
MERT_330M = "57744365a426add51b060b9b166a6f9d4fd0cafe"


def hub_file(repository: str, revision: str, name: str, sha256: str | None = None) -> HubFile:
    url = f"https://huggingface.co/{repository}/resolve/{revision}/{name}"
    return HubFile(url, sha256, repository=repository, revision=revision)


MUSICNN_FILES: dict[str, RemoteFile] = {
    "msd": RemoteFile(f"{SOTA_TAGGING}/msd/musicnn/best_model.pth"),
    "mtat": RemoteFile(
        f"{SOTA_TAGGING}/mtat/musicnn/best_model.pth",
        "690ace3bb5d49d90dd38fe3ec05a1185350b3bc3742bd7ee941f56b649b2c893",
        3_257_172,
    ),
    "jamendo": RemoteFile(
        f"{SOTA_TAGGING}/jamendo/musicnn/best_model.pth",
        "66280f4859376377c47f64313c7ac889a3201fdb06a01bf6e94ac6e619081bb5",
        3_257_168,
    ),
}

# jordipons/musicnn (ISC): the authors' own release of MusiCNN and of a VGG, as TensorFlow 1 checkpoints.
MUSICNN_WHEEL = Wheel(
    "musicnn", "0.1.0", "f38a4890c648c1ddbb141c5d96d2b0a8cfcd36746002d896989f7b88beb65cfa", 29_292_476
)

# VGG is called short-chunk CNN there. `short` has the tensors of our simple block, by name and shape, but was
# trained with max-pooling where the simple block strides: `short_res` is the network there is no doubt of.
VGG_FILES: dict[str, RemoteFile] = {
    variant: RemoteFile(f"{SOTA_TAGGING}/{variant}/short_res/best_model.pth") for variant in ("msd", "mtat")
}

WHISPER_DIGESTS: dict[str, tuple[str, int]] = {
    "base": ("ed3a0b6b1c0edf879ad9b11b1af5a0e6ab5db9205f891f668f8b0e6c6326e34e", 145_262_807),
    "small": ("9ecf779972d90ba49c06d968637d720dd632c55bbf19d441fb42bf17a411e794", 483_617_219),
    "tiny": ("65147644a518d12f04e32d6f3b26facc3f8dd46e5390956a9424a650c0ce22b9", 75_572_083),
    "medium": ("345ae4da62f9b3d59415adc60127b97c714f32e89e936602e85993674d08dcb1", 1_528_008_539),
    "base.en": ("25a8566e1d0c1e2231d1c762132cd20e0f96a85d16145c3a00adf5d1ac670ead", 145_261_783),
    "small.en": ("f953ad0fd29cacd07d5a9eda5624af0f6bcf2258be67c92b79389873d91e0872", 483_615_683),
    "tiny.en": ("d3dd57d32accea0b295c96e26691aa14d8822fac7d9d27d5dc00b4ca2826dd03", 75_571_315),
}
WHISPER_FILES: dict[str, RemoteFile] = {
    variant: RemoteFile(f"{OPENAI_WHISPER}/{sha256}/{variant}.pt", sha256, n_bytes)
    for variant, (sha256, n_bytes) in WHISPER_DIGESTS.items()
}

MERT_FILES: dict[str, tuple[RemoteFile, ...]] = {
    "95m": (
        hub_file("m-a-p/MERT-v1-95M", MERT_95M, "config.json"),
        hub_file(
            "m-a-p/MERT-v1-95M",
            MERT_95M,
            "pytorch_model.bin",
            "a2b8b747f72c06e0595aeae41ae5473f4364938c6b39b2c58be38c48e6bd3fcd",
        ),
    ),
    "330m": (
        hub_file("m-a-p/MERT-v1-330M", MERT_330M, "config.json"),
        hub_file(
            "m-a-p/MERT-v1-330M",
            MERT_330M,
            "pytorch_model.bin",
            "0c03774d821a6ad972cb48220b128a10ebea2c790116bd0fd35e5a013f8017f6",
        ),
    ),
}

VGGISH_FILE = RemoteFile(f"{TORCHVGGISH}/vggish-10086976.pth")
VGGISH_PCA_FILE = RemoteFile(f"{TORCHVGGISH}/vggish_pca_params-970ea276.pth")
