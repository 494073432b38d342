//! The production path at any depth against the equations: every route, every loss, tiles that do and do not divide the samples.

use super::plan::Route;
use super::*;
use crate::model::{Activation, Architecture, Batch, Layers, Loss, Network};
use crate::number::Matrix;
use crate::terms::layer_gradient::objective_gradient_of;
use crate::terms::layers::layer_loss_gradient;
use crate::terms::partition::UnitMoments;
use crate::terms::{OutputLoss, layer_samples};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn random(
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

fn off(name: &str, fast: &[f64], slow: &[f64]) {
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

fn check(plan: LayerPlan, network: &Network<f64>, batch: &Batch<f64>) {
    let (loss, name) = (plan.loss, format!("{} {} {:?}", plan.architecture, plan.loss, plan.routes));
    let samples = layer_samples(network, &loss, batch);
    let units = UnitMoments::new(plan.architecture.clone(), &loss, &samples);
    let value: f64 = samples.iter().map(|n| n.share * loss.value(&n.o, &n.y)).sum();
    let mut workspace = LayerWorkspace::new(plan);
    let values = workspace.differentiate(network, batch).unwrap().clone();
    off(&format!("{name}: loss"), &[values.loss], &[value]);
    let own = values.units.as_ref().unwrap();
    for (fast, slow) in own.trace.iter().zip(&units.trace) {
        off(&format!("{name}: traces"), fast.as_slice(), slow.as_slice());
    }
    for (fast, slow) in own.squared.iter().flatten().zip(units.squared.iter().flatten()) {
        off(&format!("{name}: squares"), fast.as_slice(), slow.as_slice());
    }
    let mut gradient = vec![0.0; workspace.plan().architecture().parameters()];
    for objective in LayerObjective::ALL {
        let Ok(shares) = objective.shares(&values).1 else { continue };
        let truth = layer_loss_gradient(&samples)
            .scale(&0.7)
            .moved(&1.3, &objective_gradient_of(network, &loss, &samples, &shares));
        let found = workspace.gradient(network, batch, 0.7, Some((objective, 1.3)), &mut gradient).unwrap();
        assert_eq!(found.flat, None);
        off(&format!("{name}: gradient of {objective:?}"), &gradient, &truth.flat());
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
            for (route, threads) in Route::ALL.into_iter().zip([1, 2, 3]) {
                let mut plan = LayerPlan::new(&architecture, loss, 7, threads, true).unwrap();
                plan.set_route(route);
                plan.keep = route != Route::Inputs;
                check(plan, &network, &batch);
            }
            check(LayerPlan::new(&architecture, loss, 7, 1, true).unwrap(), &network, &batch);
        }
    }
}
