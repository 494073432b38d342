//! Both ends of the spectrum of a symmetric operator by the thick-restart Lanczos method of K. Wu and H. Simon
//! (SIAM J. Matrix Anal. Appl. 22 (2000) 602-616), every new vector orthogonalised against all others.
//!
//! faer has a matrix-free eigensolver, which does not fit here: it finds eigenvalues of largest magnitude, so the other
//! end takes a second run on a shifted operator, and in 0.24 it does not return where the operator maps a vector of
//! its basis to zero, as the Hessian of a saturated network does.

use super::{End, Ends, Settings, SpectrumError};
use crate::fast::product::{Then, View, product, view};
use crate::number::Matrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The unit vectors whose Rayleigh quotients are the least and the largest in a Krylov space, as soon as the residual
/// of each is within `settings.tolerance` of the largest magnitude of both.
pub(super) fn ends(
    apply: &mut impl FnMut(&[f64], &mut [f64]) -> Result<(), SpectrumError>,
    size: usize,
    settings: &Settings,
) -> Result<Ends, SpectrumError> {
    let mut space = Space::new(size, settings);
    let (mut kept, mut products) = (0, 0);
    loop {
        let coupling = space.extend(kept, apply)?;
        products += space.most - kept;
        let ritz = space.ritz(coupling)?;
        let last = ritz.values.len() - 1;
        let scale = ritz.values[0].abs().max(ritz.values[last].abs());
        let open = [(End::Smallest, 0), (End::Largest, last)]
            .into_iter()
            .find(|(_, index)| ritz.residuals[*index] > settings.tolerance * scale);
        let Some((end, index)) = open else {
            let (smallest, largest) = (space.combine(&ritz, 0), space.combine(&ritz, last));
            return Ok(Ends { smallest, largest, products });
        };
        if products >= settings.products {
            let (value, residual) = (ritz.values[index], ritz.residuals[index]);
            return Err(SpectrumError::NotConverged {
                end,
                value,
                residual,
                goal: settings.tolerance * scale,
                products,
            });
        }
        kept = space.restart(&ritz);
    }
}

/// An orthonormal basis, a vector a row, and the operator projected on it.
struct Space {
    size: usize,
    /// The most vectors that it has before a restart.
    most: usize,
    basis: Vec<f64>,
    projected: Matrix<f64>,
    /// The largest norm of an image so far: the scale of rounding errors.
    scale: f64,
    image: Vec<f64>,
    coefficients: Vec<f64>,
    random: ChaCha8Rng,
}

/// Eigenvalues of the projected operator, ascending, their vectors in the basis as columns, and the norms of
/// `A v - value v`.
struct Ritz {
    values: Vec<f64>,
    vectors: Matrix<f64>,
    residuals: Vec<f64>,
}

/// With fewer vectors there is nothing to restart from.
const FEWEST: usize = 8;

/// Passes of orthogonalisation: the second is enough but where a vector lies in the space up to rounding.
const PASSES: usize = 4;

impl Space {
    fn new(size: usize, settings: &Settings) -> Self {
        let most = settings.subspace.max(FEWEST).min(size);
        let mut space = Space {
            size,
            most,
            basis: vec![0.0; (most + 1) * size],
            projected: Matrix::zeros(most, most),
            scale: 0.0,
            image: vec![0.0; size],
            coefficients: vec![0.0; most],
            random: ChaCha8Rng::seed_from_u64(settings.seed),
        };
        space.append_random(0);
        space
    }

    /// Fills the basis up from `count` vectors and one more that is there. Returns the norm of what couples the space
    /// to the rest.
    fn extend(
        &mut self,
        count: usize,
        apply: &mut impl FnMut(&[f64], &mut [f64]) -> Result<(), SpectrumError>,
    ) -> Result<f64, SpectrumError> {
        let mut coupling = 0.0;
        for j in count..self.most {
            apply(&self.basis[j * self.size..(j + 1) * self.size], &mut self.image)?;
            self.scale = self.scale.max(norm(&self.image));
            let coefficients = self.orthogonalise(j + 1);
            for (i, value) in coefficients.into_iter().enumerate() {
                (self.projected[(i, j)], self.projected[(j, i)]) = (value, value);
            }
            coupling = norm(&self.image);
            if j + 1 == self.size {
                return Ok(0.0);
            }
            if coupling <= f64::EPSILON * (self.size as f64).sqrt() * self.scale {
                // The space is invariant, up to rounding: go on in a direction that it does not have.
                coupling = 0.0;
                self.append_random(j + 1);
            } else {
                self.append_image(j + 1);
            }
        }
        Ok(coupling)
    }

