//! Networks of any depth under any loss: the spectrum and the oracle's answer against the derivatives of the loss by its definition.
#![cfg(feature = "files")]

use hsr::audit::random_layers;
use hsr::model::{Activation, Architecture, Batch, Loss, Network};
use hsr::number::{Matrix, Vector};
use hsr::oracle::{LayerItem, Path, Wanted, answer, network_answer};
use hsr::spectrum::{
    HessianProduct, SpectrumMethod, SpectrumSettings, extremes, network_ends, network_extremes,
    network_loss_along, network_spectrum,
};
use hsr::witness::eigen::eigenvalues;
use hsr::witness::{LayerCase, LayerLoss};

/// A network with data and a loss.
struct Point {
    network: Network<f64>,
    batch: Batch<f64>,
    loss: Loss,
}

/// Networks of one to four weight layers under every loss, with and without biases and sample weights.
fn points() -> Vec<Point> {
    let activations = [Activation::Tanh, Activation::Silu, Activation::Relu];
    let widths: [&[usize]; 4] = [&[3], &[3, 2], &[2, 3, 2], &[3, 2, 2, 3]];
    let mut points = Vec::new();
    for (index, loss) in Loss::ALL.into_iter().chain([Loss::Cubic]).enumerate() {
        for (depth, widths) in widths.iter().enumerate() {
            let mut architecture = Architecture::new(2, widths, true);
            architecture.biases[depth / 2] = (index + depth) % 2 == 0;
            let network = random_layers(&architecture, &activations[..depth], (index * 10 + depth) as u64);
            let batch = batch(&architecture, loss, 4);
            let weights = Vector::from_fn(4, |n, _| 1.0 + n as f64 / 2.0);
            let batch = if depth % 2 == 1 { batch } else { batch.weighted(weights).unwrap() };
            points.push(Point { network, batch, loss });
        }
    }
    points
}

/// Inputs and targets as the loss takes them.
fn batch(architecture: &Architecture, loss: Loss, samples: usize) -> Batch<f64> {
    let outputs = architecture.outputs();
    let x = Matrix::from_fn(samples, architecture.inputs, |n, i| ((n * 3 + i * i + 1) as f64 * 0.9).sin());
    let y = Matrix::from_fn(samples, outputs, |n, k| match loss {
        Loss::Softmax => f64::from(n % outputs == k),
        Loss::MultiLabel => ((n + k) % 2) as f64,
        Loss::Poisson => ((n + 2 * k) % 4) as f64,
        _ => (n as f64 - 1.5 * k as f64) / 2.0,
    });
    Batch::for_loss(x, y, loss).unwrap()
}

/// The Hessian by second derivatives of the loss.
fn hessian(point: &Point) -> Matrix<f64> {
    let case = LayerCase::new(point.network.clone(), point.batch.clone(), point.loss, 0);
    LayerLoss::new(&case).hessian().clone()
}

/// What two ways to the Hessian of these sizes may differ by: some hundred products and sums in a row.
const ROUNDING: f64 = 1e-13;

#[test]
fn the_product_with_a_direction_is_that_of_the_dense_hessian() {
    for point in points() {
        let truth = hessian(&point);
        let mut product = HessianProduct::of_network(&point.network, point.loss, &point.batch).unwrap();
        let size = truth.nrows();
        for start in 0..2 {
            let direction: Vec<f64> =
                (start..size + start).map(|i| ((i * i + 3) as f64 * 0.7).sin()).collect();
            let mut image = vec![0.0; size];
            product.apply(&direction, &mut image).unwrap();
            let apart = (&truth * Vector::from_vec(direction) - Vector::from_vec(image)).amax();
            let scale = truth.norm() * (size as f64).sqrt();
            assert!(apart <= ROUNDING * scale, "{} {}: {apart:e}", point.network.architecture(), point.loss);
        }
    }
}

