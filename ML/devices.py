"""Where networks run."""

# On a CPU two segments at once are fastest: with more, every layer's output is fresh memory that the system
# clears first.
BATCH_SEGMENTS = {"cpu": 2}
BATCH_SEGMENTS_GPU = 64


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


def batch_segments(device: str, wanted: int) -> int:
    """How many segments a network hears at once; wanted: a setting, 0 for what suits the device."""
    return wanted or BATCH_SEGMENTS.get(device, BATCH_SEGMENTS_GPU)
