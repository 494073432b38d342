"""A network with data as the border takes them."""

from __future__ import annotations

from typing import Any, TypeAlias

from . import _hsr
from ._convert import FloatArray, matrix, vector
from ._network import Network
from ._targets import Labels, targets

Point: TypeAlias = "tuple[_hsr.Network, FloatArray, Labels | FloatArray, FloatArray | None]"


def point(network: Any, X: Any, y: Any, sample_weight: Any) -> Point:
    """The network, and the data as arrays of the types that the border takes."""
    if not isinstance(network, Network):
        raise TypeError(f"network is a {type(network).__name__}: an hsr.Network is needed, see Network.from_sklearn and its like")
    x = matrix(X, "X")
    found = targets(y, network.loss, network.sizes[-1], network.classes)
    weights = None if sample_weight is None else vector(sample_weight, "sample_weight", "(samples,)")
    return network._core, x, found, weights
