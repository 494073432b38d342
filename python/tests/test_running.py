"""How calls run: threads, Ctrl-C, panics, forks, memory, and what an import costs."""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import hsr
from hsr import _hsr


def resident():
    """The memory of this process, in bytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="reads what Linux says of the process")
@pytest.mark.parametrize("kind", ["bound", "errors", "network", "check"])
def test_ten_thousand_calls_leak_nothing(kind):
    network = hsr.Network.random((3, 4, 2), seed=1)
    X, y = np.ones((5, 3)), np.array([0, 1, 0, 1, 0])

    def refused():
        with pytest.raises(ValueError):
            hsr.bound(network, X[:, :2], y)

    text = "```claims\ndata x\nclaim a: x + x = 2*x\n```\n"
    calls = {
        "bound": lambda: hsr.bound(network, X, y, gradients=["ws_upper", "loss"], threads=1),
        "errors": refused,
        "network": lambda: hsr.Network(network.weights, network.biases).with_flat(network.flat),
        "check": lambda: hsr.check(text),
    }
    count = 300 if kind == "check" else 10_000
    call = calls[kind]
    for _ in range(count // 10):
        call()
    gc.collect()
    before = resident()
    for _ in range(count):
        call()
    gc.collect()
    # One array of the smallest, a hundred bytes with its head, left behind at each call would be 1 MB; the allocator keeps less.
    assert resident() - before < 0.8e6


def test_threads_of_python_get_the_answers_that_one_gets(few):
    networks = [hsr.Network.random((4, 8, 3), seed=seed) for seed in range(16)]
    right = [hsr.bound(network, *few).ws_upper for network in networks]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            assert list(pool.map(lambda network: hsr.bound(network, *few).ws_upper, networks)) == right


def test_a_call_lets_other_threads_of_python_run():
    data = hsr.datasets.load("digits", standardised=True)
    network = hsr.Network.random((64, 32, 10))
    done = threading.Event()
    ticks = []

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    started = time.perf_counter()
    hsr.spectrum(network, data.X[:600], data.y[:600])
    ended = time.perf_counter()
    done.set()
    thread.join()
    during = [at for at in ticks if started < at < ended]
    assert ended - started > 0.1, "too quick to show anything"
    # A thousand a second if nothing else ran; none if the interpreter were held.
    assert len(during) > 10 * (ended - started)


INTERRUPTED = """
    import signal, sys, time, threading, os
    import hsr, numpy as np
    # A shell starts what runs in its background with this signal ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    data = hsr.datasets.load("digits", standardised=True)
    network = hsr.Network.random((64, {widths}, 10))
    X, y = np.tile(data.X, ({times}, 1)), np.tile(data.y, {times})
    pressed = []
    def press():
        time.sleep(0.5)
        pressed.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)
    threading.Thread(target=press).start()
    try:
        {call}
    except KeyboardInterrupt:
        waited = time.perf_counter() - pressed[0]
        # What cannot be stopped goes on in a thread that nobody waits for.
        print(f"interrupted after {{waited:.3f}}", flush=True)
        os._exit(0)
    print("finished")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal as Unix does")
@pytest.mark.parametrize(
    ("widths", "times", "call"),
    [
        ("64", 20, "hsr.bound(network, X, y)"),
        ("64, 32", 8, "hsr.bound(network, X, y)"),
        ("16", 1, "hsr.digits(network, X, y)"),
        ("300", 1, "hsr.spectrum(network, X, y, method='krylov', tolerance=1e-15)"),
        ("8", 1, "hsr.check(mutants=True)"),
    ],
)
def test_ctrl_c_ends_a_call_at_once(widths, times, call):
    script = textwrap.dedent(INTERRUPTED).format(widths=widths, times=times, call=call)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert ran.stdout.startswith("interrupted after"), ran.stdout + ran.stderr
    # Asked for every 50 ms; the rest is for a machine that is busy.
    assert float(ran.stdout.split()[-1]) < 1.5


@pytest.mark.parametrize("brief", [True, False])
def test_a_panic_is_an_exception_that_says_so(brief, capfd):
    for _ in range(3):
        with pytest.raises(RuntimeError, match="a mistake in hsr: please report it. on purpose"):
            _hsr.panic_on_purpose(brief)
    # And the next call is none the worse.
    assert hsr.bound(hsr.Network.random((2, 2)), [[1, 2]], [0]).loss > 0


FORKED = """
    import multiprocessing, warnings
    # Newer versions of Python warn of any fork with threads, which is what is tried here.
    warnings.simplefilter("ignore", DeprecationWarning)
    import hsr
    iris = hsr.datasets.load("iris", standardised=True)
    network, deep = hsr.Network.random((4, 8, 3), seed=1), hsr.Network.random((4, 8, 8, 3), seed=1)

    def work(queue):
        bound = hsr.bound(network, iris.X, iris.y).ws_upper, hsr.bound(deep, iris.X, iris.y).ws_upper
        largest = hsr.spectrum(network, iris.X, iris.y).largest.value
        holds = hsr.check("```claims\\ndata x\\nclaim a: x + x = 2*x\\n```\\n").holds
        queue.put((*bound, largest, hsr.oracle(deep, iris.X, iris.y)["trace"], holds))

    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    work(queue)
    right = queue.get()
    children = [context.Process(target=work, args=(queue,)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
        assert child.exitcode == 0, "it hangs, or failed"
        assert all(abs(a - b) <= 1e-12 * abs(b) for a, b in zip(queue.get(), right))
    print("done")
"""


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="there is no fork")
def test_a_forked_process_has_threads_of_its_own():
    assert python(textwrap.dedent(FORKED)) == "done\n"


def python(script):
    """What a new interpreter prints."""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return ran.stdout


def test_an_import_brings_no_other_library_along():
    script = "import sys, numpy; before = set(sys.modules); import hsr; print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    added = set(python(script).split()) - set(sys.stdlib_module_names)
    assert added <= {"hsr", "numpy"}, added


def test_an_import_takes_little_longer_than_that_of_numpy():
    script = "import numpy, time; started = time.perf_counter(); import hsr; print(time.perf_counter() - started)"
    # The quickest of some: others ran while the machine did something else.
    assert min(float(python(script)) for _ in range(5)) < 0.05
