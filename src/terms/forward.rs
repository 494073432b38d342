//! Runs a network forward: fills [`Sample`] and [`Curvature`] by the equations of chapters 1 and 2.

use super::sample::{Curvature, Sample};
use super::{hessian, model};
use crate::model::{Batch, ThreeLayer};
use crate::number::{Matrix, Number, Smooth};
use num_traits::One;

/// Runs the network on every sample of the batch.
pub fn samples<T: Smooth>(network: &ThreeLayer<T>, batch: &Batch<T>) -> Vec<Sample<T>> {
    let biases = network.parameters.b.is_some();
    let activation = network.activation;
    let forward = |n: usize| {
        let x = batch.x.row(n).transpose();
        let y = batch.y.row(n).transpose();
        let a = model::preactivation(network, &x);
        let z = model::hidden(activation, &a);
        let p = model::softmax(&model::logits(network, &z));
        Sample {
            delta: model::residual(&p, &y),
            phi1: model::phi1(activation, &a),
            phi2: model::phi2(activation, &a),
            phi3: model::phi3(activation, &a),
            xt: if biases { x.push(One::one()) } else { x },
            z,
            p,
            biases,
        }
    };
    (0..batch.samples()).map(forward).collect()
}

/// The pieces of one sample's Hessian, at output weights `v`.
pub fn curvature<T: Number>(sample: &Sample<T>, v: &Matrix<T>) -> Curvature<T> {
    let sv = model::covariance_times(&sample.p, v);
    let k = hessian::hidden_covariance(&sv, v);
    let gn = hessian::gauss_newton(&k, &sample.phi1);
    let u = hessian::backpropagated_residual(v, &sample.delta);
    let r = hessian::residual_curvature(&sample.phi2, &u);
    Curvature {
        s: model::softmax_covariance(&sample.p),
        a: hessian::output_coupling(&sv, &sample.phi1),
        m: hessian::hidden_hessian(&gn, &r),
        sample: sample.clone(),
        sv,
        k,
        gn,
        u,
        r,
    }
}

/// The pieces of the Hessian for every sample.
pub fn curvatures<T: Number>(samples: &[Sample<T>], v: &Matrix<T>) -> Vec<Curvature<T>> {
    samples.iter().map(|sample| curvature(sample, v)).collect()
}
