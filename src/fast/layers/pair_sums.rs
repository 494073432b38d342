//! What parts of the data give to loss, moments and their gradients, to be added up.

use super::{LayerMoments, LayerObjective, LayerPlan, LayerValues, LayerWorkspace, NoLayerGradient};
use crate::fast::{FastError, Watcher};
use crate::model::{Batch, Loss, Network};
use crate::terms::OutputLoss;
use crate::terms::bound::{mean as average, spread, ws_upper};
use crate::terms::bound_gradient::NoGradient;
use crate::terms::layer_gradient::slopes;

/// Sums over samples, and over pairs of samples, of one part of the data: a function of the network and that part alone, which may be
/// computed anywhere. With the factors of a [`PairCover`](super::PairCover) its parts add up, in any order, to what the whole has.
///
/// ```
/// use hsr::fast::{LayerObjective, LayerPlan, LayerWorkspace, PairCover, PairSums};
/// use hsr::model::{Activation, Batch, Layer, Layers, Loss, Network};
/// use hsr::number::Matrix;
/// use nalgebra::dmatrix;
/// let layers = [dmatrix![0.3, -0.2; 0.1, 0.4], dmatrix![0.5, -0.3]].map(|w| Layer { w, b: None });
/// let network = Network::new(Layers(layers.into()), vec![Activation::Tanh])?;
/// let x = Matrix::from_fn(20, 2, |n, l| (n as f64 * 0.3 + l as f64).sin());
/// let batch = Batch::for_loss(x.clone(), x.columns(0, 1).into_owned(), Loss::Squared)?;
///
/// let mut whole = PairSums::zero(&network, Loss::Squared);
/// for part in PairCover::new(batch.samples(), 7).parts().iter().rev() {
///     let sums = PairSums::of(&network, Loss::Squared, &batch.select(&part.samples()), 1, &|_, _| true)?;
///     whole.add(part.factor, &sums)?;
/// }
/// let gradient = whole.gradient(LayerObjective::Upper)?;
///
/// let plan = LayerPlan::new(&network.architecture(), Loss::Squared, batch.samples(), 1, false)?;
/// let mut workspace = LayerWorkspace::new(plan);
/// let loss = workspace.differentiate(&network, &batch)?.loss;
/// let mut right = vec![0.0; gradient.len()];
/// workspace.gradient(&network, &batch, 0.0, Some((LayerObjective::Upper, 1.0)), &mut right)?;
/// assert!((whole.values().loss - loss).abs() < 1e-14);
/// assert!(gradient.iter().zip(&right).all(|(entry, right)| (entry - right).abs() < 1e-13));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PairSums {
    /// How many samples there are.
    samples: f64,
    /// What they count together: their number, or the sum of their weights.
    weight: f64,
    loss: f64,
    /// Traces are summed over samples, squared norms over pairs.
    layers: LayerMoments,
    /// Of the loss, of the trace and of the squared trace.
    gradients: [Vec<f64>; 3],
}

impl PairSums {
    /// The sums over no sample.
    pub fn zero(network: &Network<f64>, loss: Loss) -> Self {
        let architecture = network.architecture();
        let (layers, parameters) = (architecture.layers(), architecture.parameters());
        let layers = LayerMoments {
            architecture,
            ignores_shifts: loss.ignores_shifts(),
            trace: vec![0.0; layers],
            squared: (0..layers).map(|m| vec![0.0; m + 1]).collect(),
        };
        PairSums {
            samples: 0.0,
            weight: 0.0,
            loss: 0.0,
            layers,
            gradients: [(); 3].map(|()| vec![0.0; parameters]),
        }
    }

    /// The sums over the samples of a batch and over their pairs, on so many threads; the watcher sees how many tiles are done, and
    /// may stop it.
    ///
    /// # Errors
    /// [`FastError`] for a network and data that do not fit together, for a batch that does not fit into memory, or where the watcher
    /// stops it.
    pub fn of(
        network: &Network<f64>,
        loss: Loss,
        batch: &Batch<f64>,
        threads: usize,
        watcher: Watcher,
    ) -> Result<Self, FastError> {
        network.check_fit(batch, loss)?;
        let plan = LayerPlan::new(&network.architecture(), loss, batch.samples(), threads, false)?;
        let mut workspace = LayerWorkspace::new(plan);
        let values = workspace.differentiate_watched(network, batch, watcher)?.clone();
        let mut sums = PairSums { loss: values.loss, layers: values.layers, ..PairSums::zero(network, loss) };
        let wanted = [
            (1.0, None),
            (0.0, Some((LayerObjective::Trace, 1.0))),
            (0.0, Some((LayerObjective::TraceSquared, 1.0))),
        ];
        for (out, (loss, objective)) in sums.gradients.iter_mut().zip(wanted) {
            workspace.gradient(network, batch, loss, objective, out)?;
        }
        sums.samples = batch.samples() as f64;
        let weight = batch.weights.as_ref().map_or(sums.samples, |weights| weights.sum());
        sums.weight = 1.0;
        sums.scale(weight);
        Ok(sums)
    }

