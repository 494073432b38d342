//! The dense Hessian of a network of any depth as a truth of what is made of it.

use super::LayerForms;
use crate::number::{Arithmetic, Matrix};
use crate::terms::layers::{layer_block_gauss_newton, layer_block_residual};
use crate::witness::{LayerLoss, Part};

/// As [`Dense`](super::Dense), for networks of any depth: assembled from the closed blocks, or differentiated from the loss. A truth that
/// is given one does not know which; that it is also handed the loss gives it sizes and random numbers.
pub struct LayerDense<'a, A: Arithmetic> {
    forms: Option<&'a LayerForms<A>>,
    loss: &'a LayerLoss<'a, A>,
}

impl<'a, A: Arithmetic> LayerDense<'a, A> {
    /// Assembled from the closed blocks.
    pub(super) fn assembled(forms: &'a LayerForms<A>, loss: &'a LayerLoss<'a, A>) -> Self {
        LayerDense { forms: Some(forms), loss }
    }

    /// Differentiated from the loss.
    pub(super) fn from_loss(loss: &'a LayerLoss<'a, A>) -> Self {
        LayerDense { forms: None, loss }
    }

    /// All of it.
    pub fn whole(&self) -> &Matrix<A> {
        match self.forms {
            Some(forms) => forms.hessian(),
            None => self.loss.hessian(),
        }
    }

    /// The loss, for sizes and random numbers.
    pub fn loss(&self) -> &'a LayerLoss<'a, A> {
        self.loss
    }

    /// The block of one sample for two layers `m >= l`, or a part of it.
    pub fn sample_block(&self, n: usize, part: Part, m: usize, l: usize) -> Matrix<A> {
        let Some(forms) = self.forms else {
            return self.loss.sample_block(n, part, self.loss.layer(m), self.loss.layer(l));
        };
        let sample = &forms.samples[n];
        match part {
            Part::Whole => layer_block_gauss_newton(sample, m, l) + layer_block_residual(sample, m, l),
            Part::GaussNewton => layer_block_gauss_newton(sample, m, l),
            Part::Residual => layer_block_residual(sample, m, l),
        }
    }
}
