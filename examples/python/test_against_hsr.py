"""What a user's own test suite needs: `pytest test_against_hsr.py`, with hsr on the path."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from closed_forms import ClosedForms

HSR = shutil.which("hsr") or "hsr"
PROGRAM = Path(__file__).with_name("closed_forms.py")


def test_random_networks():
    conform = [HSR, "conform", "--cases", "50", "--format", "junit", "--out", "conform.xml"]
    subprocess.run([*conform, "--", sys.executable, PROGRAM], check=True)


def test_one_network(tmp_path):
    rng, net, data, out = np.random.default_rng(0), *(tmp_path / name for name in ("net.npz", "data.npz", "out.npz"))
    W, V, X, Y = rng.normal(size=(5, 4)), rng.normal(size=(3, 5)), rng.normal(size=(8, 4)), rng.dirichlet([1, 1, 1], 8)
    np.savez(net, W=W, V=V)
    np.savez(data, X=X, Y=Y)
    oracle = [HSR, "oracle", "--network", net, "--data", data, "--activation", "tanh", "--out", out]
    subprocess.run(oracle, check=True)
    mine = ClosedForms("tanh", W, None, V, None, X, Y)
    np.testing.assert_allclose(mine.gradient, np.load(out)["gradient"], rtol=0, atol=1e-13 * abs(mine.gradient).max())
