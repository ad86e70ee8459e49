"""The best head of a run as what is shipped: safetensors of the head alone.

python -m ML.training.contrastive.export ML/checkpoints/latest ML/pesos/whisper_contrastive/base.safetensors
"""

import argparse
from pathlib import Path

from ML.weights.store import checkpoint_file, load_checkpoint


def export(run: Path, path: Path) -> Path:
    """Float32, as it was trained. Returns path. Raises WeightsError."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(load_checkpoint(checkpoint_file(run)), path)
    path.chmod(0o644)  # safetensors makes it private
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("run", type=Path)
    parser.add_argument("path", type=Path)
    arguments = parser.parse_args()
    print(export(arguments.run, arguments.path))
