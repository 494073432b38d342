//! How much work a claim is, before any of it is done.

use crate::claims::language::lengths::Lengths;
use crate::claims::language::program::{Assumed, Claim, Distribution, Form, Node, Program, Value};
use crate::claims::language::symbols::Symbols;
use crate::claims::language::syntax::{MOST_SIZES, Range, Structure};

/// An estimate of the elementary operations that evaluating so many components of a claim takes at these sizes. A quantity
/// is computed once in each world, and each derivative is a world of its own.
pub(in crate::claims) fn work(program: &Program, claim: &Claim, sizes: &Lengths, components: usize) -> f64 {
    estimate(Estimate::new(program, sizes, None), claim, components)
}

/// The same where these are the indices with entries of their own, and a sum goes over one more than that, and over each of
/// the equal ones that an index around it stands for already.
pub(in crate::claims) fn work_at_every_size(
    program: &Program,
    claim: &Claim,
    explicit: &Lengths,
    copies: &Lengths,
    components: usize,
) -> f64 {
    estimate(Estimate::new(program, explicit, Some(copies)), claim, components)
}

fn estimate(mut estimate: Estimate, claim: &Claim, components: usize) -> f64 {
    let (program, sizes) = (estimate.program, estimate.sizes);
    let components = components as f64;
    for (_, slot) in &claim.free {
        estimate.open[claim.slots[*slot].number()] += 1;
    }
    // In order: each builds on those before.
    let tables: f64 = claim.used.iter().map(|symbol| estimate.table(symbol)).sum();
    let sides = estimate.node(&claim.left, &claim.slots) + estimate.node(&claim.right, &claim.slots);
    let free = program.used(claim).filter(|(_, symbol)| matches!(symbol.value, Value::Free { .. }));
    let drawn: f64 = free
        .map(|(_, symbol)| {
            let entries = sizes.entries(&symbol.ranges) as f64;
            match symbol.value {
                Value::Free { structure: Some(Structure::Positive | Structure::Orthogonal), .. } => {
                    entries.powf(1.5)
                }
                _ => entries,
            }
        })
        .sum();
    // An equation that is solved is evaluated once for each entry that it may be solved for.
    let solved: f64 = program
        .assumed(claim)
        .map(|assumed| match assumed {
            Assumed::Equation(equation) => {
                let unknowns = equation.unknowns.iter().map(|symbol| program.entries(*symbol, sizes) as f64);
                let unknowns = unknowns.fold(1.0, f64::max);
                let rows: f64 =
                    equation.free.iter().map(|slot| sizes.of(equation.slots[*slot]) as f64).product();
                let each = estimate.node(&equation.left, &equation.slots)
                    + estimate.node(&equation.right, &equation.slots);
                unknowns * rows * (each + rows.min(unknowns))
            }
            Assumed::Order(equation) => {
                let rows: f64 =
                    equation.free.iter().map(|slot| sizes.of(equation.slots[*slot]) as f64).product();
                20.0 * rows
            }
            _ => 0.0,
        })
        .sum();
    // A number of a tower has 2^order parts, and a product of two takes 3^order products of parts.
    drawn + solved + (components * sides + tables) * 3f64.powi(claim.order as i32)
}

struct Estimate<'a> {
    program: &'a Program,
    sizes: &'a Lengths,
    tables: Vec<Option<f64>>,
    /// Where there are equal indices beside the explicit ones: those ranges that have such are not zero.
    equal: Option<&'a Lengths>,
    /// The indices of each range that are given or summed over around.
    open: [usize; MOST_SIZES],
}

impl<'a> Estimate<'a> {
    fn new(program: &'a Program, sizes: &'a Lengths, equal: Option<&'a Lengths>) -> Self {
        Estimate { program, sizes, tables: vec![None; program.symbols.len()], equal, open: [0; MOST_SIZES] }
    }

    /// How many values the next index of a range takes.
    fn count(&self, range: Range) -> f64 {
        let equal = self.equal.is_some_and(|copies| copies.of(range) > 0);
        let equal = if equal { 1 + self.open[range.number()] } else { 0 };
        (self.sizes.of(range) + equal) as f64
    }

