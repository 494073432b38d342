//! Both ends of the spectrum of a symmetric operator by the thick-restart Lanczos method of K. Wu and H. Simon
//! (SIAM J. Matrix Anal. Appl. 22 (2000) 602-616), every new vector orthogonalised against all others.
//!
//! faer has a matrix-free eigensolver, which does not fit here: it finds eigenvalues of largest magnitude, so the other
//! end takes a second run on a shifted operator, and in 0.24 it does not return where the operator maps a vector of
//! its basis to zero, as the Hessian of a saturated network does.

use super::orthogonal::{parts, without};
use super::{End, Ends, SpectrumError, SpectrumSettings};
use crate::fast::product::{Then, product, view};
use crate::number::Matrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How the second look at each end converges: its value then has twice as many digits.
const SECOND_LOOK: f64 = 1e-5;

/// The unit vectors of both ends, as soon as the residual of each is within `settings.tolerance` of the largest magnitude
/// of both.
///
/// A Krylov space of one first vector holds one vector of a cluster of eigenvalues, and of eigenvalues that are apart by no
/// more than the tolerance it may settle on the wrong one, or on a mixture: the residual is small, and yet another
/// eigenvalue lies further out. So the ends are looked for once more where these two vectors are taken out, and each is
/// the better one in the plane of both.
pub(super) fn ends(
    apply: &mut impl FnMut(&[f64], &mut [f64]) -> Result<(), SpectrumError>,
    size: usize,
    settings: &SpectrumSettings,
) -> Result<Ends, SpectrumError> {
    let first = krylov_ends(apply, size, settings)?;
    // A space as large as all there is has missed nothing.
    if settings.subspace.max(FEWEST) >= size || first.products >= settings.products {
        return Ok(first);
    }
    let found = [first.smallest, first.largest];
    let mut inside = vec![0.0; size];
    let mut others = |direction: &[f64], image: &mut [f64]| {
        inside.copy_from_slice(direction);
        take_out(&mut inside, &found);
        apply(&inside, image)?;
        take_out(image, &found);
        Ok(())
    };
    let look = SpectrumSettings {
        tolerance: settings.tolerance.max(SECOND_LOOK),
        products: settings.products - first.products,
        seed: settings.seed.wrapping_add(1),
        ..settings.clone()
    };
    let second = match krylov_ends(&mut others, size, &look) {
        Ok(second) => second,
        Err(SpectrumError::NotConverged { .. }) => {
            let [smallest, largest] = found;
            return Ok(Ends { smallest, largest, products: settings.products });
        }
        Err(error) => return Err(error),
    };
    Ok(Ends {
        smallest: better(apply, &found[0], second.smallest, |new, old| new < old)?,
        largest: better(apply, &found[1], second.largest, |new, old| new > old)?,
        products: first.products + second.products + 4,
    })
}

/// Takes from a vector its part along these, of length 1.
fn take_out(vector: &mut [f64], found: &[Vec<f64>]) {
    for known in found {
        let part = dot(known, vector);
        vector.iter_mut().zip(known).for_each(|(entry, known)| *entry -= part * known);
    }
}

/// Of the plane of two vectors the one of length 1 whose Rayleigh quotient is furthest out, if that is further out than the
/// first one's; else the first.
fn better(
    apply: &mut impl FnMut(&[f64], &mut [f64]) -> Result<(), SpectrumError>,
    first: &[f64],
    mut second: Vec<f64>,
    further: impl Fn(f64, f64) -> bool,
) -> Result<Vec<f64>, SpectrumError> {
    take_out(&mut second, &[first.to_vec()]);
    let length = norm(&second);
    // What is left of a vector of length 1 that was the first one itself is rounding.
    if length < 0.5 {
        return Ok(first.to_vec());
    }
    second.iter_mut().for_each(|entry| *entry /= length);
    let (mut image, mut other) = (vec![0.0; first.len()], vec![0.0; first.len()]);
    apply(first, &mut image)?;
    apply(&second, &mut other)?;
    let (a, b, c) = (dot(first, &image), dot(&second, &image), dot(&second, &other));
    if !further(c, a) && b == 0.0 {
        return Ok(first.to_vec());
    }
    // The eigenvectors of [[a, b], [b, c]], at this angle and a right angle further.
    let angle = 0.5 * (2.0 * b).atan2(a - c);
    let at = |angle: f64| (angle.cos(), angle.sin());
    let quotient = |(x, y): (f64, f64)| a * x * x + 2.0 * b * x * y + c * y * y;
    let (one, two) = (at(angle), at(angle + std::f64::consts::FRAC_PI_2));
    let best = if further(quotient(one), quotient(two)) { one } else { two };
    if !further(quotient(best), a) {
        return Ok(first.to_vec());
    }
    Ok(first.iter().zip(&second).map(|(first, second)| best.0 * first + best.1 * second).collect())
}

