"""ONNX Runtime on a CPU: tensors in, tensors out."""

from pathlib import Path

import onnxruntime
import torch
from onnxruntime.capi import onnxruntime_pybind11_state as state
from torch import Tensor

RUNTIME_ERRORS = (
    state.EPFail, state.Fail, state.InvalidArgument, state.InvalidGraph, state.InvalidProtobuf,
    state.NoModel, state.NoSuchFile, state.NotImplemented, state.RuntimeException,
)  # fmt: skip


class OnnxSession:
    """An ONNX file in memory; any number of threads may run it at once.

    n_threads: that one run may use.
    """

    def __init__(self, path: Path, n_threads: int):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = n_threads
        options.log_severity_level = 3  # errors
        # Threads that wait by spinning take the cores that decode.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.inputs = [each.name for each in self.session.get_inputs()]

    def run(self, features: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        arrays = (feature.contiguous().numpy() for feature in features)
        embedding, taggram = self.session.run(None, dict(zip(self.inputs, arrays, strict=True)))
        return torch.from_numpy(embedding), torch.from_numpy(taggram)