    /// How many entries a quantity has, those that are equal counted once.
    fn entries(&mut self, ranges: &[Range]) -> f64 {
        let around = std::mem::take(&mut self.open);
        let mut entries = 1.0;
        for range in ranges {
            entries *= self.count(*range);
            self.open[range.number()] += 1;
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
        // A recurrence builds on itself.
        self.tables[symbol] = Some(0.0);
        let info = &self.program.symbols[symbol];
        let cost = match &info.value {
            Value::Free { .. } => 0.0,
            Value::Defined(node, slots) => {
                let entries = self.entries(&info.ranges);
                let around = std::mem::take(&mut self.open);
                for range in &info.ranges {
                    self.open[range.number()] += 1;
                }
                let each = self.node(node, slots);
                self.open = around;
                entries * each
            }
        };
        self.tables[symbol] = Some(cost);
        cost
    }

    /// All that an expression builds on and that moves with one of these quantities.
    fn redone(&mut self, node: &Node, moved: &[usize]) -> f64 {
        let program = self.program;
        let mut used = Symbols::default();
        program.dependencies(node, &mut used);
        let moves = |symbol: &usize| moved.iter().any(|own| program.symbols[*symbol].depends.contains(*own));
        used.iter().filter(moves).map(|symbol| self.table(symbol)).sum()
    }

    fn node(&mut self, node: &Node, slots: &[Range]) -> f64 {
        match &node.form {
            Form::Number(_)
            | Form::Size(_)
            | Form::Parameters
            | Form::Symbol(..)
            | Form::Mask(..)
            | Form::Index(_) => 1.0,
            Form::IndexPower(x, _) => 4.0 + self.node(x, slots),
            Form::Eigenvalue { .. } => self.eigenvalue(),
            Form::Call(..) | Form::Negate(_) | Form::Test(..) | Form::Raise(..) | Form::Cases(_) => {
                1.0 + node.children().into_iter().map(|child| self.node(child, slots)).sum::<f64>()
            }
            Form::Own(_, _, arguments) => {
                let each: f64 = arguments.iter().map(|child| self.node(child, slots)).sum();
                4.0 * (1.0 + each)
            }
            Form::Power(x, n) => n.unsigned_abs() as f64 + self.node(x, slots),
            Form::At(of, sets) => {
                let moved: Vec<usize> = sets.iter().map(|set| set.symbol).collect();
                let tables = self.redone(of, &moved);
                let mut values = 0.0;
                for set in sets {
                    let entries = self.program.entries(set.symbol, self.sizes) as f64;
                    values += entries * self.node(&set.value, slots);
                }
                1.0 + self.node(of, slots) + tables + values
            }
            Form::Expect(symbol, law, degree, body) => {
                let nodes = match **law {
                    // The middle one of three has no weight.
                    Distribution::Normal => {
                        if *degree == 2 {
                            2
                        } else {
                            degree + 1
                        }
                    }
                    _ => 2,
                };
                let entries = self.program.entries(*symbol, self.sizes).min(1000) as i32;
                let tables = self.redone(body, &[*symbol]);
                (nodes as f64).powi(entries) * (1.0 + self.node(body, slots) + tables)
            }
            Form::Inverse(matrix, _) | Form::Determinant(matrix) => {
                // An inverse is computed once for all its entries.
                let size = self.sizes.of(slots[matrix.row]) as f64;
                size * size * (size + self.node(&matrix.entry, slots))
            }
            Form::Add(x, y) | Form::Subtract(x, y) | Form::Multiply(x, y) | Form::Divide(x, y) => {
                1.0 + self.node(x, slots) + self.node(y, slots)
            }
            Form::Sum(over, body) => {
                let mut count = 1.0;
                for slot in over {
                    count *= self.count(slots[*slot]);
                    self.open[slots[*slot].number()] += 1;
                }
                let body = self.node(body, slots);
                for slot in over {
                    self.open[slots[*slot].number()] -= 1;
                }
                count * (1.0 + body)
            }
            Form::Derivative(of, by, ..) => 1.0 + self.node(of, slots) + self.redone(of, &[*by]),
        }
    }
}