    /// Multiplies every weight of a sample by a factor: its square is that of a pair.
    fn scale(&mut self, factor: f64) {
        let PairSums { weight, loss, layers, gradients: [by_loss, by_trace, by_squared], .. } = self;
        let singles = [weight, loss].into_iter().chain(&mut layers.trace).chain(by_loss).chain(by_trace);
        singles.for_each(|sum| *sum *= factor);
        let pairs = layers.squared.iter_mut().flatten().chain(by_squared);
        pairs.for_each(|sum| *sum *= factor * factor);
    }

    /// Adds those of another part, so many times.
    ///
    /// # Errors
    /// [`FastError::Architecture`] for a part that belongs to a network of other sizes.
    pub fn add(&mut self, factor: f64, other: &PairSums) -> Result<(), FastError> {
        if self.layers.architecture != other.layers.architecture {
            return Err(FastError::Architecture {
                expected: self.layers.architecture.to_string(),
                found: other.layers.architecture.to_string(),
            });
        }
        let more = other.numbers();
        self.entries().zip(more).for_each(|(sum, more)| *sum += factor * more);
        Ok(())
    }

    /// All of it as numbers, to be sent somewhere else: samples, weight, loss, traces and squared norms by layers, and the three
    /// gradients.
    pub fn numbers(&self) -> Vec<f64> {
        // A copy, so that the order of the entries is written down once.
        self.clone().entries().map(|entry| *entry).collect()
    }

    /// Makes them of [`numbers`](PairSums::numbers) again, for the same network and loss.
    ///
    /// # Errors
    /// [`FastError::Buffer`] for another number of them.
    pub fn from_numbers(network: &Network<f64>, loss: Loss, numbers: &[f64]) -> Result<Self, FastError> {
        let mut sums = PairSums::zero(network, loss);
        let expected = sums.entries().count();
        if numbers.len() != expected {
            return Err(FastError::Buffer { expected, found: numbers.len() });
        }
        sums.entries().zip(numbers).for_each(|(entry, number)| *entry = *number);
        Ok(sums)
    }

    fn entries(&mut self) -> impl Iterator<Item = &mut f64> {
        let PairSums { samples, weight, loss, layers, gradients } = self;
        let moments = layers.trace.iter_mut().chain(layers.squared.iter_mut().flatten());
        [samples, weight, loss].into_iter().chain(moments).chain(gradients.iter_mut().flatten())
    }

    /// How many samples there are.
    pub fn samples(&self) -> f64 {
        self.samples
    }

    /// The loss and the moments, means over the samples and over their pairs; NaN where there are none.
    pub fn values(&self) -> LayerValues {
        let mean = self.mean();
        LayerValues { loss: mean.loss, layers: mean.layers, units: None }
    }

    /// The gradient of the loss, a mean over the samples: order `W1, b1, W2, ..`, row-major.
    pub fn loss_gradient(&self) -> Vec<f64> {
        let [by_loss, ..] = self.mean().gradients;
        by_loss
    }

    fn mean(&self) -> PairSums {
        let mut mean = self.clone();
        mean.scale(1.0 / self.weight);
        mean
    }

