"""The package: its version, its examples, its types."""

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import hsr
from conftest import ROOT

MODULES = [name for _, name, _ in pkgutil.iter_modules(hsr.__path__, "hsr.") if not name.endswith("._hsr")]


def version_of(manifest):
    return re.search(r'^version = "(.+)"', manifest.read_text(), re.MULTILINE)[1]


def test_the_version_is_that_of_the_library():
    assert hsr.__version__ == version_of(ROOT / "Cargo.toml") == version_of(ROOT / "python" / "Cargo.toml")


@pytest.mark.parametrize("name", ["LICENSE-APACHE", "LICENSE-MIT"])
def test_the_licences_that_a_wheel_hands_out_are_those_of_the_library(name):
    assert (ROOT / "python" / name).read_text() == (ROOT / name).read_text()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", ["hsr", *MODULES])
def test_the_examples_run(name):
    found = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert found.failed == 0


def test_the_readme_runs():
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.testfile(str(ROOT / "python" / "README.md"), module_relative=False, optionflags=flags).failed == 0


def public():
    """Every public class and function, and every public member of a class, with its name."""
    for name in hsr.__all__:
        item = getattr(hsr, name)
        if callable(item):
            yield name, item
        for member, value in vars(item).items() if isinstance(item, type) else ():
            if not member.startswith("_") and (callable(value) or isinstance(value, (property, classmethod))):
                yield f"{name}.{member}", value


@pytest.mark.parametrize(("name", "item"), list(public()), ids=[name for name, _ in public()])
def test_what_is_public_is_documented(name, item):
    assert item.__doc__ and len(item.__doc__) > 20


def test_what_is_public_has_an_example_or_says_what_it_is_part_of():
    for name in ("bound", "oracle", "terms", "digits", "hessian", "spectrum", "check", "Network"):
        assert ">>> import hsr" in getattr(hsr, name).__doc__


@pytest.mark.parametrize("check", [["mypy"], ["mypy.stubtest", "hsr._hsr"]], ids=["mypy", "stubtest"])
def test_the_types_hold(check):
    pytest.importorskip("mypy")
    ran = subprocess.run([sys.executable, "-m", *check], cwd=Path(__file__).parents[1], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
