"""The fixture `hsr` for pytest, and its options. `hsr` itself is imported where a test asks for it."""

from __future__ import annotations

from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("hsr", "functions against the reference of hsr")
    group.addoption("--hsr-cases", type=int, default=None, metavar="N", help="how many networks a function is asked about")
    group.addoption("--hsr-seed", type=int, default=None, metavar="SEED", help="the seed that they are drawn from")


class Hsr:
    """`hsr.testing` with the options of this run.

    Options of the command line take the place of arguments, and a failure says how to run the test again.
    """

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._request = request

    def assert_conforms(self, function: Any, quantities: Any, **settings: Any) -> None:
        """Same as `hsr.testing.assert_conforms`."""
        from hsr.testing import assert_conforms

        for name in ("cases", "seed"):
            given = self._request.config.getoption(f"--hsr-{name}")
            if given is not None:
                settings[name] = given
        cases, seed = settings.get("cases", 200), settings.get("seed", 0)
        replay = f"pytest '{self._request.node.nodeid}' --hsr-cases {cases} --hsr-seed {seed}"
        assert_conforms(function, quantities, **{"replay": replay, **settings})

    def check(self, *arguments: Any, **settings: Any) -> Any:
        """Same as `hsr.check`, and raises where a claim does not pass."""
        import hsr

        report = hsr.check(*arguments, **settings)
        report.raise_for_failures()
        return report


@pytest.fixture
def hsr(request: pytest.FixtureRequest) -> Hsr:
    """`hsr.assert_conforms` and `hsr.check` with the options `--hsr-cases` and `--hsr-seed`."""
    return Hsr(request)
