//! What the audit knows of an equation: its name, its closed form, and the truths that it is held against.

use crate::model::{Group, Shape};
use crate::number::{Arithmetic, Matrix};
use crate::witness::Case;

/// An equation in the arithmetic `A`.
pub struct Equation<A: Arithmetic> {
    /// The name that its function has in `terms`, and its heading in `derivations/`.
    pub name: &'static str,
    /// Its chapter: the name of the file in `terms`.
    pub chapter: &'static str,
    /// What its components run over, the last axis fastest.
    pub axes: &'static [Axis],
    /// All components of the closed form.
    pub closed: fn(&Case<A>) -> Vec<A>,
    /// What it is held against.
    pub checks: Vec<Check<A>>,
}

/// One independent truth of an equation.
pub struct Check<A: Arithmetic> {
    /// What the truth is, in words.
    pub against: &'static str,
    /// The truth.
    pub truth: Truth<A>,
    /// Whether its cost grows so fast with the number of parameters that it runs on small cases only.
    pub small_only: bool,
}

/// How a truth is told.
pub enum Truth<A: Arithmetic> {
    /// Component by component.
    Values(fn(&Case<A>) -> Vec<A>),
    /// The components contracted with a direction: a derivative along it.
    Along(fn(&Case<A>, &[A]) -> A),
    /// The same for directions that keep probabilities on the simplex: each sample's entries sum to zero.
    OnSimplex(fn(&Case<A>, &[A]) -> A),
    /// A matrix contracted with a direction from each side.
    Between(fn(&Case<A>, &[A], &[A]) -> A),
}

/// What an index of a component runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Samples.
    Sample,
    /// The compared pairs of samples.
    Pair,
    /// Classes.
    Class,
    /// Hidden units.
    Unit,
    /// All parameters.
    Theta,
    /// The parameters of one group.
    Within(Group),
    /// A fixed number of items.
    Item(usize),
    /// Entries of a list with no structure of its own; stands alone.
    Entry,
}

impl Axis {
    fn length(self, shape: &Shape, pairs: &[(usize, usize)]) -> usize {
        match self {
            Axis::Sample => shape.samples,
            Axis::Pair => pairs.len(),
            Axis::Class => shape.classes,
            Axis::Unit => shape.hidden,
            Axis::Theta => shape.parameters(),
            Axis::Within(group) => shape.size(group),
            Axis::Item(count) => count,
            Axis::Entry => usize::MAX,
        }
    }

    fn label(self, index: usize, shape: &Shape, pairs: &[(usize, usize)]) -> String {
        match self {
            Axis::Sample => format!("sample {index}"),
            Axis::Pair => match pairs.get(index) {
                Some((n, m)) => format!("samples {n} and {m}"),
                None => format!("pair {index}"),
            },
            Axis::Class => format!("class {index}"),
            Axis::Unit => format!("unit {index}"),
            Axis::Theta => shape.parameter_name(index),
            Axis::Within(group) => shape.parameter_name(shape.offset(group) + index),
            Axis::Item(_) => format!("item {index}"),
            Axis::Entry => format!("entry {index}"),
        }
    }
}

impl<A: Arithmetic> Equation<A> {
    /// An equation without truths yet.
    pub fn new(
        chapter: &'static str,
        name: &'static str,
        axes: &'static [Axis],
        closed: fn(&Case<A>) -> Vec<A>,
    ) -> Self {
        Equation { name, chapter, axes, closed, checks: Vec::new() }
    }

    fn with(mut self, against: &'static str, truth: Truth<A>) -> Self {
        self.checks.push(Check { against, truth, small_only: false });
        self
    }

    /// Holds every component against a value.
    pub fn equals(self, against: &'static str, truth: fn(&Case<A>) -> Vec<A>) -> Self {
        self.with(against, Truth::Values(truth))
    }

    /// Holds the contraction with a direction against a derivative along it.
    pub fn along(self, against: &'static str, truth: fn(&Case<A>, &[A]) -> A) -> Self {
        self.with(against, Truth::Along(truth))
    }

    /// The same, for directions whose entries sum to zero for each sample.
    pub fn on_simplex(self, against: &'static str, truth: fn(&Case<A>, &[A]) -> A) -> Self {
        self.with(against, Truth::OnSimplex(truth))
    }

    /// Holds the contraction from both sides against a second derivative.
    pub fn between(self, against: &'static str, truth: fn(&Case<A>, &[A], &[A]) -> A) -> Self {
        self.with(against, Truth::Between(truth))
    }

    /// Restricts the last truth to small cases.
    pub fn on_small_cases(mut self) -> Self {
        if let Some(check) = self.checks.last_mut() {
            check.small_only = true;
        }
        self
    }

    fn lengths(&self, case: &Case<A>) -> Vec<usize> {
        self.axes.iter().map(|axis| axis.length(&case.shape, &case.pairs)).collect()
    }

    /// How many components there are at this case; `None` for a list without structure.
    pub fn size(&self, case: &Case<A>) -> Option<usize> {
        (self.axes != [Axis::Entry]).then(|| self.lengths(case).iter().product())
    }

    /// Length of the first axis: the rows of a matrix.
    pub fn rows(&self, case: &Case<A>) -> usize {
        self.lengths(case).first().copied().unwrap_or(1)
    }

    /// Name of a component, such as `sample 0, class 2` or `W[0,1], V[1,0]`; empty for a scalar.
    pub fn component(&self, case: &Case<A>, index: usize) -> String {
        let lengths = self.lengths(case);
        let mut rest = index;
        let mut labels = Vec::new();
        for (axis, length) in self.axes.iter().zip(&lengths).rev() {
            labels.push(axis.label(rest % length.max(&1), &case.shape, &case.pairs));
            rest /= length.max(&1);
        }
        labels.reverse();
        labels.join(", ")
    }
}

/// Entries of a matrix, row-major.
pub fn rows<A: Arithmetic>(matrix: &Matrix<A>) -> Vec<A> {
    matrix.transpose().iter().copied().collect()
}
