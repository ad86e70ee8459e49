"""Networks as ONNX files: exported once a model, kept until its weights, its code or a library changes."""

import hashlib
import inspect
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import metadata
from pathlib import Path

import torch
from torch import Tensor, nn

from ML.errors import RuntimeUnavailableError
from ML.onnx_session import OnnxSession
from ML.torch_model import SegmentNetwork
from ML.weights.checksums import lock
from ML.whole_files import put_in_place

log = logging.getLogger(__name__)
OPSET = 20
LIBRARIES = ("torch", "onnx", "onnxscript")  # what else decides how the file comes out
TOLERANCE = 1e-4  # of the largest value: beyond it the file is another network
N_EXAMPLE, N_CHECK = 2, 3  # segments: what the file took for fixed fails the check
TALKATIVE = ("torch.onnx", "onnx_ir", "onnxscript")  # loggers that tell of optional packages and every step


class AnswerOnly(nn.Module):
    """What is exported: all but the front end."""

    def __init__(self, network: SegmentNetwork):
        super().__init__()
        self.network = network

    def forward(self, *features: Tensor) -> tuple[Tensor, Tensor]:
        return self.network.answer(*features)


def export_once(network: SegmentNetwork, window_samples: int, name: str, cache_dir: Path) -> Path:
    """The ONNX file of `network.answer`, made when it is not there; safe between processes.

    name: the model's with its release, one file is kept for each.  Raises RuntimeUnavailableError, OSError.
    """
    stem = name.replace("/", "--")
    path = cache_dir / f"{stem}-{fingerprint(network)}.onnx"
    with lock(cache_dir, stem):
        if not path.exists():
            log.info("Preparing %s for ONNX Runtime, once", name)
            export(network, window_samples, path)
            pair = stem.split("@")[0]  # files of versions that knew no releases
            older = {*cache_dir.glob(f"{stem}-*.onnx"), *cache_dir.glob(f"{pair}-*.onnx")} - {path}
            for file in older:
                file.unlink(missing_ok=True)
    return path


def fingerprint(network: SegmentNetwork) -> str:
    """Of the weights, of the code that computes with them, and of what exports it."""
    digest = hashlib.blake2b(digest_size=12)
    digest.update(repr(network).encode())
    for name, tensor in network.state_dict().items():
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.contiguous().numpy().reshape(-1).view("uint8").data)
    for source in sorted({inspect.getfile(type(module)) for module in network.modules()}):
        digest.update(Path(source).read_bytes())
    versions = " ".join(f"{library} {metadata.version(library)}" for library in LIBRARIES)
    digest.update(f"opset {OPSET} {versions}".encode())
    return digest.hexdigest()


def export(network: SegmentNetwork, window_samples: int, path: Path) -> None:
    """Written and checked under another name, then renamed: a file that is there is whole and right."""
    put_in_place(path, partial(write_checked, network, window_samples))


def write_checked(network: SegmentNetwork, window_samples: int, path: Path) -> None:
    example = make_example(network, N_EXAMPLE, window_samples)
    with quiet():
        torch.onnx.export(
            AnswerOnly(network), example, path, opset_version=OPSET, external_data=False,
            dynamo=True, dynamic_shapes=(tuple(varying_axes(network, each) for each in example),),
            verbose=False,
        )  # fmt: skip
    n_samples = window_samples if network.min_samples is None else window_samples // 2
    check(network, make_example(network, N_CHECK, n_samples), path)


def make_example(network: SegmentNetwork, n_segments: int, n_samples: int) -> tuple[Tensor, ...]:
    """Features of noise that fills the segments."""
    noise = torch.randn((n_segments, n_samples), generator=torch.Generator().manual_seed(n_segments))
    with torch.no_grad():
        return network.listen(0.1 * noise, torch.full((n_segments,), n_samples))


def varying_axes(network: SegmentNetwork, feature: Tensor) -> dict[int, object]:
    """The number of segments, and the samples of a network that hears each length as it is."""
    axes = [0] if network.min_samples is None else range(feature.dim())
    return dict.fromkeys(axes, torch.export.Dim.DYNAMIC)


def check(network: SegmentNetwork, features: tuple[Tensor, ...], path: Path) -> None:
    """Raises RuntimeUnavailableError when the file answers otherwise than the network."""
    with torch.no_grad():
        expected = network.answer(*features)
    for theirs, ours in zip(expected, OnnxSession(path, n_threads=1).run(features), strict=True):
        error = float((theirs - ours).abs().max() / theirs.abs().max().clamp(min=TOLERANCE))
        if not error < TOLERANCE:
            raise RuntimeUnavailableError(f"exported, it answers {error:.1e} of the largest value off")


@contextmanager
def quiet() -> Iterator[None]:
    """Nothing of the exporter's talk but errors."""
    loggers = [logging.getLogger(name) for name in TALKATIVE]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
