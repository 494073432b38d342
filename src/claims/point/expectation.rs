//! Expectations of polynomials, exactly: a rule with as many nodes as the degree asks for has the moments of the
//! distribution.

use super::evaluate::{Change, World, undefined};
use super::tower::Base;
use crate::claims::language::program::{Distribution, Node};
use crate::claims::language::syntax::Range;

/// Nodes of all entries together.
const MOST_NODES: f64 = 3e5;

impl<T: Base> World<'_, T> {
    pub(super) fn expectation(
        &self,
        symbol: usize,
        law: &Distribution,
        degree: usize,
        body: &Node,
        slots: &mut [usize],
        ranges: &[Range],
    ) -> T {
        let entries = self.program.entries(symbol, &self.point.sizes);
        let rule: Vec<(T, T)> = match law {
            Distribution::Signs => {
                let half = T::integer(1) / T::integer(2);
                vec![(T::integer(-1), half), (T::integer(1), half)]
            }
            Distribution::Bernoulli(probability) => {
                let probability = self.value(probability, slots, ranges);
                vec![(T::integer(0), T::integer(1) - probability), (T::integer(1), probability)]
            }
            Distribution::Normal => normal(degree),
        };
        // What has no weight takes no work.
        let rule: Vec<(T, T)> = rule.into_iter().filter(|(_, weight)| !weight.is_nothing()).collect();
        if (rule.len() as f64).powi(entries as i32) > MOST_NODES {
            return undefined();
        }
        let mut sum = T::integer(0);
        for mut number in 0..rule.len().pow(entries as u32) {
            let (mut weight, mut values) = (T::integer(1), Vec::with_capacity(entries));
            for _ in 0..entries {
                let (node, factor) = rule[number % rule.len()];
                number /= rule.len();
                weight *= factor;
                values.push(node);
            }
            let drawn = self.changed(Change::Values { symbol, values }, self.level, self.moved);
            drawn.prepare(body);
            sum += weight * drawn.value(body, slots, ranges);
        }
        sum
    }
}

/// Nodes and weights with the moments `1, 0, 1, 0, 3, 0, 15, ..` up to this degree: whole numbers around 0, whose weights may be
/// negative.
fn normal<T: Base>(degree: usize) -> Vec<(T, T)> {
    let node = |at: usize| (at as i64 + 1) / 2 * if at.is_multiple_of(2) { -1 } else { 1 };
    let nodes: Vec<i64> = (0..=degree).map(node).collect();
    let moment =
        |power: usize| if power % 2 == 1 { 0 } else { (1..power as i64).step_by(2).product::<i64>() };
    let weight = |own: i64| {
        // The coefficients of the product of `z - t` over the other nodes.
        let mut coefficients = vec![1i64];
        let mut below = 1i64;
        for other in nodes.iter().filter(|other| **other != own) {
            coefficients.push(0);
            for at in (1..coefficients.len()).rev() {
                coefficients[at] = coefficients[at - 1] - other * coefficients[at];
            }
            coefficients[0] *= -other;
            below *= own - other;
        }
        let above: i64 = coefficients.iter().enumerate().map(|(power, factor)| factor * moment(power)).sum();
        T::integer(above) / T::integer(below)
    };
    nodes.iter().map(|own| (T::integer(*own), weight(*own))).collect()
}
