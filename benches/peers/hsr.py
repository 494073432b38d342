"""hsr itself, asked for one run a round."""

import json
import os
import subprocess

# Those that serve JAX alone: hsr asks for its memory once.
FOR_JAX = ("MALLOC_MMAP_MAX_", "MALLOC_TRIM_THRESHOLD_")


class Hsr:
    """The command `hsr` at one of the shapes, on each of these numbers of threads."""

    def __init__(self, program, shape, threads):
        self.command = [program, "bench", "--json", "--shape", shape, "--runs", "1"]
        self.command += ["--measure", "value,gradient", "--threads", ",".join(map(str, threads))]
        self.environment = {name: value for name, value in os.environ.items() if name not in FOR_JAX}

    def measure(self):
        """One run of value, and of value and gradient, on each number of threads, after calls that are not counted."""
        done = subprocess.run(self.command, env=self.environment, stdout=subprocess.PIPE, text=True, check=True)
        seconds = {}
        for row in json.loads(done.stdout)["shapes"]:
            form = f"hsr, {row['threads']} thread{'s' * (row['threads'] > 1)}"
            for quantity in ("value", "gradient"):
                seconds[form, quantity] = row[quantity]["median"]
        return seconds
