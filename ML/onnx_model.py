"""The part of a network after its front end, run by ONNX Runtime: the same answers, faster on a CPU."""

import logging
from pathlib import Path

import torch
from torch import Tensor

from ML.errors import ConfigError, RuntimeUnavailableError
from ML.onnx_export import export_once
from ML.onnx_session import RUNTIME_ERRORS, OnnxSession
from ML.torch_model import Answer, TorchModel

log = logging.getLogger(__name__)
# RuntimeError: the exporter's own are of that kind, and naming them would import all of it at every start.
LOAD_ERRORS = (*RUNTIME_ERRORS, RuntimeError, RuntimeUnavailableError, OSError, MemoryError)


class OnnxAnswer:
    """`SegmentNetwork.answer` by ONNX Runtime; after a failure, by PyTorch for good."""

    runtime = "onnxruntime"

    def __init__(self, session: OnnxSession, fallback: Answer, name: str):
        self.session: OnnxSession | None = session
        self.fallback, self.name = fallback, name

    def __call__(self, *features: Tensor) -> tuple[Tensor, Tensor]:
        session = self.session
        if session is not None:
            try:
                return session.run(features)
            except RUNTIME_ERRORS as error:
                self.session = None
                log.warning("ONNX Runtime failed with %s, PyTorch goes on: %s", self.name, one_line(error))
        return self.fallback(*features)


def use_onnx(
    model: TorchModel, window_samples: int, name: str, cache_dir: Path, n_threads: int, is_must: bool
) -> None:
    """Have ONNX Runtime answer for a model on the CPU; where it cannot, PyTorch stays and a line is logged.

    name: the model's.  is_must: raise ConfigError instead.
    """
    path = None
    try:
        path = export_once(model.network, window_samples, name, cache_dir)
        session = OnnxSession(path, n_threads or torch.get_num_threads())
    except LOAD_ERRORS as error:
        if path is not None:
            path.unlink(missing_ok=True)  # damaged on disk: the next start makes it anew
        if is_must:
            raise ConfigError(
                f"ONNX Runtime cannot run {name}: {one_line(error)}. Set RUNTIME to auto or torch."
            ) from error
        log.warning("ONNX Runtime cannot run %s, PyTorch does: %s", name, one_line(error))
        return
    model.answer = OnnxAnswer(session, model.network.answer, name)


def one_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).strip().splitlines()[0]
