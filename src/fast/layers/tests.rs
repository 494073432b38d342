//! The production path at any depth against the equations: every route, every loss, tiles that do and do not divide the samples.

use super::plan::LayerRoute;
use super::*;
use crate::model::{Activation, Architecture, Batch, Layers, Loss, Network};
use crate::number::Matrix;
use crate::terms::bound::{mean, spread, ws_upper};
use crate::terms::layer_gradient::{objective_gradient_of, slopes};
use crate::terms::layers::layer_loss_gradient;
use crate::terms::partition::{self, Partition, UnitMoments, bound_matrix};
use crate::terms::sweep::Objective;
use crate::terms::{OutputLoss, layer_samples, leading_vector};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub(super) fn random(
    architecture: &Architecture,
    activations: &[Activation],
    loss: Loss,
    samples: usize,
    seed: u64,
) -> (Network<f64>, Batch<f64>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut next = |scale: f64| scale * (2.0 * random.random::<f64>() - 1.0);
    let layers = Layers::from_fn(architecture, |_| next(0.9));
    let network = Network::new(layers, activations.to_vec()).unwrap();
    let x = Matrix::from_fn(samples, architecture.inputs, |_, _| next(1.0));
    let outputs = architecture.outputs();
    let y = Matrix::from_fn(samples, outputs, |n, k| match loss {
        Loss::Softmax => f64::from(u8::from(n % outputs == k)),
        Loss::MultiLabel => ((n + k) % 2) as f64,
        Loss::Poisson => ((n + 2 * k) % 4) as f64,
        _ => next(1.0),
    });
    (network, Batch::for_loss(x, y, loss).unwrap())
}

pub(super) fn off(name: &str, fast: &[f64], slow: &[f64]) {
    let norm = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>().sqrt();
    let difference: Vec<f64> = fast.iter().zip(slow).map(|(fast, slow)| fast - slow).collect();
    // The two paths add the same few thousand terms in different orders: what a sum may lose is relative to its norm.
    assert!(
        norm(&difference) <= 1e-12 * norm(slow).max(1e-12),
        "{name}: off by {:e} of {:e}",
        norm(&difference),
        norm(slow)
    );
}

/// The value, and what each unit counts in the gradient, by chapters 12 and 13.
fn by_the_equations(objective: LayerObjective, units: &UnitMoments<f64>) -> Option<(f64, Objective<f64>)> {
    let widths = &units.architecture.widths;
    let (t, q) = (units.total_trace(), units.total_squared());
    let total = |size: usize| {
        let (by_t, by_q) = slopes(t, q, size)?;
        Some((ws_upper(mean(t, size), spread(t, q, size), size), Objective::of_totals(widths, by_t, by_q)))
    };
    let groups = |partition| {
        let matrix = bound_matrix(units, partition);
        let v = leading_vector(&matrix).ok()?;
        Some((v.dot(&(matrix * &v)), partition::objective(units, partition, &v)))
    };
    let shifts = if units.ignores_shifts { units.architecture.shift_dimension() } else { 0 };
    match objective {
        LayerObjective::Trace => Some((t, Objective::of_totals(widths, 1.0, 0.0))),
        LayerObjective::TraceSquared => Some((q, Objective::of_totals(widths, 0.0, 1.0))),
        LayerObjective::Upper => total(units.architecture.parameters()),
        LayerObjective::Reduced => total(units.architecture.parameters() - shifts),
        LayerObjective::Layers => groups(Partition::Layers),
        LayerObjective::Units => groups(Partition::Units),
        LayerObjective::HiddenUnits => groups(Partition::HiddenUnits),
    }
}

