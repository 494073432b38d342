//! The dense Hessian as a truth of what is made of it.

use super::Forms;
use super::equation::rows;
use crate::model::Shape;
use crate::number::{Arithmetic, Matrix};
use crate::terms::{Curvature, hessian::*};
use crate::witness::{Loss, Part};
use std::ops::Range;

/// The Hessian at a case as a matrix of numbers, whole or of one sample: assembled from the closed blocks, which chapter 2 holds
/// against the loss one by one, or differentiated from the loss. A truth that is given one does not know which.
pub struct Dense<'a, A: Arithmetic> {
    source: Source<'a, A>,
}

enum Source<'a, A: Arithmetic> {
    Assembled(&'a Forms<A>),
    Loss(&'a Loss<'a, A>),
}

impl<'a, A: Arithmetic> Dense<'a, A> {
    /// Assembled from the closed blocks.
    pub(super) fn assembled(forms: &'a Forms<A>) -> Self {
        Dense { source: Source::Assembled(forms) }
    }

    /// Differentiated from the loss.
    pub(super) fn from_loss(loss: &'a Loss<'a, A>) -> Self {
        Dense { source: Source::Loss(loss) }
    }

    /// All of it.
    pub fn whole(&self) -> &Matrix<A> {
        match &self.source {
            Source::Assembled(forms) => forms.hessian(),
            Source::Loss(loss) => loss.hessian(),
        }
    }

    /// Sizes of network and data.
    pub fn shape(&self) -> &Shape {
        match &self.source {
            Source::Assembled(forms) => &forms.case.shape,
            Source::Loss(loss) => loss.shape(),
        }
    }

    /// The random direction of the case.
    pub fn direction(&self) -> Vec<A> {
        match &self.source {
            Source::Assembled(forms) => forms.case.direction.flat(),
            Source::Loss(loss) => loss.direction().flat(),
        }
    }

    /// The first parameter.
    pub fn first_parameter(&self) -> A {
        match &self.source {
            Source::Assembled(forms) => forms.case.network.parameters.w[(0, 0)],
            Source::Loss(loss) => loss.theta()[0],
        }
    }

    /// The indices of the hidden block, `W, b`.
    pub fn hidden(&self) -> Range<usize> {
        0..self.shape().hidden_parameters()
    }

    /// The indices of the output block, `V, c`.
    pub fn output(&self) -> Range<usize> {
        self.shape().hidden_parameters()..self.shape().parameters()
    }

    /// A diagonal block of one sample's Hessian.
    pub fn sample_diagonal(&self, n: usize, range: Range<usize>) -> Matrix<A> {
        match &self.source {
            Source::Assembled(forms) => {
                hessian(std::slice::from_ref(&forms.points[n])).view_range(range.clone(), range).into_owned()
            }
            Source::Loss(loss) => loss.sample_block(n, Part::Whole, range.clone(), range),
        }
    }

    /// One sample's block that couples `W, b` (rows) to `V, c` (columns), or a part of it.
    pub fn sample_coupling(&self, n: usize, part: Part) -> Matrix<A> {
        match &self.source {
            Source::Assembled(forms) => coupling(&forms.points[n], part),
            Source::Loss(loss) => loss.sample_block(n, part, self.hidden(), self.output()),
        }
    }

    /// A number for each compared pair of samples.
    pub fn pairs(&self, term: &dyn Fn(usize, usize) -> A) -> Vec<A> {
        let pairs = match &self.source {
            Source::Assembled(forms) => &forms.case.pairs[..],
            Source::Loss(loss) => loss.pairs(),
        };
        pairs.iter().map(|&(n, m)| term(n, m)).collect()
    }
}

/// One sample's closed block that couples `W, b` to `V, c`, or a part of it.
fn coupling<A: Arithmetic>(n: &Curvature<A>, part: Part) -> Matrix<A> {
    let pick = |gauss_newton: Matrix<A>, residual: Matrix<A>| match part {
        Part::Whole => gauss_newton + residual,
        Part::GaussNewton => gauss_newton,
        Part::Residual => residual,
    };
    let mut entries = rows(&pick(h_wv_gauss_newton(n), h_wv_residual(n)));
    if n.sample.biases {
        entries.extend(rows(&pick(h_wc_gauss_newton(n), h_wc_residual(n))));
        entries.extend(rows(&pick(h_bv_gauss_newton(n), h_bv_residual(n))));
        entries.extend(rows(&pick(h_bc_gauss_newton(n), h_bc_residual(n))));
    }
    // Only products of two such matrices are formed, so any fixed order of the entries serves.
    Matrix::from_vec(entries.len(), 1, entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Activation;
    use crate::witness::Case;

    #[test]
    fn the_coupling_of_the_samples_adds_up_to_that_of_the_batch() {
        let shape = Shape { samples: 1, inputs: 2, hidden: 2, classes: 3, biases: true };
        let forms = Forms::new(Case::<f64>::random(shape, Activation::Tanh, 3));
        let dense = Dense::assembled(&forms);
        let square = dense.sample_coupling(0, Part::Whole).norm_squared();
        let norm = dense.whole().view_range(dense.hidden(), dense.output()).norm_squared();
        approx::assert_relative_eq!(square, norm, max_relative = 1e-14);
    }

    #[test]
    fn the_hessian_of_the_loss_is_the_assembled_one() {
        let shape = Shape { samples: 2, inputs: 2, hidden: 1, classes: 3, biases: true };
        let forms = Forms::new(Case::<f64>::random(shape, Activation::Tanh, 3));
        let loss = Loss::new(&forms.case);
        let off = Dense::assembled(&forms).whole() - Dense::from_loss(&loss).whole();
        assert!(off.amax() < 1e-14);
    }
}
