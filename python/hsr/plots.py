"""Bounds, spectra and logs of training as axes of Matplotlib.

Needs Matplotlib (`pip install "hsr[matplotlib]"`). `Bound.plot` and `Spectrum.plot` are the first two functions as methods.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ._bound import Bound
    from ._spectra import Spectrum

__all__ = ["bound", "spectrum", "training"]

# The upper bounds, each with its mark.
_UPPER = {"ws_upper": "o", "ws_reduced": "s", "ws_layers": "D", "ws_hidden_units": "^", "ws_units": "v"}


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots()[1]


def bound(answer: Bound, ax: Axes | None = None) -> Axes:
    """Where the eigenvalues are: an interval for each end of the spectrum, the mean, and each upper bound as a mark.

    The largest eigenvalue lies between `ws_lower` and the least of the upper bounds, the smallest one between `lambda_min_lower` and
    `lambda_min_upper`.

    Parameters
    ----------
    answer : hsr.Bound
    ax : matplotlib.axes.Axes, optional
        New ones, if it is left out.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import hsr, hsr.plots
    >>> iris = hsr.datasets.load("iris", standardised=True)
    >>> answer = hsr.bound(hsr.Network.random((4, 8, 3)), iris.X, iris.y, units=True)
    >>> axes = answer.plot()
    """
    ax = _axes(ax)
    uppers = {name: value for name in _UPPER if (value := getattr(answer, name)) is not None}
    ends = [(answer.lambda_min_lower, answer.lambda_min_upper), (answer.ws_lower, min(uppers.values()))]
    for at, (low, high) in enumerate(ends):
        ax.plot([low, high], [at, at], linewidth=6, solid_capstyle="butt", alpha=0.4)
    for name, value in uppers.items():
        ax.plot([value], [1], _UPPER[name], label=name)
    ax.axvline(answer.mean, linestyle=":", color="grey", label="mean")
    ax.set_yticks([0, 1], ["smallest", "largest"])
    ax.set_ylim(-0.5, 1.5)
    ax.set_xlabel("eigenvalue")
    ax.legend()
    return ax


def spectrum(found: Spectrum, ax: Axes | None = None) -> Axes:
    """All eigenvalues, the largest first, on a scale that is linear within a millionth of the largest magnitude and logarithmic beyond.

    Parameters
    ----------
    found : hsr.Spectrum
        Of the dense method: of the other one only two eigenvalues are known.
    ax : matplotlib.axes.Axes, optional
        New ones, if it is left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If only the two ends are known.

    Examples
    --------
    >>> import hsr, hsr.plots
    >>> iris = hsr.datasets.load("iris", standardised=True)
    >>> axes = hsr.spectrum(hsr.Network.random((4, 8, 3)), iris.X, iris.y).plot()
    """
    if found.eigenvalues is None:
        raise ValueError("found has the two ends of the spectrum alone: ask for all of it with hsr.spectrum(..., method='dense')")
    ax = _axes(ax)
    values = found.eigenvalues[::-1]
    ax.plot(np.arange(1, len(values) + 1), values, ".")
    ax.axhline(0, linewidth=0.8, color="grey")
    ax.set_yscale("symlog", linthresh=max(1e-6 * np.abs(values).max(), np.finfo(float).tiny))
    ax.set_xlabel("rank")
    ax.set_ylabel("eigenvalue")
    return ax


def training(
    log: str | os.PathLike[str], columns: str | Sequence[str] = ("loss", "lambda_max"), ax: Axes | None = None
) -> Axes:
    """Columns of the log of `hsr train` over its steps, on a logarithmic scale where all are positive.

    Parameters
    ----------
    log : path
        `log.csv`, or the folder that it is in.
    columns : str or sequence of str
        Which columns.
    ax : matplotlib.axes.Axes, optional
        New ones, if it is left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If there is no such column; the message says which there are.
    """
    path = Path(log)
    path = path / "log.csv" if path.is_dir() else path
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        rows, known = list(reader), list(reader.fieldnames or [])
    wanted = [columns] if isinstance(columns, str) else list(columns)
    for name in ["step", *wanted]:
        if name not in known:
            raise ValueError(f"{path} has no column {name!r}: choose {', '.join(known)}")
    ax = _axes(ax)
    steps = [int(row["step"]) for row in rows]
    lowest = np.inf
    for name in wanted:
        values = np.array([float(row[name] or "nan") for row in rows])
        ax.plot(steps, values, label=name)
        lowest = min(lowest, np.nanmin(values, initial=np.inf))
    if 0 < lowest < np.inf:
        ax.set_yscale("log")
    ax.set_xlabel("step")
    ax.legend()
    return ax
