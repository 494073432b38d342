"""The bound of data that one machine is too small for, on a Dask cluster.

Needs `distributed` (`pip install "hsr[dask]"`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from distributed import Client, default_client

from . import _hsr
from ._bound import Bound
from ._convert import whole
from ._network import Network
from ._points import point
from ._sums import PairSums, of_point

__all__ = ["bound"]

# So many sums are added in one task.
_AT_ONCE = 8


def bound(
    network: Network,
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    client: Client | None = None,
    lines: int | None = None,
) -> Bound:
    """Same as `hsr.bound`, but computed by the workers of a Dask cluster.

    The samples are cut into groups, and a task goes over the pairs of a few of them (`hsr.pair_cover`). The scheduler keeps all groups: what
    was on a worker that is gone is sent again, and done again by another one. The sums are added in an order that `lines` alone decides, so that the
    numbers are the same to the last bit whatever workers there are. Dask's dashboard shows the progress: tasks are called `hsr-part` and
    `hsr-add`.

    Parameters
    ----------
    network, X, y, sample_weight
        As for `hsr.bound`.
    client : distributed.Client, optional
        The cluster; the default client, if it is left out.
    lines : int, optional
        At least so many tasks go over pairs: 7, 13, 31, 57, 133 and so on. Four a thread of the workers, if it is left out: a worker
        that is slower than the others has then fewer of them. The memory that a task takes falls with the square root of this number.

    Returns
    -------
    hsr.Bound
        With the gradients of `ws_upper`, `ws_reduced`, `trace`, `trace_squared` and `loss`.

    Raises
    ------
    ValueError, TypeError, OverflowError, MemoryError
        As `hsr.bound`.
    """
    client = default_client() if client is None else client  # type: ignore[no-untyped-call]
    _, x, targets, weights = point(network, X, y, sample_weight)
    if lines is None:
        lines = max(7, 4 * sum(client.nthreads().values()))
    parts = _hsr.pair_cover(len(x), whole(lines, "lines", 1, 10**6))
    groups: dict[tuple[int, int], Any] = {}
    for pair in sorted({pair for ranges, _ in parts for pair in ranges}):
        rows = slice(*pair)
        groups[pair] = (x[rows], targets[rows], None if weights is None else weights[rows])
    # As tasks, which the scheduler does again where a worker is gone: what is scattered would be lost with it.
    data = {pair: client.submit(_sent, group, key=_key("hsr-data")) for pair, group in groups.items()}
    everywhere = client.submit(_sent, network, key=_key("hsr-data"))
    sums = [
        client.submit(_of_part, factor, everywhere, *(data[pair] for pair in ranges), key=_key("hsr-part"), retries=2)
        for ranges, factor in parts
    ]
    while len(sums) > 1:
        heaps = [sums[at : at + _AT_ONCE] for at in range(0, len(sums), _AT_ONCE)]
        sums = [client.submit(_added, heap, key=_key("hsr-add"), retries=2) for heap in heaps]
    whole_sums: PairSums = sums[0].result()
    return whole_sums.bound(network)


def _key(name: str) -> tuple[str, str]:
    """The name of a task, as no other has it."""
    return (name, np.random.default_rng().bytes(16).hex())


def _sent(anything: Any) -> Any:
    """What the scheduler has, on a worker."""
    return anything


def _of_part(factor: float, network: Network, *groups: Any) -> PairSums:
    """The sums of some groups."""
    x, targets, weights = zip(*groups)
    given = None if weights[0] is None else np.concatenate(weights)
    return factor * of_point(network, (network._core, np.concatenate(x), np.concatenate(targets), given), 1)


def _added(sums: list[PairSums]) -> PairSums:
    """All of them added up, the first one first."""
    return sum(sums[1:], sums[0])