fn check(plan: LayerPlan, network: &Network<f64>, batch: &Batch<f64>) {
    let (loss, name) = (plan.loss, format!("{} {} {:?}", plan.architecture, plan.loss, plan.routes));
    let samples = layer_samples(network, &loss, batch);
    let units = UnitMoments::new(plan.architecture.clone(), &loss, &samples);
    let mean_loss: f64 = samples.iter().map(|n| n.share * loss.value(&n.o, &n.y)).sum();
    let mut workspace = LayerWorkspace::new(plan);
    let values = workspace.differentiate(network, batch).unwrap().clone();
    off(&format!("{name}: loss"), &[values.loss], &[mean_loss]);
    for ((fast, slow), one) in
        values.layers.squared.iter().flatten().zip(units.squared.iter().flatten()).zip(0..)
    {
        off(&format!("{name}: square {one}"), &[*fast], &[slow.sum()]);
    }
    let own = values.units.as_ref().unwrap_or(&units);
    for (fast, slow) in own.trace.iter().zip(&units.trace) {
        off(&format!("{name}: traces"), fast.as_slice(), slow.as_slice());
    }
    for (fast, slow) in own.squared.iter().flatten().zip(units.squared.iter().flatten()) {
        off(&format!("{name}: squares"), fast.as_slice(), slow.as_slice());
    }
    let mut gradient = vec![0.0; workspace.plan().architecture().parameters()];
    for objective in LayerObjective::ALL {
        if objective.by_units() && values.units.is_none() {
            continue;
        }
        let Some((value, shares)) = by_the_equations(objective, &units) else { continue };
        let truth = layer_loss_gradient(&samples)
            .scale(&0.7)
            .moved(&1.3, &objective_gradient_of(network, &loss, &samples, &shares));
        let found = workspace.gradient(network, batch, 0.7, Some((objective, 1.3)), &mut gradient).unwrap();
        assert_eq!(found.flat, None);
        off(&format!("{name}: {objective:?}"), &[found.penalty], &[value]);
        off(&format!("{name}: gradient of {objective:?}"), &gradient, &truth.flat());
        if objective == LayerObjective::Trace {
            workspace.differentiate_traces(network, batch).unwrap();
            let alone =
                workspace.gradient(network, batch, 0.7, Some((objective, 1.3)), &mut gradient).unwrap();
            off(&format!("{name}: trace and loss alone"), &[alone.penalty, alone.loss], &[value, mean_loss]);
            off(&format!("{name}: gradient of the trace alone"), &gradient, &truth.flat());
            workspace.differentiate(network, batch).unwrap();
        }
    }
}

#[test]
fn every_route_at_every_depth_gives_the_numbers_of_the_equations() {
    use Activation::{Gelu, Sigmoid, Silu, Softplus, Tanh};
    let activations = [Tanh, Silu, Gelu, Sigmoid, Softplus];
    let architectures: [&[usize]; 6] =
        [&[3], &[4, 3], &[5, 4, 2], &[3, 4, 5, 3], &[2, 3, 2, 4, 2], &[3, 2, 4, 2, 3, 1]];
    for (index, widths) in architectures.into_iter().enumerate() {
        let mut architecture = Architecture::new(3, widths, true);
        if index % 2 == 1 {
            architecture.biases[index / 2] = false;
        }
        let hidden = &activations[..widths.len() - 1];
        for (seed, loss) in Loss::ALL.into_iter().chain([Loss::Cubic]).enumerate() {
            if loss == Loss::Softmax && architecture.outputs() == 1 {
                continue;
            }
            let (network, mut batch) = random(&architecture, hidden, loss, 7, seed as u64);
            if seed % 2 == 1 {
                batch = batch.weighted(vec![0.5, 1.0, 2.0, 0.1, 3.0, 1.0, 1.0].into()).unwrap();
            }
            for (route, threads) in LayerRoute::ALL.into_iter().zip([1, 2, 3, 2]) {
                let by_units = route != LayerRoute::Kernel;
                let plan = LayerPlan::new(&architecture, loss, 7, threads, by_units).unwrap();
                let mut plan = plan.by(route).unwrap();
                plan.tile = if route == LayerRoute::Parameters { 7 } else { 3 };
                plan.batches = if route == LayerRoute::Inputs { 2 } else { 1 };
                check(plan, &network, &batch);
            }
            check(LayerPlan::new(&architecture, loss, 7, 1, true).unwrap(), &network, &batch);
        }
    }
}
