"""The forward pass of every network in every runtime that runs on a CPU, against eager float32 PyTorch.

    python -m benchmarks.runtimes [--weights FOLDER]

All use the same threads and the same batch of noise; random weights where there are no others, which takes as
long. Times are the best of several rounds, in which every runtime has its turn: what else the machine does
hits all alike.
"""

import argparse
import copy
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import torch
from torch import Tensor

import config
from benchmarks.report import Figure, Row, at_most_times, report
from ML import registry
from ML.errors import WeightsMissingError
from ML.inference import build
from ML.models import musicnn
from ML.onnx_export import export_once, make_example
from ML.onnx_session import OnnxSession
from ML.torch_model import SegmentNetwork
from ML.weights.store import find_weights

KEYS = ("musicnn/mtat", "whisper/base", "mfcc_cnn/genres10", "vgg/mtat", "vggish/pretrained", "mert/95m")
N_SEGMENTS = 2  # as on a CPU
N_ROUNDS = 4
Forward = Callable[..., tuple[Tensor, Tensor]]
NOTES = """
"Off" is the largest difference of an embedding from eager PyTorch's, over its largest value. ONNX Runtime is
what Melodex uses on a CPU. bf16, quick where the processor has it, is thousands of times further off.
MusiCNN is compared with its filters as published: all but "eager" apply them to spectra. OpenVINO is ahead by
some percent on some networks and behind on others: no reason for a second runtime.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--weights", type=Path, default=config.WEIGHTS_DIR, help="as WEIGHTS_DIR")
    weights = parser.parse_args().weights
    rows = (row for key in KEYS for row in measure(key, weights))
    report("runtimes", "python -m benchmarks.runtimes", rows, NOTES)


def measure(key: str, weights_dir: Path) -> Iterator[Row]:
    spec = registry.get_by_key(key)[0]
    path = None
    with suppress(WeightsMissingError):
        path = find_weights(spec, weights_dir, {})
    network = build(spec, path, "cpu").network  # type: ignore[attr-defined]
    features = make_example(network, N_SEGMENTS, spec.window_samples)
    with tempfile.TemporaryDirectory() as folder:
        forwards = prepare(network, spec.window_samples, key, Path(folder))
        if spec.name == "musicnn":  # not by spectra, which is ours
            forwards["eager"] = musicnn.load(spec, path).answer
        seconds, answers = race(forwards, features)
    baseline = Figure(1e3 * seconds["eager"] / N_SEGMENTS, "ms")
    for name in list(forwards)[1:]:
        error = float((answers[name] - answers["eager"]).abs().max() / answers["eager"].abs().max())
        ours = Figure(1e3 * seconds[name] / N_SEGMENTS, "ms", f"{error:.0e} off")
        yield Row(f"{key}, {name}", baseline, ours, at_most_times(1) if name == "ONNX Runtime" else None)


def prepare(network: SegmentNetwork, window_samples: int, key: str, folder: Path) -> dict[str, Forward]:
    exported = export_once(network, window_samples, key, folder)
    session = OnnxSession(exported, n_threads=torch.get_num_threads())
    return {
        "eager": network.answer,
        "channels last": to_channels_last(network).answer,
        "torch.compile": torch.compile(network.answer),
        "bf16": lambda *features: in_bfloat16(network, features),
        "OpenVINO": in_openvino(exported),
        "ONNX Runtime": lambda *features: session.run(features),
    }


def in_openvino(exported: Path) -> Forward:
    """float32, as quick as can be for one batch at a time."""
    import openvino

    options = {
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": torch.get_num_threads(),
        "PERFORMANCE_HINT": "LATENCY",
    }
    compiled = openvino.Core().compile_model(exported, "CPU", options)

    def forward(*features: Tensor) -> tuple[Tensor, Tensor]:
        answer = compiled([feature.numpy() for feature in features])
        return torch.from_numpy(answer[0].copy()), torch.from_numpy(answer[1].copy())

    return forward


def to_channels_last(network: SegmentNetwork) -> SegmentNetwork:
    """A copy whose weights lie that way; the convolutions then have their inputs follow."""
    return copy.deepcopy(network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def in_bfloat16(network: SegmentNetwork, features: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
    with torch.autocast("cpu", torch.bfloat16):
        embedding, taggram = network.answer(*features)
    return embedding.float(), taggram.float()


@torch.no_grad()
def race(
    forwards: dict[str, Forward], features: tuple[Tensor, ...]
) -> tuple[dict[str, float], dict[str, Tensor]]:
    """(best seconds, embeddings) by runtime."""
    answers = {name: forward(*features)[0] for name, forward in forwards.items()}  # the first run sets up
    seconds = dict.fromkeys(forwards, float("inf"))
    for _ in range(N_ROUNDS):
        for name, forward in forwards.items():
            start = time.perf_counter()
            forward(*features)
            seconds[name] = min(seconds[name], time.perf_counter() - start)
    return seconds, answers


if __name__ == "__main__":
    main()
