"""What is measured on, and how this process runs there."""

import os
import pathlib
import platform
import sys

# JAX asks for its intermediates anew at each call. Under glibc these keep what is given back, instead of handing it to
# the system page by page: value and gradient at `deep-small` then take about three fifths.
KEEPS_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(16 * 2**30)}


def about(cores):
    """The processor, its vector instructions, and the versions that matter."""
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    field = lambda name: next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
    flags = field("flags").split()
    vectors = [name for name, flag in (("AVX2", "avx2"), ("AVX-512", "avx512f")) if flag in flags]
    return {
        "processor": field("model name") or platform.machine(),
        "instructions": " and ".join(vectors) or "neither AVX2 nor AVX-512",
        "cores": cores,
        "python": platform.python_version(),
    }


def begin_on(cores):
    """Starts this program anew on so many cores, with its memory kept; returns where that is so already.

    JAX and OpenBLAS take the size of their pools from the cores that the process may use when they are loaded, and glibc
    reads its environment before that.
    """
    if not hasattr(os, "sched_setaffinity"):
        raise ValueError("this system cannot bind a process to cores; the comparison needs Linux")
    available = sorted(os.sched_getaffinity(0))
    if not 1 <= cores <= len(available):
        raise ValueError(f"{cores} cores wanted, there are {len(available)}")
    if len(available) == cores and KEEPS_MEMORY.items() <= os.environ.items():
        return
    os.sched_setaffinity(0, available[:cores])
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | KEEPS_MEMORY)
