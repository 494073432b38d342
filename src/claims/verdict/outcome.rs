//! The outcome of a check of a claim as values; the reports put it into words.

use crate::claims::language::error::Place;
use crate::claims::point::place::{Phi, Sizes};

/// The verdict on a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[non_exhaustive]
pub enum Verdict {
    /// The equality holds as real numbers: exact arithmetic says so, and floats agree.
    #[serde(rename = "proved")]
    Proved,
    /// A search for a violation found none.
    #[serde(rename = "not refuted")]
    NotRefuted,
    /// The witnesses disagree, or too little could be decided.
    #[serde(rename = "undecided")]
    Undecided,
    /// There are real numbers at which it does not hold.
    #[serde(rename = "false")]
    False,
    /// A side has no real value at any point that was tried.
    #[serde(rename = "undefined")]
    Undefined,
}

impl Verdict {
    /// The word for it in reports, such as `not refuted`.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Proved => "proved",
            Verdict::NotRefuted => "not refuted",
            Verdict::Undecided => "undecided",
            Verdict::False => "false",
            Verdict::Undefined => "undefined",
        }
    }

    /// Whether a check with this verdict passes.
    pub fn passes(self) -> bool {
        matches!(self, Verdict::Proved | Verdict::NotRefuted)
    }
}

/// The outcome of a check of a claim: the verdict with the evidence for it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// The equality holds.
    Proved(Proof),
    /// No violation was found.
    NotRefuted(Search),
    /// Neither is known.
    Undecided(Doubt),
    /// It does not hold.
    False(Counterexample),
    /// A side has no real value.
    Undefined(Undefined),
}

impl Outcome {
    /// The verdict alone.
    pub fn verdict(&self) -> Verdict {
        match self {
            Outcome::Proved(_) => Verdict::Proved,
            Outcome::NotRefuted(_) => Verdict::NotRefuted,
            Outcome::Undecided(_) => Verdict::Undecided,
            Outcome::False(_) => Verdict::False,
            Outcome::Undefined(_) => Verdict::Undefined,
        }
    }
}

/// The evidence for a proof.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Proof {
    /// The sizes for which it holds.
    pub sizes: Reach,
    /// The exact arithmetic in which both sides were equal.
    pub arithmetic: Exactness,
    /// How many random points of it decided.
    pub points: usize,
    /// A bound on the degree of the difference of the two sides, as a rational function.
    pub degree: u64,
    /// Logarithm to base 10 of a bound on the probability that two sides which differ are equal at all these points, signs
    /// of roots left aside.
    pub log10_probability: f64,
    /// The evidence for the signs of roots, where there are roots.
    pub signs: Option<Signs>,
    /// The points at which both sides agree in floats.
    pub floats: Agreement,
    /// Cases of the free indices in which neither side has a value, such as `n = m`.
    pub undefined: Vec<String>,
}

/// The sizes for which a claim is proved.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reach {
    /// Every size.
    Every,
    /// Every size up to these; and larger ones, where all entries beyond them are equal.
    UpTo(Sizes),
    /// These sizes; and every size where all entries are equal.
    At(Vec<Sizes>),
}

/// An exact arithmetic in which claims are proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Exactness {
    /// [`Field`](crate::number::Field), in which functions are symbols.
    Field,
    /// [`Chain`](crate::number::Chain), in which the exponential and the logarithm obey their laws.
    Chain,
    /// [`Ordered`](crate::number::Ordered), in which a real number beside each element says which piece of a piecewise function
    /// it is: each point speaks for a region of real numbers.
    Regions,
}

/// The evidence for the signs of roots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Signs {
    /// So many exact points, each of which sees a wrong sign with probability 1/2.
    Points(usize),
    /// Floats alone.
    Floats,
}

/// Points at which both sides agree in floats, within their rounding errors.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Agreement {
    /// How many such points there are.
    pub points: usize,
    /// The largest sizes among them.
    pub largest: Option<Sizes>,
    /// The largest relative rounding error among them: a difference below it would not have been seen.
    pub coarsest: f64,
}

/// A search for a violation of an inequality, or of a claim about eigenvalues.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Search {
    /// How many points were tried, over all scales, sizes and activations.
    pub points: usize,
    /// How many steps were taken from the worst of them.
    pub steps: usize,
    /// The largest sizes among them.
    pub largest: Sizes,
    /// The smallest distance from a violation that was found, relative to the larger side.
    pub smallest_margin: f64,
    /// Where it was found.
    #[serde(skip)]
    pub nearest: Option<Box<Counterexample>>,
}

/// Why a claim is undecided.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Doubt {
    /// Floats agree, and exact arithmetic finds a difference: it lacks a law of these functions.
    MissingLaw {
        /// The points at which both sides agree in floats.
        floats: Agreement,
        /// The functions of the claim whose laws are not all known, by their names, such as `ln`.
        functions: Vec<&'static str>,
        /// The case of the free indices.
        case: String,
    },
    /// Floats agree, but the roots exist at too few exact points.
    FewPoints {
        /// The points at which both sides agree in floats.
        floats: Agreement,
        /// How many points decided.
        points: usize,
    },
    /// Exact arithmetic finds no difference, but floats cannot confirm it: no point, or only points at which rounding errors are
    /// as large as the sides.
    Rounding {
        /// How many points were tried.
        tried: usize,
    },
    /// It needs laws of functions, and builds whole numbers from constants that are as large as the primes of the field that knows
    /// them.
    Constants {
        /// A bound on their binary digits.
        bits: f64,
    },
    /// Checking it would take about this many operations.
    TooMuchWork(f64),
    /// The quantities that it is about would have about this many entries.
    TooManyEntries(f64),
    /// No point was found at which everything holds that is assumed: the assumptions contradict each other, or cannot be solved.
    Contradiction,
}

/// Where a side has no real value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Undefined {
    /// Which side; `None` for both.
    pub side: Option<Side>,
    /// The case of the free indices, such as `n = m`.
    pub case: String,
    /// The operation that has no real value.
    pub operation: Operation,
    /// Where it stands in the file.
    pub place: Option<Place>,
}

/// One of the two sides of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The left one.
    Left,
    /// The right one.
    Right,
}

/// An operation that has no real value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// A division by zero.
    Division,
    /// The root of a negative number.
    Root,
    /// The logarithm of a number that is not positive.
    Logarithm,
    /// An overflow.
    Overflow,
    /// A derivative at a kink.
    Kink,
    /// An entry outside of the ranges of a quantity, or for which no case of its definition holds.
    Outside,
    /// A power of a number that is not positive, with an exponent that is not whole.
    Power,
    /// The inverse of a matrix that has none.
    Inverse,
    /// An entry that is defined by itself.
    Itself,
}

/// Real numbers at which a claim is false.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Counterexample {
    /// The sizes.
    pub sizes: Sizes,
    /// The function that `phi` stands for.
    pub phi: Phi,
    /// The functions that the derivation declares and the claim uses, each with what it stands for.
    pub functions: Vec<(String, String)>,
    /// The free quantities that the claim depends on, with their entries, row-major.
    pub values: Vec<(String, Vec<f64>)>,
    /// The values of the free indices, from 0.
    pub component: Vec<usize>,
    /// The value of the left side.
    pub left: f64,
    /// The value of the right side.
    pub right: f64,
    /// A bound on the rounding errors of both.
    pub error: f64,
}