    /// The gradient of an objective that is a function of `T` and `Q`: order `W1, b1, W2, ..`, row-major.
    ///
    /// # Errors
    /// [`NoLayerGradient`] where the objective has none, and for the bounds by groups, which are functions of more.
    pub fn gradient(&self, objective: LayerObjective) -> Result<Vec<f64>, NoLayerGradient> {
        let mean = self.mean();
        let (t, q) = (mean.layers.total_trace(), mean.layers.total_squared());
        let at = |size| slopes(t, q, size).ok_or(NoGradient::ZeroSpread { of: "Hessian" });
        let (by_t, by_q) = match objective {
            LayerObjective::Trace => (1.0, 0.0),
            LayerObjective::TraceSquared => (0.0, 1.0),
            LayerObjective::Upper => at(mean.layers.architecture.parameters())?,
            LayerObjective::Reduced => {
                let size = mean.layers.size();
                let bound = ws_upper(average(t, size), spread(t, q, size), size);
                if mean.layers.ignores_shifts && bound <= 0.0 {
                    return Err(NoGradient::Clamped.into());
                }
                at(size)?
            }
            LayerObjective::Layers | LayerObjective::Units | LayerObjective::HiddenUnits => {
                return Err(NoLayerGradient::NoSums);
            }
        };
        let [_, by_trace, by_squared] = mean.gradients;
        Ok(by_trace.iter().zip(&by_squared).map(|(trace, squared)| by_t * trace + by_q * squared).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{off, random};
    use super::super::{PairCover, Part};
    use super::*;
    use crate::model::{Activation, Architecture};
    use crate::number::Vector;
    use rand::SeedableRng;
    use rand::seq::SliceRandom;
    use rand_chacha::ChaCha8Rng;

    /// The parts of a cover in any order, added up.
    fn added_up(
        network: &Network<f64>,
        loss: Loss,
        batch: &Batch<f64>,
        cover: &PairCover,
        seed: u64,
    ) -> PairSums {
        let mut parts: Vec<Part> = cover.parts();
        parts.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let mut whole = PairSums::zero(network, loss);
        for part in parts {
            let batch = batch.select(&part.samples());
            let sums = PairSums::of(network, loss, &batch, 1 + part.ranges.len() % 2, &|_, _| true).unwrap();
            let sent = PairSums::from_numbers(network, loss, &sums.numbers()).unwrap();
            assert_eq!(sent, sums);
            whole.add(part.factor, &sent).unwrap();
        }
        whole
    }

    #[test]
    fn parts_add_up_in_any_order_to_what_the_whole_has() {
        let tanh = |layers: usize| vec![Activation::Tanh; layers];
        for (seed, widths, loss, samples, lines, weighted) in [
            (1, &[5, 3][..], Loss::Softmax, 41, 7, false),
            (2, &[5, 3], Loss::Softmax, 30, 13, true),
            (3, &[4, 3, 2], Loss::Squared, 23, 7, false),
            (4, &[3, 4, 3], Loss::Softmax, 5, 7, false),
            (5, &[3, 1], Loss::Poisson, 50, 31, true),
        ] {
            let architecture = Architecture::new(4, widths, true);
            let (network, mut batch) = random(&architecture, &tanh(widths.len() - 1), loss, samples, seed);
            if weighted {
                batch = batch.weighted(Vector::from_fn(samples, |n, _| 0.5 + (n % 5) as f64)).unwrap();
            }
            let whole = added_up(&network, loss, &batch, &PairCover::new(samples, lines), seed);
            let plan = LayerPlan::new(&architecture, loss, samples, 1, false).unwrap();
            let mut workspace = LayerWorkspace::new(plan);
            let values = workspace.differentiate(&network, &batch).unwrap().clone();
            let found = whole.values();
            assert_eq!(whole.samples(), samples as f64);
            off("loss", &[found.loss], &[values.loss]);
            off("traces", &found.layers.trace, &values.layers.trace);
            off("squared", &found.layers.squared.concat(), &values.layers.squared.concat());
            let mut right = vec![0.0; architecture.parameters()];
            workspace.gradient(&network, &batch, 1.0, None, &mut right).unwrap();
            off("gradient of the loss", &whole.loss_gradient(), &right);
            for objective in [
                LayerObjective::Trace,
                LayerObjective::TraceSquared,
                LayerObjective::Upper,
                LayerObjective::Reduced,
            ] {
                let wanted = Some((objective, 1.0));
                let penalised = workspace.gradient(&network, &batch, 0.0, wanted, &mut right).unwrap();
                assert_eq!(penalised.flat, None);
                off("gradient", &whole.gradient(objective).unwrap(), &right);
            }
        }
    }

    #[test]
    fn what_is_no_sum_over_pairs_is_refused_and_so_are_other_sizes() {
        let sizes = [Architecture::new(2, &[2, 2], true), Architecture::new(2, &[3, 2], true)];
        let [one, other] = sizes.map(|sizes| random(&sizes, &[Activation::Tanh], Loss::Softmax, 3, 0));
        let of = |(network, batch): &(Network<f64>, Batch<f64>)| {
            PairSums::of(network, Loss::Softmax, batch, 1, &|_, _| true).unwrap()
        };
        let (mut sums, others) = (of(&one), of(&other));
        assert_eq!(sums.gradient(LayerObjective::Layers), Err(NoLayerGradient::NoSums));
        let error = sums.add(1.0, &others).unwrap_err().to_string();
        assert!(error.contains("2-2-2") && error.contains("2-3-2"), "{error}");
        assert!(PairSums::from_numbers(&one.0, Loss::Softmax, &sums.numbers()[1..]).is_err());
        let nothing = PairSums::zero(&one.0, Loss::Softmax);
        assert!(nothing.values().loss.is_nan());
        assert!(matches!(
            PairSums::of(&one.0, Loss::Softmax, &one.1, 1, &|_, _| false),
            Err(FastError::Stopped)
        ));
    }
}
