//! What the audit knows of an equation: its name, its closed form, and the truths that it is held against.

use super::layer_forms::Piece;
use super::{Dense, Forms, LayerDense, LayerForms, LayerMoving, Moving, Subject};
use crate::model::{Group, Shape};
use crate::number::{Arithmetic, Matrix, Smooth};
use crate::witness::{Case, LayerLoss, Loss};

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

/// All that truths see of a case, of which each is given one.
pub enum Views<'a, A: Arithmetic> {
    /// At a three-layer network.
    ThreeLayer {
        /// The loss.
        loss: Loss<'a, A>,
        /// The closed forms.
        forms: &'a Forms<A>,
    },
    /// At a network of any depth.
    AnyDepth {
        /// The loss.
        loss: LayerLoss<'a, A>,
        /// The closed forms.
        forms: &'a LayerForms<A>,
    },
}

/// The loss of a three-layer network, and its closed forms.
///
/// # Panics
/// At a network of any depth: a truth is compared where its closed form is alone.
fn three_layer<'s, 'a, A: Arithmetic>(see: &'s Views<'a, A>) -> (&'s Loss<'a, A>, &'a Forms<A>) {
    match see {
        Views::ThreeLayer { loss, forms } => (loss, forms),
        Views::AnyDepth { .. } => unreachable!("the truth of an equation of chapters 1 to 8"),
    }
}

/// The same at a network of any depth.
fn any_depth<'s, 'a, A: Arithmetic>(see: &'s Views<'a, A>) -> (&'s LayerLoss<'a, A>, &'a LayerForms<A>) {
    match see {
        Views::AnyDepth { loss, forms } => (loss, forms),
        Views::ThreeLayer { .. } => unreachable!("the truth of an equation of chapters 9 to 13"),
    }
}

/// A list of truths that grows. Its methods hand a truth the loss, a dense Hessian, or the terms of earlier chapters with a
/// derivative, and nothing else.
pub struct Checks<A: Arithmetic>(pub(super) Vec<Check<A>>);

impl<A: Arithmetic> Checks<A> {
    fn push(&mut self, equation: &'static str, against: &str, on: On, truth: Truth<A>) {
        self.0.push(Check { equation, against: against.to_string(), truth, on });
    }

    /// The last truth is evaluated there alone.
    pub fn only(&mut self, on: On) {
        if let Some(check) = self.0.last_mut() {
            check.on = on;
        }
    }

    /// Every component is a value made of the loss.
    pub fn values(&mut self, equation: &'static str, against: &str, truth: fn(&Loss<A>) -> Vec<A>) {
        self.push(equation, against, On::All, Truth::Values(Box::new(move |see| truth(three_layer(see).0))));
    }

    /// The contraction with a direction is a derivative of the loss along it.
    pub fn along(&mut self, equation: &'static str, against: &str, truth: fn(&Loss<A>, &[A]) -> A) {
        self.push(
            equation,
            against,
            On::All,
            Truth::Along(Box::new(move |see, d| truth(three_layer(see).0, d))),
        );
    }

    /// The same for directions whose entries sum to zero for each sample.
    pub fn on_simplex(&mut self, equation: &'static str, against: &str, truth: fn(&Loss<A>, &[A]) -> A) {
        self.push(
            equation,
            against,
            On::All,
            Truth::OnSimplex(Box::new(move |see, d| truth(three_layer(see).0, d))),
        );
    }

    /// The contraction from both sides is a second derivative of the loss.
    pub fn between(&mut self, equation: &'static str, against: &str, truth: fn(&Loss<A>, &[A], &[A]) -> A) {
        let truth = Truth::Between(Box::new(move |see, v, w| truth(three_layer(see).0, v, w)));
        self.push(equation, against, On::All, truth);
    }

    /// The components solve equations that are made of the loss.
    pub fn solves(&mut self, equation: &'static str, against: &str, truth: fn(&Loss<A>, &[A]) -> Sides<A>) {
        self.push(
            equation,
            against,
            On::All,
            Truth::Solves(Box::new(move |see, x| truth(three_layer(see).0, x))),
        );
    }

    /// Every component is a value made of the dense Hessian: of the one assembled from closed blocks and, on small cases, of
    /// the one that is differentiated from the loss.
    pub fn of_hessian(&mut self, equation: &'static str, what: &str, truth: fn(&Dense<A>) -> Vec<A>) {
        self.of_both(equation, what, |from| Truth::Values(Box::new(move |see| truth(&from(see)))));
    }

    /// The same for a contraction with a direction.
    pub fn along_hessian(&mut self, equation: &'static str, what: &str, truth: fn(&Dense<A>, &[A]) -> A) {
        self.of_both(equation, what, |from| Truth::Along(Box::new(move |see, d| truth(&from(see), d))));
    }

    /// The same for equations that the components solve.
    pub fn solves_hessian(
        &mut self,
        equation: &'static str,
        what: &str,
        truth: fn(&Dense<A>, &[A]) -> Sides<A>,
    ) {
        self.of_both(equation, what, |from| Truth::Solves(Box::new(move |see, x| truth(&from(see), x))));
    }

    fn of_both(&mut self, equation: &'static str, what: &str, truth: impl Fn(From<A>) -> Truth<A>) {
        let assembled: From<A> = |see| Dense::assembled(three_layer(see).1);
        let from_loss: From<A> = |see| Dense::from_loss(three_layer(see).0);
        self.push(equation, &format!("{what} of the assembled Hessian"), On::All, truth(assembled));
        self.push(equation, &format!("{what} of the Hessian of the loss"), On::Small, truth(from_loss));
    }

