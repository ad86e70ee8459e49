"""Load a model once, embed waveforms with it.

from ML.inference import load_model
output = load_model("musicnn", "mtat").embed(waveform, sample_rate)
output.embedding, output.taggram, output.segment_embeddings, output.segment_starts
"""

import dataclasses
import importlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import config
from ML import registry
from ML.audio import Waveform, resample
from ML.devices import pick_device
from ML.errors import ModelOutputError
from ML.pipeline import Pipeline, describe_spec
from ML.segments import SegmentOutput, Segments, TrackOutput, join_outputs, pool_segments, split_segments
from ML.spec import ModelSpec
from ML.weights.checksums import check_pinned
from ML.weights.digests import CACHE_NAME, DigestCache, compute_weights_digest
from ML.weights.store import choose_release, find_weights, required_specs

log = logging.getLogger(__name__)
SegmentModel = Callable[[Segments], SegmentOutput]


class LoadedModel:
    """A model in memory: `spec` says what it is, `embed` listens to a track.

    batch_segments: segments it hears at once, fewer once a batch did not fit into the device's memory.
    """

    def __init__(
        self, spec: ModelSpec, run: SegmentModel, batch_segments: int = 0, pipeline: Pipeline | None = None
    ):
        """batch_segments 0: what suits a CPU.  pipeline: recorded with its vectors; None: unknown weights."""
        self.spec = spec
        self.run = run
        self.pipeline = pipeline or describe_spec(spec)
        self.batch_segments = batch_segments or spec.cpu_batch

    def split(self, waveform: Waveform) -> Segments:
        """The segments this model listens to, at its own sample rate."""
        return split_segments(resample(waveform, self.spec.sample_rate), self.spec.framing)

    def embed(self, samples: np.ndarray, sample_rate: int) -> TrackOutput:
        """samples: float32 mono [n_samples] at sample_rate (Hz).

        Raises AudioTooShortError for no samples, ModelOutputError for an answer that is not finite.
        """
        segments = self.split(Waveform(np.asarray(samples, dtype=np.float32), sample_rate))
        return pool_segments(self.embed_segments(segments), segments.starts, self.spec.normalise)

    def embed_segments(self, segments: Segments) -> SegmentOutput:
        """Every segment once, in batches: memory does not grow with the number of segments."""
        outputs: list[SegmentOutput] = []
        first = 0
        while first < len(segments):
            batch = segments.take(slice(first, first + self.batch_segments))
            outputs.append(self.run_batch(batch))
            first += len(batch)
        return join_outputs(outputs)

    def run_batch(self, segments: Segments) -> SegmentOutput:
        """A batch, in halves where it does not fit into the device's memory. Raises ModelOutputError."""
        output = None
        try:
            output = self.run(segments)
        except Exception as error:  # whatever a network trips over, the other tracks must go on
            if not is_out_of_memory(error) or len(segments) == 1:
                raise ModelOutputError(f"{self.spec.key} failed: {error}") from error
        if output is None:  # tried again out here: an error in hand keeps the memory that did not suffice
            self.batch_segments = min(self.batch_segments, len(segments) // 2)
            log.warning("%s: out of memory, now %d segments at once", self.spec.key, self.batch_segments)
            return self.embed_segments(segments)
        if not (np.isfinite(output.embedding).all() and np.isfinite(output.taggram).all()):
            raise ModelOutputError(f"{self.spec.key} answered with values that are not finite numbers.")
        return output


def is_out_of_memory(error: Exception) -> bool:
    import torch

    return isinstance(error, torch.OutOfMemoryError)


def load_model(
    name: str,
    variant: str | None = None,
    *,
    release: str | None = None,
    weights: Path | None = None,
    device: str | None = None,
    n_threads: int = 0,
) -> LoadedModel:
    """A model of the registry with its weights; variant None takes the model's first.

    release: of a pair with several; None takes the one in use, see `choose_release`.
    weights: a file to use instead of the one the settings point at.  device: None takes `config.DEVICE`.
    n_threads: that one call may use on a CPU; 0: as many as PyTorch.
    Raises UnknownChoiceError, WeightsMissingError, WeightsError, ConfigError.
    """
    spec = registry.get(name, variant, release)
    if release is None:
        own = {spec.name: {spec.variant: weights}} if weights else config.model_weights()
        spec = choose_release(spec, config.WEIGHTS_DIR, own)
    return load_spec(spec, weights=weights, device=device, n_threads=n_threads)


def load_spec(
    spec: ModelSpec, *, weights: Path | None = None, device: str | None = None, n_threads: int = 0
) -> LoadedModel:
    """The model of a record, in its release. Options and errors: see `load_model`."""
    spec, overrides = configured(spec), config.model_weights()
    path = weights or find_weights(spec, config.WEIGHTS_DIR, overrides)
    required = [find_weights(needed, config.WEIGHTS_DIR, overrides) for needed in required_specs(spec)[1:]]
    for file in filter(None, [path, *required]):
        check_pinned(file, config.WEIGHTS_DIR)
    device = pick_device(device or config.DEVICE)
    run = build(spec, path, device, *required)
    accelerate(run, spec, device, n_threads)
    digest = compute_weights_digest([path, *required], digest_cache())
    return LoadedModel(spec, run, pipeline=describe_spec(spec, digest, *runtime_of(run)))


def current_pipeline(spec: ModelSpec, weights_dir: Path) -> Pipeline:
    """The pipeline that `load_spec` would run, without loading it.

    Raises WeightsMissingError.
    """
    overrides = config.model_weights()
    paths = [find_weights(each, weights_dir, overrides) for each in required_specs(spec)]
    return describe_spec(configured(spec), compute_weights_digest(paths, digest_cache()))


def digest_cache() -> DigestCache:
    return DigestCache(config.ONNX_DIR / CACHE_NAME)


def runtime_of(run: SegmentModel) -> tuple[str, str]:
    """(runtime, precision) of what is no front end: ("onnxruntime", "float32")."""
    answer = getattr(run, "answer", None)
    default = "numpy" if answer is None else "torch"
    return getattr(answer, "runtime", default), getattr(answer, "precision", "float32")


def accelerate(run: SegmentModel, spec: ModelSpec, device: str, n_threads: int) -> None:
    """What makes a network faster on its device; what is no network stays as it is.

    On a CPU ONNX Runtime runs it, on an NVIDIA GPU PyTorch in half precision where that changes nothing.
    """
    if spec.weights is None:
        return  # no network: PyTorch need not be loaded to see that
    from ML.torch_model import TorchModel

    if not isinstance(run, TorchModel):
        return
    if device == "cpu" and config.RUNTIME != "torch":
        from ML.onnx_model import use_onnx

        is_must = config.RUNTIME == "onnx"
        use_onnx(run, spec.window_samples, spec.release_key, config.ONNX_DIR, n_threads, is_must)
    elif device.startswith("cuda"):
        from ML.half_precision import compute_exactly, use_half

        compute_exactly()
        if config.PRECISION == "auto":
            use_half(run, spec.sample_rate, spec.window_samples, spec.release_key)


def configured(spec: ModelSpec) -> ModelSpec:
    """The record with the settings that change what a model hears."""
    changes: dict[str, dict[str, Any]] = {
        "mert": {"segment_samples": config.MERT_WINDOW_SECONDS * spec.sample_rate},
        "vggish": {"postprocess": config.VGGISH_POSTPROCESS},
    }
    return dataclasses.replace(spec, **changes.get(spec.name, {}))


def build(spec: ModelSpec, weights_path: Path | None, device: str, *required: Path | None) -> SegmentModel:
    """required: weights of the models that `spec.requires` names."""
    module, function = spec.builder.split(":")
    return getattr(importlib.import_module(module), function)(spec, weights_path, device, *required)