    /// Takes from the image its part in the first `count` vectors; returns that part's coefficients.
    fn orthogonalise(&mut self, count: usize) -> Vec<f64> {
        let mut total = vec![0.0; count];
        let mut before = norm(&self.image);
        for _ in 0..PASSES {
            let basis = view(&self.basis, count, self.size);
            let part = &mut self.coefficients[..count];
            product(part, Then::Set, 1.0, basis, View::from_column_major_slice(&self.image, self.size, 1));
            product(&mut self.image, Then::Add, -1.0, basis.transpose(), view(part, count, 1));
            total.iter_mut().zip(part.iter()).for_each(|(total, part)| *total += part);
            let after = norm(&self.image);
            if after > 0.5 * before {
                break;
            }
            before = after;
        }
        total
    }

    fn append_image(&mut self, at: usize) {
        let length = norm(&self.image);
        let row = &mut self.basis[at * self.size..(at + 1) * self.size];
        row.iter_mut().zip(&self.image).for_each(|(entry, image)| *entry = image / length);
    }

    fn append_random(&mut self, at: usize) {
        let random = &mut self.random;
        self.image.iter_mut().for_each(|entry| *entry = random.random_range(-1.0..1.0));
        if at > 0 {
            self.orthogonalise(at);
        }
        self.append_image(at);
    }

    fn ritz(&self, coupling: f64) -> Result<Ritz, SpectrumError> {
        let size = self.most;
        let sweeps = 100 * size;
        let eigen = self.projected.clone().try_symmetric_eigen(f64::EPSILON, sweeps);
        let eigen = eigen.ok_or(SpectrumError::Decomposition { size })?;
        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by(|&i, &j| eigen.eigenvalues[i].total_cmp(&eigen.eigenvalues[j]));
        let vectors = Matrix::from_fn(size, size, |row, column| eigen.eigenvectors[(row, order[column])]);
        Ok(Ritz {
            values: order.iter().map(|&i| eigen.eigenvalues[i]).collect(),
            residuals: vectors.row(size - 1).iter().map(|last| coupling * last.abs()).collect(),
            vectors,
        })
    }

    /// The vector of a Ritz value, of length 1.
    fn combine(&self, ritz: &Ritz, index: usize) -> Vec<f64> {
        let mut vector = vec![0.0; self.size];
        let coefficients: Vec<f64> = ritz.vectors.column(index).iter().copied().collect();
        let basis = view(&self.basis, self.most, self.size);
        product(&mut vector, Then::Set, 1.0, view(&coefficients, 1, self.most), basis);
        let length = norm(&vector);
        vector.iter_mut().for_each(|entry| *entry /= length);
        vector
    }

    /// Keeps a quarter of the Ritz vectors at either end, and the vector that couples the space to the rest.
    fn restart(&mut self, ritz: &Ritz) -> usize {
        let (quarter, most) = (self.most / 4, self.most);
        let kept: Vec<usize> = (0..quarter).chain(most - quarter..most).collect();
        let select: Vec<f64> = kept
            .iter()
            .flat_map(|&index| ritz.vectors.column(index).iter().copied().collect::<Vec<_>>())
            .collect();
        let mut basis = vec![0.0; self.basis.len()];
        product(
            &mut basis,
            Then::Set,
            1.0,
            view(&select, kept.len(), most),
            view(&self.basis, most, self.size),
        );
        let next = most * self.size..(most + 1) * self.size;
        basis[kept.len() * self.size..][..self.size].copy_from_slice(&self.basis[next]);
        self.basis = basis;
        self.projected.fill(0.0);
        for (at, &index) in kept.iter().enumerate() {
            self.projected[(at, at)] = ritz.values[index];
        }
        kept.len()
    }
}

fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|entry| entry * entry).sum::<f64>().sqrt()
}
