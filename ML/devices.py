"""Where networks run, and how many threads share the work."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

# Segments at once. An NVIDIA GPU is tried (ML/batch_size.py); Apple's shares its memory with everybody. On a
# CPU it is a fact of the model: with more than two, every output is memory that the system clears first.
MPS_BATCH = 32


def pick_device(device: str) -> str:
    """A device's own name; "auto" takes an NVIDIA GPU, then Apple's, then the CPU."""
    if device != "auto":
        return device
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def describe_device(device: str) -> str:
    """One line for the log; device: as `pick_device` gives it."""
    if device.startswith("cuda"):
        import torch

        return f"GPU acceleration enabled: {torch.cuda.get_device_name(device)}"
    return "GPU acceleration enabled: Apple Metal" if device == "mps" else "Running on the CPU"


@dataclass(frozen=True)
class Workers:
    """n_readers: threads that decode files, one each.  n_hearers: threads that run batches, one each."""

    n_readers: int
    n_hearers: int
    hears_on_cpu: bool = True

    @property
    def n_waiting_batches(self) -> int:
        """Reading pauses while so many wait to be heard."""
        return 2 * self.n_hearers


def share_out(device: str, n_cores: int | None = None) -> Workers:
    """On a CPU every core hears a batch of its own: no layer waits for the slowest of many threads.

    Readers run in between, and wait when they are ahead. A GPU is fed by two: one copies, one computes.
    """
    n_cores = n_cores or count_cores()
    if device == "cpu":
        return Workers(max(2, n_cores), n_cores)
    return Workers(max(2, n_cores), 2, hears_on_cpu=False)


def count_cores() -> int:
    """Cores this process may use: in a container, fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def single_threaded(workers: Workers) -> Iterator[None]:
    """While each core computes a batch, none of them starts threads for one operation.

    Networks are loaded before this: if PyTorch is not, there are none, and it is not loaded for its threads.
    """
    if not workers.hears_on_cpu:
        yield
        return
    from threadpoolctl import threadpool_limits

    torch = sys.modules.get("torch")
    n_before = torch.get_num_threads() if torch else 0
    if torch:
        torch.set_num_threads(1)
    try:
        with threadpool_limits(1, user_api="blas"):
            yield
    finally:
        if torch:
            torch.set_num_threads(n_before)
