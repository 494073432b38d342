//! What the audit knows of an equation: its name, its closed form, and the truths that it is held against.

use super::layer_forms::Piece;
use super::{Checks, Forms, LayerForms, Subject, Views};
use crate::model::{Group, Shape};
use crate::number::{Arithmetic, Matrix, Smooth};
use crate::witness::Case;

/// The closed side of an equation in the arithmetic `A`. It is given the closed forms at a case and cannot reach the loss.
pub struct ClosedForm<A: Smooth> {
    /// The name that its function has in `terms`, and its heading in `derivations/`.
    pub name: &'static str,
    /// Its chapter: the name of the file in `terms`.
    pub chapter: &'static str,
    /// What the components of a three-layer network run over, the last axis fastest.
    pub axes: &'static [Axis],
    /// All its components.
    pub components: Components<A>,
}

/// How an equation gives its components.
pub enum Components<A: Smooth> {
    /// At a three-layer network: chapters 1 to 8.
    ThreeLayer(fn(&Forms<A>) -> Vec<A>),
    /// At a network of any depth, as matrices with their places: chapters 9 to 13.
    AnyDepth(fn(&LayerForms<A>) -> Vec<Piece<A>>),
}

/// An equation in the arithmetic `A`.
pub struct Equation<A: Arithmetic> {
    /// What is claimed.
    pub closed: ClosedForm<A>,
    /// What it is held against.
    pub checks: Vec<Check<A>>,
}

impl<A: Arithmetic> Equation<A> {
    /// A closed form with the truths that a function adds to a list; one truth that is of another equation is left out.
    ///
    /// ```
    /// use hsr::audit::{Axis, ClosedForm, Components, Equation};
    /// use hsr::number::Field;
    /// use hsr::terms::model::loss_gradient;
    ///
    /// let closed = ClosedForm::<Field> {
    ///     name: "loss_gradient",
    ///     chapter: "model",
    ///     axes: &[Axis::Theta],
    ///     components: Components::ThreeLayer(|forms| loss_gradient(&forms.samples, forms.v()).flat()),
    /// };
    /// let equation = Equation::new(closed, |checks| {
    ///     checks.along("loss_gradient", "the slope of the loss", |loss, d| loss.slope(d));
    /// });
    /// assert_eq!(equation.checks.len(), 1);
    /// ```
    ///
    /// A closed form that reaches for the loss does not compile, nor does a truth that reaches for a closed form:
    /// ```compile_fail,E0308
    /// use hsr::audit::{Axis, ClosedForm, Components};
    /// let closed = ClosedForm::<f64> {
    ///     name: "loss_gradient",
    ///     chapter: "model",
    ///     axes: &[Axis::Theta],
    ///     components: Components::ThreeLayer(|loss: &hsr::witness::Loss<f64>| vec![loss.slope(loss.theta())]),
    /// };
    /// ```
    /// ```compile_fail,E0599
    /// use hsr::audit::Checks;
    /// fn truths(checks: &mut Checks<f64>) {
    ///     checks.values("trace", "itself", |loss| vec![loss.moments().trace()]);
    /// }
    /// ```
    pub fn new(closed: ClosedForm<A>, truths: impl FnOnce(&mut Checks<A>)) -> Self {
        let mut checks = Checks(Vec::new());
        truths(&mut checks);
        checks.0.retain(|check| check.equation == closed.name);
        Equation { closed, checks: checks.0 }
    }
}

/// One independent truth of an equation.
pub struct Check<A: Arithmetic> {
    /// The equation.
    pub equation: &'static str,
    /// What the truth is, in words.
    pub against: String,
    /// The truth.
    pub truth: Truth<A>,
    /// Where it is evaluated.
    pub on: On,
}

/// Where a truth is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// At every case.
    All,
    /// At small cases, since its cost grows fast with the number of parameters.
    Small,
    /// In floats, since functions are symbols in the field.
    Floats,
}

/// How a truth is stated. Each is made by a method of [`Checks`], which says what it may see.
pub enum Truth<A: Arithmetic> {
    /// Component by component.
    Values(Box<Values<A>>),
    /// The components contracted with a direction: a derivative along it.
    Along(Box<Slope<A>>),
    /// The same for directions that keep probabilities on the simplex: each sample's entries sum to zero.
    OnSimplex(Box<Slope<A>>),
    /// A matrix contracted with a direction from each side.
    Between(Box<Curvature<A>>),
    /// Equations that the components solve.
    Solves(Box<Conditions<A>>),
}

/// All components.
type Values<A> = dyn Fn(&Views<A>) -> Vec<A> + Send + Sync;
/// A number for a direction.
type Slope<A> = dyn Fn(&Views<A>, &[A]) -> A + Send + Sync;
/// A number for a direction on each side.
type Curvature<A> = dyn Fn(&Views<A>, &[A], &[A]) -> A + Send + Sync;
/// Conditions on the components.
type Conditions<A> = dyn Fn(&Views<A>, &[A]) -> Sides<A> + Send + Sync;
/// Both sides of each condition.
pub type Sides<A> = Vec<(A, A)>;

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

impl<A: Smooth> ClosedForm<A> {
    /// Whether it is of networks of any depth, and not of the three-layer network.
    pub fn is_of_any_depth(&self) -> bool {
        matches!(self.components, Components::AnyDepth(_))
    }

    /// All its components at a network with data, where it is one that the equation is of.
    pub fn at(&self, subject: &Subject<A>) -> Option<Vec<A>> {
        match self.components {
            Components::ThreeLayer(of) => subject.three_layer.as_ref().map(of),
            Components::AnyDepth(of) => {
                let pieces = of(subject.layers.as_ref()?);
                Some(pieces.iter().flat_map(|piece| rows(&piece.entries)).collect())
            }
        }
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
pub(super) fn rows<A: Smooth>(matrix: &Matrix<A>) -> Vec<A> {
    matrix.transpose().as_slice().to_vec()
}