#[test]
fn both_methods_find_the_ends_of_the_dense_spectrum() {
    for point in points() {
        let truth = eigenvalues(&hessian(&point)).unwrap();
        let scale = truth[0].abs().max(truth[truth.len() - 1].abs());
        let close = |found: f64, expected: f64| {
            // Krylov is asked for residuals of 1e-8.
            assert!(
                (found - expected).abs() <= 1e-8 * scale,
                "{}: {found:e}, {expected:e}",
                point.network.architecture()
            );
        };
        for method in [SpectrumMethod::Dense, SpectrumMethod::Krylov] {
            let settings = SpectrumSettings::default().with_method(method);
            let found = network_extremes(&point.network, point.loss, &point.batch, &settings).unwrap();
            close(found.smallest.value, truth[0]);
            close(found.largest.value, truth[truth.len() - 1]);
        }
        let all = network_spectrum(&point.network, point.loss, &point.batch).unwrap();
        all.values.iter().zip(&truth).for_each(|(found, expected)| close(*found, *expected));
        let (largest, smallest) = network_ends(&point.network, point.loss, &point.batch).unwrap();
        close(largest, truth[truth.len() - 1]);
        close(smallest, truth[0]);
    }
}

#[test]
fn the_loss_along_an_eigenvector_bends_by_its_eigenvalue() {
    for point in
        points().into_iter().filter(|point| point.network.activations.last() != Some(&Activation::Relu))
    {
        let settings = SpectrumSettings::default();
        let top = network_extremes(&point.network, point.loss, &point.batch, &settings).unwrap().largest;
        let distances = [-1e-4, 0.0, 1e-4];
        let losses =
            network_loss_along(&point.network, point.loss, &point.batch, &top.vector, &distances).unwrap();
        let second = (losses[0] - 2.0 * losses[1] + losses[2]) / 1e-8;
        // Differences of a loss of order L lose 1e-16 L / 1e-8, and the fourth derivative is left out.
        let tolerance = 1e-4 * top.value.abs() + 1e-6 * losses[1].abs();
        assert!((second - top.value).abs() < tolerance, "{}: {second:e}, {:e}", point.loss, top.value);
    }
}

#[test]
fn two_layers_with_the_softmax_have_the_spectrum_of_the_first_chapters() {
    let architecture = Architecture::new(2, &[3, 2], true);
    let network = random_layers(&architecture, &[Activation::Tanh], 5);
    let batch = batch(&architecture, Loss::Softmax, 4);
    let three = network.three_layer().unwrap();
    let settings = SpectrumSettings::default();
    let found = network_extremes(&network, Loss::Softmax, &batch, &settings).unwrap();
    assert_eq!(found, extremes(&three, &batch, &settings).unwrap());
}

/// Groups of parameters: ranges of the flat vector, and the size that the bound takes for each.
type Groups = Vec<(Vec<usize>, usize)>;

/// One for each layer; shifts that the loss ignores are left out of the last.
fn by_layers(point: &Point) -> Groups {
    let sizes = point.network.architecture();
    let last = sizes.layers() - 1;
    let of = |layer: usize| {
        let places: Vec<usize> = (sizes.offset(layer)..sizes.offset(layer + 1)).collect();
        let shifts = if layer == last && point.loss == Loss::Softmax { sizes.shift_dimension() } else { 0 };
        (places.clone(), places.len() - shifts)
    };
    (0..=last).map(of).collect()
}

/// One for each unit.
fn by_units(point: &Point) -> Groups {
    let sizes = point.network.architecture();
    let mut groups = Vec::new();
    for layer in 0..sizes.layers() {
        for unit in 0..sizes.outputs_of(layer) {
            let inputs = 0..sizes.parameters_of_unit(layer);
            let places: Vec<usize> = inputs.map(|input| sizes.index(layer, unit, input)).collect();
            groups.push((places.clone(), places.len()));
        }
    }
    groups
}

/// `WS` of a trace and squared trace, and its derivatives by both.
fn ws(t: f64, q: f64, size: usize) -> (f64, f64, f64) {
    let d = size as f64;
    let (m, r) = (t / d, (d - 1.0).sqrt());
    let s = (q / d - m * m).max(0.0).sqrt();
    // A block that is a multiple of the identity has a spread of rounding errors.
    if size == 1 || s * s <= 1e-14 * q / d {
        return (m, 1.0 / d, 0.0);
    }
    (m + s * r, 1.0 / d - r * m / (s * d), r / (2.0 * s * d))
}

