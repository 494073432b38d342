//! Exponents and speeds.

use crate::grid::Point;

/// The median; of an even number, the mean of the two in the middle.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0
}

/// The exponent `p` of the power law `y = c x^p` that is nearest in logarithms, by least squares.
pub fn exponent(x: &[f64], y: &[f64]) -> f64 {
    let logarithms = |values: &[f64]| -> Vec<f64> { values.iter().map(|value| value.ln()).collect() };
    let (x, y) = (logarithms(x), logarithms(y));
    let middle = x.iter().sum::<f64>() / x.len() as f64;
    let both: f64 = x.iter().zip(&y).map(|(x, y)| (x - middle) * y).sum();
    both / x.iter().map(|x| (x - middle).powi(2)).sum::<f64>()
}

/// Multiplications a second by a route: the median over points, the least and the most.
#[derive(Debug, PartialEq)]
pub struct Speed {
    pub route: String,
    pub points: usize,
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

/// The speed of each route, in the order in which they come.
pub fn speeds<'a>(points: impl Iterator<Item = &'a Point> + Clone) -> Vec<Speed> {
    let mut routes: Vec<&str> = Vec::new();
    for point in points.clone() {
        if !routes.contains(&point.route.as_str()) {
            routes.push(&point.route);
        }
    }
    let of = |route: &&str| {
        let own = points.clone().filter(|point| point.route == *route);
        let speeds: Vec<f64> = own.map(|point| point.multiplications / point.median()).collect();
        Speed {
            route: route.to_string(),
            points: speeds.len(),
            median: median(&speeds),
            least: speeds.iter().copied().fold(f64::INFINITY, f64::min),
            most: speeds.iter().copied().fold(0.0, f64::max),
        }
    };
    routes.iter().map(of).collect()
}
