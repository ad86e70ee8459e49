"""A finished run as what is shipped: float16 safetensors and a params.json that names no folder of ours.

python -m ML.training.export training_outputs/latest ML/pesos/mfcc_cnn/genres10
"""

import argparse
import json
from pathlib import Path

from ML.mfcc_params import PARAMS_NAME, find_run
from ML.training.runs import TrainingRun, save_json
from ML.weights.store import load_checkpoint

PRIVATE = ("data_dir", "mfcc_dir", "unreadable", "num_workers", "device")  # of one machine alone


def export(run: Path, folder: Path, last: bool = False) -> Path:
    """Half the size, probabilities equal to 0.001; last: of the last epoch, not of the best one.

    Returns the path of the weights.
    """
    from safetensors.torch import save_file

    weights, params = find_run(run)
    state = load_checkpoint(TrainingRun(run).last_path if last else weights)
    folder.mkdir(parents=True, exist_ok=True)
    half = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in state.items()}
    path = folder / "model.safetensors"
    save_file(half, path)
    path.chmod(0o644)  # safetensors makes it private
    values = json.loads(params.read_text())
    save_json(folder / PARAMS_NAME, {name: value for name, value in values.items() if name not in PRIVATE})
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--last", action="store_true", help="the weights of the last epoch, not of the best")
    arguments = parser.parse_args()
    print(export(arguments.run, arguments.folder, arguments.last))
