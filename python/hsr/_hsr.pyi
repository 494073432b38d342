"""The border to the library: arrays of `float64` and `int64`, and text."""

from collections.abc import Callable
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

_Floats = npt.NDArray[np.float64]
_Targets = npt.NDArray[np.int64] | npt.NDArray[np.float64]

__all__ = [
    "CheckReport",
    "Network",
    "__version__",
    "bound",
    "bound_of_sums",
    "check",
    "conform",
    "data_set",
    "hessian",
    "names",
    "oracle",
    "pair_cover",
    "panic_on_purpose",
    "partial",
    "spectrum",
]

__version__: Final[str]

@final
class Network:
    def __new__(
        cls,
        weights: list[_Floats],
        biases: list[_Floats | None],
        activations: list[str],
        loss: str,
        named: bool,
    ) -> Network: ...
    @staticmethod
    def random(
        inputs: int, widths: list[int], biases: bool, activations: list[str], loss: str, seed: int
    ) -> Network: ...
    @staticmethod
    def from_file(
        path: str, activations: list[str], loss: str, names: str | None, transposed: bool | None
    ) -> tuple[Network, list[str]]: ...
    def outputs(self, x: _Floats) -> _Floats: ...
    @property
    def weights(self) -> list[_Floats]: ...
    @property
    def biases(self) -> list[_Floats | None]: ...
    @property
    def activations(self) -> list[str]: ...
    @property
    def loss(self) -> str: ...
    @property
    def sizes(self) -> str: ...

@final
class CheckReport:
    @property
    def holds(self) -> bool: ...
    def json(self) -> str: ...
    def table(self) -> str: ...
    def junit(self) -> str: ...
    def summary(self) -> str: ...
    def html(self) -> str: ...
    def failures(self) -> list[str | None]: ...
    def counterexamples(self) -> list[dict[str, Any] | None]: ...

def bound(
    network: Network,
    x: _Floats,
    y: _Targets,
    weights: _Floats | None,
    gradients: list[str],
    units: bool,
    threads: int | None,
) -> tuple[dict[str, Any], dict[str, _Floats], dict[str, str]]: ...
def oracle(
    network: Network,
    x: _Floats,
    y: _Targets,
    weights: _Floats | None,
    spectrum: bool,
    hessian: bool,
    terms: bool,
    digits: bool,
    by_terms: bool,
    threads: int | None,
) -> tuple[dict[str, Any], list[str], dict[str, float], bool, dict[str, str], str]: ...
def partial(network: Network, x: _Floats, y: _Targets, weights: _Floats | None, threads: int) -> _Floats: ...
def bound_of_sums(network: Network, numbers: _Floats) -> tuple[dict[str, Any], dict[str, _Floats], dict[str, str]]: ...
def pair_cover(samples: int, lines: int) -> list[tuple[list[tuple[int, int]], float]]: ...
def hessian(network: Network, x: _Floats, y: _Targets, weights: _Floats | None) -> _Floats: ...
def spectrum(
    network: Network,
    x: _Floats,
    y: _Targets,
    weights: _Floats | None,
    method: str | None,
    tolerance: float,
    products: int,
    seed: int,
) -> dict[str, Any]: ...
def check(
    texts: tuple[str, str] | list[str] | None,
    only: str | None,
    points: int,
    seed: int,
    repair: bool,
    mutants: bool,
) -> CheckReport: ...
def conform(
    name: str,
    answer: Callable[[str], str],
    cases: int,
    seed: int,
    max_size: int,
    case: str | None,
    replay: str,
) -> tuple[bool, str, str, list[tuple[str, str]]]: ...
def data_set(
    name: str, standardised: bool
) -> tuple[_Floats, _Floats, list[str], list[str] | None, str]: ...
def names() -> list[str]: ...
def panic_on_purpose(brief: bool) -> None: ...
