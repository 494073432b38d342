"""Derivations written as text: their claims, each proved or refuted."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import _hsr
from ._convert import FloatArray, whole


class ClaimsFailed(AssertionError):
    """A claim is false, undecided or undefined; the message has what `hsr check` prints of each such claim.

    Attributes
    ----------
    report : Report
        The whole report.
    """

    def __init__(self, report: Report) -> None:
        failures = [claim.failure for claim in report.claims if claim.failure is not None]
        super().__init__("\n".join(["", *failures, report.summary]))
        self.report = report

    def __reduce__(self) -> tuple[Any, ...]:
        return (ClaimsFailed, (self.report,))


@dataclass(frozen=True, eq=False)
class Counterexample:
    """The smallest sizes and numbers that were found at which a claim is false."""

    sizes: Mapping[str, int | None]
    """The sizes by their names, such as `{"N": 1, "d": 1, "h": 1, "C": 2}`."""
    values: Mapping[str, float | FloatArray]
    """The free quantities that the claim depends on, arrays of the shape that the derivation declares."""
    component: tuple[int, ...]
    """The values of the free indices of the claim, from 0."""
    left: float
    """The value of the left side."""
    right: float
    """The value of the right side."""
    error: float
    """A bound on the rounding errors of both."""
    phi: str
    """The function that `phi` stands for."""
    functions: Mapping[str, str]
    """The functions that the derivation declares, and what they stand for."""


@dataclass(frozen=True, eq=False)
class Claim:
    """A claim, and the verdict on it."""

    name: str
    """Its name."""
    file: str
    """The file that it stands in."""
    text: str
    """The claim as it is written."""
    verdict: str
    """`proved`, `not refuted`, `undecided`, `false` or `undefined`."""
    evidence: str
    """The evidence for the verdict, in a line."""
    proof: Mapping[str, Any] | None
    """The evidence for a proof as values: sizes, points, degree, `log10_probability` and so on."""
    counterexample: Counterexample | None
    """Numbers at which it is false, if it is."""
    relation: str | None
    """How the two sides of a false equality are related, where that is simple."""
    repairs: tuple[str, ...]
    """The nearest true right sides of a false equality, each with what was edited."""
    helpful: tuple[str, ...]
    """Usual assumptions, each of which would make it true."""
    unneeded: tuple[str, ...]
    """Assumptions without which it is proved all the same."""
    failure: str | None
    """All that is known of a claim that does not pass, as `hsr check` prints it."""
    seconds: float
    """How long its check took."""

    @property
    def passes(self) -> bool:
        """Whether it is proved or not refuted."""
        return self.failure is None


class Report:
    """The verdicts on the claims of a derivation. In a notebook it shows itself as a page, with the formulas typeset.

    Attributes
    ----------
    claims : tuple of Claim
        In the order of the text.
    holds : bool
        Whether each of them passes, and no small edit of a true one does, if edits were asked for.
    summary : str
        The report in a line.
    """

    def __init__(self, core: _hsr.CheckReport) -> None:
        self._core: _hsr.CheckReport | None = core
        self._json, self._table = core.json(), core.table()
        self._html: str | None = None
        self.holds, self.summary = core.holds, core.summary()
        found = zip(self.to_dict()["claims"], core.failures(), core.counterexamples())
        self.claims = tuple(_claim(*claim) for claim in found)

    def __getitem__(self, name: str) -> Claim:
        for claim in self.claims:
            if claim.name == name:
                return claim
        raise KeyError(f"no claim is named {name!r}: there are {', '.join(claim.name for claim in self.claims)}")

    def __iter__(self) -> Iterator[Claim]:
        return iter(self.claims)

    def __len__(self) -> int:
        return len(self.claims)

    def __bool__(self) -> bool:
        """Whether it holds."""
        return self.holds

    def raise_for_failures(self) -> None:
        """Raises `ClaimsFailed`, which is an `AssertionError`, unless every claim passes."""
        if not self.holds:
            raise ClaimsFailed(self)

    def table(self) -> str:
        """The report as `hsr check` prints it."""
        return self._table

    def to_dict(self) -> dict[str, Any]:
        """The report as `hsr check --format json` has it."""
        import json

        found: dict[str, Any] = json.loads(self._json)
        return found

    def html(self) -> str:
        """The report as a page of its own: the text, its formulas typeset, and the verdict on each claim."""
        if self._html is None and self._core is not None:
            self._html = self._core.html()
        return self._html or ""

    def _repr_html_(self) -> str:
        from html import escape

        # In a frame, so that the page's style and the notebook's leave each other alone.
        page = escape(self.html(), quote=True)
        return f'<iframe srcdoc="{page}" title="hsr check" style="width: 100%; height: 40em; border: 1px solid #8888"></iframe>'

    def __repr__(self) -> str:
        return f"<hsr.Report {self.summary}>"

    def __getstate__(self) -> dict[str, Any]:
        self.html()
        return {**self.__dict__, "_core": None}

    def __copy__(self) -> Report:
        return self

    def __deepcopy__(self, memo: Any) -> Report:
        return self


def _claim(values: dict[str, Any], failure: str | None, counterexample: dict[str, Any] | None) -> Claim:
    words = values["failure"] or {}
    at = None
    if counterexample is not None:
        at = Counterexample(
            **{
                **counterexample,
                "component": tuple(counterexample["component"]),
                "functions": dict(counterexample["functions"]),
            }
        )
    return Claim(
        **{name: values[name] for name in ("name", "file", "text", "verdict", "evidence", "proof", "seconds")},
        counterexample=at,
        relation=words.get("relation"),
        repairs=tuple(words.get("repairs", ())),
        helpful=tuple(words.get("helpful", ())),
        unneeded=tuple(values["unneeded"]),
        failure=failure,
    )


def check(
    text_or_path: str | os.PathLike[str] | None = None,
    *,
    only: str | None = None,
    points: int = 1,
    seed: int = 0,
    repair: bool = True,
    mutants: bool = False,
) -> Report:
    """Checks the claims of a derivation: each is proved, refuted by numbers, or left undecided with a reason.

    Parameters
    ----------
    text_or_path : str or path, optional
        The text itself, if it has more than one line, or else the path of a Markdown file. Left out, the chapters and variants that come
        with hsr are checked.
    only : str, optional
        Checks only the claim with this name.
    points : int
        Random points of exact arithmetic at each size, at least.
    seed : int
        The seed of everything random.
    repair : bool
        Whether to search for the true line nearest to a false one.
    mutants : bool
        Whether to make every small edit of every true claim, and to check that each is rejected.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        If the text does not follow the grammar; the message shows the place. If it holds no claim, or none of the name `only`.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import hsr
    >>> report = hsr.check('''
    ... ```claims
    ... parameter V[C,h]
    ... claim slope: d(V[k,i]^2)/d V[k,i] = 3*V[k,i]
    ... ```
    ... ''')
    >>> report["slope"].verdict
    'false'
    >>> report["slope"].repairs
    ('2*V[k,i] (2 for 3)',)
    >>> report["slope"].counterexample.values["V"].shape
    (2, 1)
    """
    texts: tuple[str, str] | list[str] | None
    if text_or_path is None:
        texts = None
    elif isinstance(text_or_path, str) and "\n" in text_or_path:
        texts = ("text", text_or_path)
    else:
        path = os.fspath(text_or_path)
        # Python has exceptions of its own for a file that is missing or must not be read.
        with open(path, "rb"):
            pass
        texts = [path]
    if only is not None and not isinstance(only, str):
        raise TypeError(f"only is {only!r}: the name of a claim is needed")
    limits = (whole(points, "points", 1, 100_000), whole(seed, "seed", 0, 2**64 - 1))
    report = Report(_hsr.check(texts, only, *limits, bool(repair), bool(mutants)))
    if only is not None and not report.claims:
        raise ValueError(f"no claim is named {only!r} in this derivation")
    return report