/// The bound by groups from the dense Hessian, and the matrix `G` with `d bound = <G, dH>`.
fn by_groups(h: &Matrix<f64>, groups: &Groups) -> (f64, Matrix<f64>) {
    let squared = |one: &[usize], two: &[usize]| -> f64 {
        one.iter().flat_map(|i| two.iter().map(move |j| h[(*i, *j)].powi(2))).sum()
    };
    let bound = |(places, size): &(Vec<usize>, usize)| {
        let t: f64 = places.iter().map(|i| h[(*i, *i)]).sum();
        let (value, by_t, by_q) = ws(t, squared(places, places), *size);
        if *size < places.len() && value <= 0.0 { (0.0, 0.0, 0.0) } else { (value, by_t, by_q) }
    };
    let alphas: Vec<_> = groups.iter().map(bound).collect();
    let c = Matrix::from_fn(groups.len(), groups.len(), |g, k| {
        if g == k { alphas[g].0 } else { squared(&groups[g].0, &groups[k].0).sqrt() }
    });
    let eigen = c.clone().symmetric_eigen();
    let top = eigen.eigenvalues.imax();
    let v = eigen.eigenvectors.column(top);
    let mut weight = Matrix::zeros(h.nrows(), h.nrows());
    for (g, (one, _)) in groups.iter().enumerate() {
        for (k, (two, _)) in groups.iter().enumerate() {
            for i in one {
                for j in two {
                    weight[(*i, *j)] = if g == k {
                        let (_, by_t, by_q) = alphas[g];
                        v[g] * v[g] * (f64::from(i == j) * by_t + 2.0 * by_q * h[(*i, *j)])
                    } else if c[(g, k)] > 0.0 {
                        v[g] * v[k] * h[(*i, *j)] / c[(g, k)]
                    } else {
                        0.0
                    };
                }
            }
        }
    }
    (eigen.eigenvalues[top], weight)
}

/// What a number that went through roots, quotients and a small eigenproblem may be off by, relative to its largest entry.
const OFF: f64 = 1e-9;

#[track_caller]
fn close(point: &Point, name: &str, found: f64, expected: f64, scale: f64) {
    let apart = (found - expected).abs();
    let what =
        || format!("{name} of {} {}: {found:e}, {expected:e}", point.network.architecture(), point.loss);
    assert!(apart <= OFF * scale.max(expected.abs()), "{}", what());
}

#[test]
fn the_answer_is_that_of_the_dense_hessian_by_both_paths() {
    for point in points() {
        let case = LayerCase::new(point.network.clone(), point.batch.clone(), point.loss, 0);
        let truth = LayerLoss::new(&case);
        let h = truth.hessian();
        let size = h.nrows();
        let direction: Vec<f64> = (0..size).map(|i| ((i * i + 3) as f64 * 0.7).sin()).collect();
        let whole = |size: usize| vec![((0..h.nrows()).collect::<Vec<_>>(), size)];
        let sizes = point.network.architecture();
        let reduced = size - if point.loss == Loss::Softmax { sizes.shift_dimension() } else { 0 };
        let bounds = [
            (LayerItem::WsUpper, LayerItem::Gradient, whole(size)),
            (LayerItem::WsReduced, LayerItem::WsReducedGradient, whole(reduced)),
            (LayerItem::WsLayers, LayerItem::WsLayersGradient, by_layers(&point)),
            (LayerItem::WsUnits, LayerItem::WsUnitsGradient, by_units(&point)),
        ];
        for path in [Path::Fast { route: None, threads: 2 }, Path::Terms] {
            let wanted = Wanted::default().by(path).with_spectrum().with_hessian().with_terms();
            let answer = network_answer(&point.network, point.loss, &point.batch, wanted).unwrap();
            let scalar = |item| answer.scalar(item).unwrap();
            let along = |item| -> f64 {
                let flat = answer.numbers(item).unwrap();
                flat.iter().zip(&direction).map(|(gradient, direction)| gradient * direction).sum()
            };
            let norm = h.norm();
            close(&point, "loss", scalar(LayerItem::Loss), truth.value(), 0.0);
            close(&point, "trace", scalar(LayerItem::Trace), h.trace(), norm);
            close(&point, "trace_squared", scalar(LayerItem::TraceSquared), h.norm_squared(), 0.0);
            for (layer, found) in answer.numbers(LayerItem::LayerTraces).unwrap().iter().enumerate() {
                let expected: f64 = truth.layer(layer).map(|i| h[(i, i)]).sum();
                close(&point, "layer_traces", *found, expected, norm);
            }
            let found = Matrix::from_column_slice(size, size, answer.numbers(LayerItem::Hessian).unwrap());
            assert!((found - h).norm() <= ROUNDING * size as f64 * norm);
            let expected = eigenvalues(h).unwrap();
            for (found, expected) in answer.numbers(LayerItem::Eigenvalues).unwrap().iter().zip(expected) {
                close(&point, "eigenvalues", *found, expected, norm);
            }
            close(&point, "loss_gradient", along(LayerItem::LossGradient), truth.slope(&direction), 0.1);
            let slope = truth.third_against(&Matrix::identity(size, size), &direction);
            close(&point, "trace_gradient", along(LayerItem::TraceGradient), slope, norm);
            let slope = 2.0 * truth.third_against(h, &direction);
            close(
                &point,
                "trace_squared_gradient",
                along(LayerItem::TraceSquaredGradient),
                slope,
                norm * norm,
            );
            for (value, gradient, groups) in &bounds {
                let (expected, weight) = by_groups(h, groups);
                close(&point, value.name(), scalar(*value), expected, norm);
                if !answer.missing.contains_key(gradient) {
                    let slope = truth.third_against(&weight, &direction);
                    close(&point, gradient.name(), along(*gradient), slope, norm);
                }
            }
        }
    }
}