/// The unit vectors whose Rayleigh quotients are the least and the largest in a Krylov space.
fn krylov_ends(
    apply: &mut impl FnMut(&[f64], &mut [f64]) -> Result<(), SpectrumError>,
    size: usize,
    settings: &SpectrumSettings,
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
    fn new(size: usize, settings: &SpectrumSettings) -> Self {
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
            let basis = &self.basis[..count * self.size];
            let part = &mut self.coefficients[..count];
            parts(basis, &self.image, part);
            without(basis, part, &mut self.image);
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

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|entry| entry * entry).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The least Rayleigh quotient that a method finds of a diagonal matrix.
    fn least(
        diagonal: &[f64],
        seed: u64,
        method: impl Fn(
            &mut dyn FnMut(&[f64], &mut [f64]) -> Result<(), SpectrumError>,
            &SpectrumSettings,
        ) -> Result<Ends, SpectrumError>,
    ) -> f64 {
        let settings = SpectrumSettings { subspace: 24, seed, ..SpectrumSettings::default() };
        let mut apply = |direction: &[f64], image: &mut [f64]| {
            image.iter_mut().zip(direction).zip(diagonal).for_each(|((out, x), value)| *out = value * x);
            Ok(())
        };
        let ends = method(&mut apply, &settings).unwrap();
        ends.smallest.iter().zip(diagonal).map(|(x, value)| x * x * value).sum()
    }

    /// Two eigenvalues apart by less than twice the tolerance, in relative terms: a space of one first vector settles on a mixture
    /// of the two, whose residual is within the tolerance.
    #[test]
    fn of_two_eigenvalues_that_are_close_the_end_is_found() {
        let mut diagonal: Vec<f64> = (0..67).map(|index| 0.035 * f64::from(index - 33)).collect();
        diagonal.extend([-1.853_431_27, -1.853_431_24, 2.0]);
        let size = diagonal.len();
        let mut missed = 0;
        for seed in 0..30 {
            let once = least(&diagonal, seed, |mut apply, settings| krylov_ends(&mut apply, size, settings));
            missed += usize::from(once > -1.853_431_27 + 1e-9);
            let twice = least(&diagonal, seed, |mut apply, settings| ends(&mut apply, size, settings));
            assert!((twice + 1.853_431_27).abs() < 1e-12, "seed {seed}: {twice:.12}");
        }
        assert!(missed > 0, "a single look finds it too, so this shows nothing");
    }

    #[test]
    fn the_better_vector_of_a_plane_is_found_and_no_other_is_taken() {
        let mut apply = |direction: &[f64], image: &mut [f64]| {
            image.copy_from_slice(&[2.0 * direction[0] + direction[1], direction[0] + 2.0 * direction[1]]);
            Ok(())
        };
        let (first, second) = (vec![1.0, 0.0], vec![0.0, 1.0]);
        let best = better(&mut apply, &first, second.clone(), |new, old| new > old).unwrap();
        assert!((best[0] - best[1]).abs() < 1e-15 && (norm(&best) - 1.0).abs() < 1e-15);
        let least = better(&mut apply, &first, second, |new, old| new < old).unwrap();
        assert!((least[0] + least[1]).abs() < 1e-15);
        assert_eq!(better(&mut apply, &first, first.clone(), |new, old| new < old).unwrap(), first);
    }
}
