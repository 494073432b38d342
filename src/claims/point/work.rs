//! How much work a claim is, before any of it is done.

use super::place::Sizes;
use crate::claims::language::program::{Claim, Form, Node, Program, Value};
use crate::claims::language::symbols::Symbols;
use crate::claims::language::syntax::Range;

/// An estimate of the elementary operations that evaluating so many components of a claim takes at these sizes. A quantity
/// is computed once in each world, and each derivative is a world of its own.
pub(in crate::claims) fn work(program: &Program, claim: &Claim, sizes: &Sizes, components: usize) -> f64 {
    estimate(Estimate::new(program, sizes, false), claim, components)
}

/// The same where these are the indices with entries of their own, and a sum goes over one more than that, and over each of
/// the equal ones that an index around it stands for already.
pub(in crate::claims) fn work_at_every_size(
    program: &Program,
    claim: &Claim,
    explicit: &Sizes,
    components: usize,
) -> f64 {
    estimate(Estimate::new(program, explicit, true), claim, components)
}

fn estimate(mut estimate: Estimate, claim: &Claim, components: usize) -> f64 {
    let (program, sizes) = (estimate.program, estimate.sizes);
    let components = components as f64;
    for (_, slot) in &claim.free {
        estimate.open[claim.slots[*slot] as usize] += 1;
    }
    // In order: each builds on those before.
    let tables: f64 = claim.used.iter().map(|symbol| estimate.table(symbol)).sum();
    let sides = estimate.node(&claim.left, &claim.slots) + estimate.node(&claim.right, &claim.slots);
    let free = program.used(claim).filter(|(_, symbol)| matches!(symbol.value, Value::Free { .. }));
    let drawn: f64 = free.map(|(_, symbol)| sizes.entries(&symbol.ranges) as f64).sum();
    // A number of a tower has 2^order parts, and a product of two takes 3^order products of parts.
    drawn + (components * sides + tables) * 3f64.powi(claim.order as i32)
}

struct Estimate<'a> {
    program: &'a Program,
    sizes: &'a Sizes,
    tables: Vec<Option<f64>>,
    /// Whether there are equal indices beside the explicit ones.
    equal: bool,
    /// The indices of each range that are given or summed over around.
    open: [usize; 4],
}

impl<'a> Estimate<'a> {
    fn new(program: &'a Program, sizes: &'a Sizes, equal: bool) -> Self {
        Estimate { program, sizes, tables: vec![None; program.symbols.len()], equal, open: [0; 4] }
    }

    /// How many values the next index of a range takes.
    fn count(&self, range: Range) -> f64 {
        let equal = if self.equal { 1 + self.open[range as usize] } else { 0 };
        (self.sizes.of(range) + equal) as f64
    }

    /// How many entries a quantity has, those that are equal counted once.
    fn entries(&mut self, ranges: &[Range]) -> f64 {
        let around = std::mem::take(&mut self.open);
        let mut entries = 1.0;
        for range in ranges {
            entries *= self.count(*range);
            self.open[*range as usize] += 1;
        }
        self.open = around;
        entries
    }

    /// A Hessian, entry by entry, each from a loss that is computed anew.
    fn eigenvalue(&mut self) -> f64 {
        let parameters = self.program.parameters().iter().map(|parameter| &self.program.symbols[*parameter]);
        let size: f64 = parameters.map(|symbol| self.sizes.entries(&symbol.ranges) as f64).sum();
        let Some(loss) = self.program.find("L") else { return 1.0 };
        let program = self.program;
        let tables: f64 = program.symbols[loss].depends.iter().map(|symbol| self.table(symbol)).sum();
        size * size / 2.0 * tables + size * size * size
    }

    /// All entries of a defined quantity.
    fn table(&mut self, symbol: usize) -> f64 {
        if let Some(known) = self.tables[symbol] {
            return known;
        }
        let info = &self.program.symbols[symbol];
        let cost = match &info.value {
            Value::Free { .. } => 0.0,
            Value::Defined(node, slots) => {
                let entries = self.entries(&info.ranges);
                let around = std::mem::take(&mut self.open);
                for range in &info.ranges {
                    self.open[*range as usize] += 1;
                }
                let each = self.node(node, slots);
                self.open = around;
                entries * each
            }
        };
        self.tables[symbol] = Some(cost);
        cost
    }

    fn node(&mut self, node: &Node, slots: &[Range]) -> f64 {
        match &node.form {
            Form::Number(_) | Form::Size(_) | Form::Parameters | Form::Symbol(..) | Form::Delta(..) => 1.0,
            Form::Eigenvalue { .. } => self.eigenvalue(),
            Form::Call(_, x) | Form::Negate(x) => 1.0 + self.node(x, slots),
            Form::Power(x, n) => *n as f64 + self.node(x, slots),
            Form::Add(x, y) | Form::Subtract(x, y) | Form::Multiply(x, y) | Form::Divide(x, y) => {
                1.0 + self.node(x, slots) + self.node(y, slots)
            }
            Form::Sum(over, body) => {
                let mut count = 1.0;
                for slot in over {
                    count *= self.count(slots[*slot]);
                    self.open[slots[*slot] as usize] += 1;
                }
                let body = self.node(body, slots);
                for slot in over {
                    self.open[slots[*slot] as usize] -= 1;
                }
                count * (1.0 + body)
            }
            Form::Derivative(of, by, ..) => {
                let mut used = Symbols::default();
                self.program.dependencies(of, &mut used);
                let redone = used.iter().filter(|symbol| self.program.symbols[*symbol].depends.contains(*by));
                let tables: f64 =
                    redone.collect::<Vec<_>>().into_iter().map(|symbol| self.table(symbol)).sum();
                1.0 + self.node(of, slots) + tables
            }
        }
    }
}
