//! What truths see of a case, and the list that they are added to: its methods decide what each is handed.

use super::equation::{Check, On, Sides, Truth};
use super::{Dense, Forms, LayerDense, LayerForms, LayerMoving, Moving};
use crate::number::Arithmetic;
use crate::witness::{LayerLoss, Loss};

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
