//! The length of a vector of floats.

/// The Euclidean norm, which does not overflow before its entries do.
pub(crate) fn norm(vector: &[f64]) -> f64 {
    let largest = vector.iter().fold(0.0_f64, |largest, entry| largest.max(entry.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    largest * vector.iter().map(|entry| (entry / largest).powi(2)).sum::<f64>().sqrt()
}
