//! Points that are saddles by construction.

use crate::model::{Layer, Layers, Network};
use crate::number::Number;

/// Splits a unit of the first hidden layer in two with its incoming weights: one takes the share `a` of its outgoing weights, the other,
/// which comes last, the share `1 - a`. The outputs are as they were, so that a stationary point stays one, for every `a`.
///
/// ```
/// use hsr::model::{Activation, Layer, Layers, Network};
/// use hsr::saddles::split_unit;
/// use nalgebra::{dmatrix, dvector};
/// let layers = Layers(vec![
///     Layer { w: dmatrix![0.5, -1.0], b: Some(dvector![0.1]) },
///     Layer { w: dmatrix![2.0; -4.0], b: None },
/// ]);
/// let wider = split_unit(&Network::new(layers, vec![Activation::Tanh])?, 0, 0.25).unwrap();
/// assert_eq!(wider.layers.0[0].w, dmatrix![0.5, -1.0; 0.5, -1.0]);
/// assert_eq!(wider.layers.0[1].w, dmatrix![0.5, 1.5; -1.0, -3.0]);
/// # Ok::<(), hsr::model::LayersError>(())
/// ```
///
/// `None` where there is no such unit.
pub fn split_unit<T: Number>(network: &Network<T>, unit: usize, share: T) -> Option<Network<T>> {
    let [first, second, rest @ ..] = &network.layers.0[..] else { return None };
    let units = first.w.nrows();
    if unit >= units {
        return None;
    }
    let w = first.w.clone().insert_row(units, T::zero());
    let mut incoming = Layer { w, b: first.b.clone().map(|b| b.insert_row(units, T::zero())) };
    for column in 0..first.w.ncols() {
        incoming.w[(units, column)] = first.w[(unit, column)];
    }
    if let (Some(b), Some(own)) = (&mut incoming.b, &first.b) {
        b[units] = own[unit];
    }
    let mut outgoing = Layer { w: second.w.clone().insert_column(units, T::zero()), b: second.b.clone() };
    for row in 0..second.w.nrows() {
        let whole = second.w[(row, unit)];
        outgoing.w[(row, unit)] = share * whole;
        outgoing.w[(row, units)] = (T::one() - share) * whole;
    }
    let layers = [incoming, outgoing].into_iter().chain(rest.iter().cloned()).collect();
    Some(Network { layers: Layers(layers), activations: network.activations.clone() })
}
