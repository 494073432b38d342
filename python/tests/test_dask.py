"""The bound on a cluster of processes."""

import os
import signal
import threading
import time

import numpy as np
import pytest

import hsr

distributed = pytest.importorskip("distributed")
import hsr.dask  # noqa: E402
from test_sums import GRADIENTS, agree  # noqa: E402

# What Dask and Tornado say when workers end is not about this package.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def digits():
    return hsr.datasets.load("digits", standardised=True)


@pytest.fixture
def cluster():
    """Three processes, and a client."""
    with distributed.LocalCluster(n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        with distributed.Client(cluster) as client:
            yield cluster, client


def test_the_numbers_are_those_of_one_machine_whatever_the_number_of_workers(cluster, digits):
    cluster, client = cluster
    network = hsr.Network.random((64, 6, 10), seed=1, classes=list("abcdefghij"))
    X, y = digits.X[:400], np.array(list("abcdefghij"))[digits.y[:400]]
    right = hsr.bound(network, X, y, gradients=GRADIENTS)
    found = hsr.dask.bound(network, X, y, client=client, lines=13)
    agree(found, right)
    cluster.scale(1)
    while len(client.nthreads()) > 1:
        time.sleep(0.05)
    again = hsr.dask.bound(network, X, y, lines=13)
    assert again.ws_upper == found.ws_upper
    np.testing.assert_array_equal(again.gradient.flat, found.gradient.flat)
    weights = np.linspace(0.5, 2, len(X))
    weighted = hsr.dask.bound(network, X, y, sample_weight=weights, client=client)
    agree(weighted, hsr.bound(network, X, y, sample_weight=weights, gradients=GRADIENTS))


def test_a_worker_that_is_killed_in_the_middle_changes_nothing(cluster, digits):
    cluster, client = cluster
    network = hsr.Network.random((64, 96, 10), seed=1)
    pids = list(client.run(os.getpid).values())
    killed = []

    def kill():
        # Some parts are done, and many are not.
        while sum(state == "memory" for state in states(cluster)) < 4:
            time.sleep(0.005)
        before = states(cluster)
        os.kill(pids[0], signal.SIGKILL)
        killed.append(before)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    found = hsr.dask.bound(network, digits.X, digits.y, client=client, lines=133)
    killer.join(timeout=1)
    assert killed and any(state == "processing" for state in killed[0]), "it was over before the worker was killed"
    assert pids[0] not in client.run(os.getpid).values()
    agree(found, hsr.bound(network, digits.X, digits.y, gradients=GRADIENTS))


def states(cluster):
    """Of the parts, what the scheduler has of them."""
    tasks = list(cluster.scheduler.tasks.items())
    return [task.state for key, task in tasks if isinstance(key, tuple) and key[0] == "hsr-part"]


def test_what_does_not_fit_is_refused_before_anything_is_sent(cluster):
    _, client = cluster
    network = hsr.Network.random((4, 8, 3))
    with pytest.raises(ValueError, match="y has 2 entries but X has 3 rows|y"):
        hsr.dask.bound(network, np.ones((3, 4)), [0, 1], client=client)
    with pytest.raises(ValueError, match="lines is 0"):
        hsr.dask.bound(network, np.ones((3, 4)), [0, 1, 2], client=client, lines=0)