    /// The contraction with a direction is the derivative of a term of an earlier chapter.
    pub fn along_term(&mut self, equation: &'static str, against: &str, truth: fn(&Moving<A>, &[A]) -> A) {
        let truth = Truth::Along(Box::new(move |see, d| truth(&Moving::new(three_layer(see).1), d)));
        self.push(equation, against, On::All, truth);
    }

    /// The same for directions whose entries sum to zero for each sample.
    pub fn on_simplex_term(
        &mut self,
        equation: &'static str,
        against: &str,
        truth: fn(&Moving<A>, &[A]) -> A,
    ) {
        let truth = Truth::OnSimplex(Box::new(move |see, d| truth(&Moving::new(three_layer(see).1), d)));
        self.push(equation, against, On::All, truth);
    }

    /// Every component is a derivative of a term of an earlier chapter.
    pub fn of_term(&mut self, equation: &'static str, against: &str, truth: fn(&Moving<A>) -> Vec<A>) {
        let truth = Truth::Values(Box::new(move |see| truth(&Moving::new(three_layer(see).1))));
        self.push(equation, against, On::All, truth);
    }

    /// The components solve equations that are made of derivatives of terms.
    pub fn solves_term(
        &mut self,
        equation: &'static str,
        against: &str,
        truth: fn(&Moving<A>, &[A]) -> Sides<A>,
    ) {
        let truth = Truth::Solves(Box::new(move |see, x| truth(&Moving::new(three_layer(see).1), x)));
        self.push(equation, against, On::All, truth);
    }
}

/// The same at a network of any depth: each is handed the loss, a dense Hessian or moving terms, and nothing else.
impl<A: Arithmetic> Checks<A> {
    /// Every component is a value made of the loss.
    pub fn layer_values(
        &mut self,
        equation: &'static str,
        against: &str,
        truth: fn(&LayerLoss<A>) -> Vec<A>,
    ) {
        let truth = Truth::Values(Box::new(move |see| truth(any_depth(see).0)));
        self.push(equation, against, On::All, truth);
    }

    /// The contraction with a direction is a derivative of the loss.
    pub fn layer_along(
        &mut self,
        equation: &'static str,
        against: &str,
        truth: fn(&LayerLoss<A>, &[A]) -> A,
    ) {
        let truth = Truth::Along(Box::new(move |see, d| truth(any_depth(see).0, d)));
        self.push(equation, against, On::All, truth);
    }

    /// The contraction from both sides is a second derivative of the loss.
    pub fn layer_between(
        &mut self,
        equation: &'static str,
        against: &str,
        truth: fn(&LayerLoss<A>, &[A], &[A]) -> A,
    ) {
        let truth = Truth::Between(Box::new(move |see, v, w| truth(any_depth(see).0, v, w)));
        self.push(equation, against, On::All, truth);
    }

    /// The components solve equations that are made of the loss.
    pub fn layer_solves(
        &mut self,
        equation: &'static str,
        against: &str,
        truth: fn(&LayerLoss<A>, &[A]) -> Sides<A>,
    ) {
        let truth = Truth::Solves(Box::new(move |see, x| truth(any_depth(see).0, x)));
        self.push(equation, against, On::All, truth);
    }

    /// Every component is a value made of the dense Hessian, of the assembled one and, on small cases, of that of the loss.
    pub fn of_layer_hessian(
        &mut self,
        equation: &'static str,
        what: &str,
        truth: fn(&LayerDense<A>) -> Vec<A>,
    ) {
        self.of_both_at_any_depth(equation, what, |from| {
            Truth::Values(Box::new(move |see| truth(&from(see))))
        });
    }

    /// The same for equations that the components solve.
    pub fn solves_layer_hessian(
        &mut self,
        equation: &'static str,
        what: &str,
        truth: fn(&LayerDense<A>, &[A]) -> Sides<A>,
    ) {
        self.of_both_at_any_depth(equation, what, |from| {
            Truth::Solves(Box::new(move |see, x| truth(&from(see), x)))
        });
    }

    fn of_both_at_any_depth(
        &mut self,
        equation: &'static str,
        what: &str,
        truth: impl Fn(FromLayers<A>) -> Truth<A>,
    ) {
        let assembled: FromLayers<A> = |see| {
            let (loss, forms) = any_depth(see);
            LayerDense::assembled(forms, loss)
        };
        let from_loss: FromLayers<A> = |see| LayerDense::from_loss(any_depth(see).0);
        self.push(equation, &format!("{what} of the assembled Hessian"), On::All, truth(assembled));
        self.push(equation, &format!("{what} of the Hessian of the loss"), On::Small, truth(from_loss));
    }

    /// The contraction with a direction is the derivative of a term of an earlier chapter.
    pub fn layer_along_term(
        &mut self,
        equation: &'static str,
        against: &str,
        truth: fn(&LayerMoving<A>, &[A]) -> A,
    ) {
        let truth = Truth::Along(Box::new(move |see, d| truth(&LayerMoving::new(any_depth(see).1), d)));
        self.push(equation, against, On::All, truth);
    }

    /// The components solve equations that are made of derivatives of terms.
    pub fn layer_solves_term(
        &mut self,
        equation: &'static str,
        against: &str,
        truth: fn(&LayerMoving<A>, &[A]) -> Sides<A>,
    ) {
        let truth = Truth::Solves(Box::new(move |see, x| truth(&LayerMoving::new(any_depth(see).1), x)));
        self.push(equation, against, On::All, truth);
    }
}

/// A dense Hessian of any depth out of what is seen.
type FromLayers<A> = for<'s, 'a> fn(&'s Views<'a, A>) -> LayerDense<'s, A>;

/// A dense Hessian out of what is seen.
type From<A> = for<'s, 'a> fn(&'s Views<'a, A>) -> Dense<'s, A>;

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