#[test]
fn digits_are_counted_at_106_bits_and_bounded_without() {
    for point in points().into_iter().filter(|point| point.loss != Loss::Cubic).step_by(3) {
        let answer = |wanted| network_answer(&point.network, point.loss, &point.batch, wanted).unwrap();
        let bounded = answer(Wanted::default());
        let counted = answer(Wanted::default().with_digits());
        assert!(counted.digits.counted && !bounded.digits.counted);
        for (item, found) in counted.iter() {
            let digits = counted.digits.known[&item];
            let all_zero = found.iter().all(|value| *value == 0.0);
            assert!(
                digits > 8.0 || all_zero,
                "{item} of {} {}: {digits}",
                point.network.architecture(),
                point.loss
            );
            // At least so many: never more than there are, but for the rounding of the count.
            if let Some(least) = bounded.digits.known.get(&item) {
                assert!(*least <= digits + 0.01, "{item}: {least} of {digits}");
            }
        }
        assert!(bounded.digits.known[&LayerItem::WsUpper] > 8.0);
    }
}

#[test]
fn one_hidden_layer_with_the_softmax_has_the_answer_of_the_first_chapters() {
    let architecture = Architecture::new(2, &[3, 2], true);
    let network = random_layers(&architecture, &[Activation::Tanh], 5);
    let batch = batch(&architecture, Loss::Softmax, 4);
    let three = answer(&network.three_layer().unwrap(), &batch, Wanted::default().with_layers()).unwrap();
    let any = network_answer(&network, Loss::Softmax, &batch, Wanted::default()).unwrap();
    let pairs = [
        (LayerItem::Loss, three.scalars.loss),
        (LayerItem::TraceSquared, three.scalars.trace_squared),
        (LayerItem::WsUpper, three.scalars.ws_upper),
        (LayerItem::WsReduced, three.scalars.ws_reduced),
        (LayerItem::WsLayers, three.scalars.ws_block),
    ];
    for (item, expected) in pairs {
        let found = any.scalar(item).unwrap();
        assert!((found - expected).abs() <= 1e-13 * expected.abs(), "{item}: {found:e}, {expected:e}");
    }
    let layers = three.layers.unwrap();
    assert_eq!(layers.scalar(LayerItem::WsUnits), any.scalar(LayerItem::WsUnits));
}

#[test]
fn overflow_and_flat_bounds_are_told() {
    let architecture = Architecture::new(2, &[3, 1], true);
    let mut network = random_layers(&architecture, &[Activation::Identity], 5);
    let batch = batch(&architecture, Loss::Squared, 4);
    network.layers.0[1].w *= 1e200;
    let error = network_answer(&network, Loss::Squared, &batch, Wanted::default()).unwrap_err().to_string();
    assert!(error.contains("overflow f64"), "{error}");
    network.layers = network.layers.scale(&0.0);
    let silent = Batch { x: Matrix::zeros(4, 2), ..batch };
    let without = Architecture::new(2, &[3, 1], false);
    let silenced = Network { layers: hsr::model::Layers::zeros(&without), ..network };
    let answer = network_answer(&silenced, Loss::Squared, &silent, Wanted::default()).unwrap();
    assert_eq!(answer.scalar(LayerItem::WsUpper), Some(0.0));
    assert!(answer.missing[&LayerItem::Gradient].contains("spread"), "{:?}", answer.missing);
    assert!(answer.table().contains("gradient               none: "), "{}", answer.table());
}
