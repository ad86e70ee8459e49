"""Numerical tests as on other processors: `make test-isa`, a part of `make check`.

Libraries choose their code by what the processor can do and so round differently on each. Their own switches
make this machine compute as an older one does. ONNX Runtime has none, so PyTorch runs the networks here.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CAPS = {
    "AVX2": {
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "FAISS_OPT_LEVEL": "avx2",
        "OPENBLAS_CORETYPE": "Haswell",
    },
    "SSE4": {
        "ATEN_CPU_CAPABILITY": "default",
        "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "FAISS_OPT_LEVEL": "generic",
        "OPENBLAS_CORETYPE": "Haswell",
        "NUMBA_CPU_NAME": "nehalem",
    },
}
KEPT = ("OPENBLAS_CORETYPE",)  # where it is set, a machine needs the value it has


def capped(name: str) -> dict[str, str]:
    """The environment of a process whose libraries use no more than these instructions."""
    kept = {variable: os.environ[variable] for variable in KEPT if variable in os.environ}
    return {**os.environ, **CAPS[name], **kept, "OMP_NUM_THREADS": "1", "MELODEX_RUNTIME": "torch"}


def start_capped(name: str, arguments: list[str]) -> subprocess.Popen:
    """One process for a cap, which imports and compiles once."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "numerical", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, env=capped(name), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def run_capped(names: list[str], arguments: list[str]) -> int:
    """All caps at once. Returns the worst status."""
    started = {name: start_capped(name, arguments) for name in names}
    for name, process in started.items():
        output, _ = process.communicate()
        print(f"Numerical tests with no more than {name}\n{output}", flush=True)
    return max(process.returncode for process in started.values())


def caps_something(name: str) -> bool:
    """Most processors without AVX-512 have AVX2 and no more."""
    info = Path("/proc/cpuinfo")
    return name != "AVX2" or (info.exists() and "avx512f" in info.read_text())


if __name__ == "__main__":
    sys.exit(run_capped([name for name in CAPS if caps_something(name)], sys.argv[1:]))
