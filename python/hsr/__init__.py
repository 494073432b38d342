"""Bounds on the curvature of neural networks, their gradients in closed form, and derivations that are checked.

Arrays go in and answers come out:

>>> import hsr
>>> iris = hsr.datasets.load("iris", standardised=True)
>>> network = hsr.Network.random((4, 8, 3), seed=1)
>>> answer = hsr.bound(network, iris.X, iris.y)
>>> largest = hsr.spectrum(network, iris.X, iris.y).largest.value
>>> answer.ws_lower <= largest <= answer.ws_layers <= answer.ws_upper
True
>>> answer.gradient.weights[0].shape
(8, 4)

========================  ======================================================================
`Network`                 weights, biases, activations and the loss; from arrays, scikit-learn,
                          PyTorch and files
`bound`                   loss, traces, bounds on the largest eigenvalue, and their gradients
`spectrum`, `hessian`     the eigenvalues themselves, and the matrix
`oracle`                  the reference answer, with the digits of each number that are right
`terms`, `digits`         its single terms, and a count of the right digits at 106 bits
`check`                   the claims of a derivation, each proved or refuted
`partial`, `pair_cover`   sums over parts of the data, which add up to the whole
`datasets`                five data sets that come along
========================  ======================================================================

Importing it needs NumPy and nothing else. What works together with other libraries is in modules of its own, which are imported by
name: `hsr.testing` holds a function of your own against the reference, `hsr.jax` has the bound as a function of JAX, `hsr.dask` the
bound by the workers of a cluster, and `hsr.plots` pictures.
"""

from . import datasets
from ._bound import Bound, NoGradientError, bound
from ._claims import Claim, ClaimsFailed, Counterexample, Report, check
from ._hsr import __version__
from ._network import Network
from ._oracle import Answer, digits, oracle, terms
from ._parameters import Parameters
from ._spectra import Eigenpair, Spectrum, hessian, spectrum
from ._sums import PairSums, pair_cover, partial

__all__ = [
    "Answer",
    "Bound",
    "Claim",
    "ClaimsFailed",
    "Counterexample",
    "Eigenpair",
    "Network",
    "NoGradientError",
    "PairSums",
    "Parameters",
    "Report",
    "Spectrum",
    "__version__",
    "bound",
    "check",
    "datasets",
    "digits",
    "hessian",
    "oracle",
    "pair_cover",
    "partial",
    "spectrum",
    "terms",
]
