//! `hsr bench`.

mod candidates;
mod machine;
mod progress;
mod report;
mod rounds;
mod spread;
mod subjects;
mod work;

use super::{interrupt, note, numbers};
use candidates::Candidates;
use clap::{Args, ValueEnum};
use machine::Machine;
use progress::Progress;
use report::Report;
use rounds::take_turns;
use std::error::Error;
use std::str::FromStr;
use std::time::Instant;
use subjects::{Named, Sizes, Subject, Widths};

const EXAMPLES: &str = "\
Examples:
  hsr bench                                                  all shapes, and training: half a minute
  hsr bench --shape iris --shape wide --json                 two of them, for a program
  hsr bench --samples 2000 --widths 784-128-10               sizes of your own
  hsr bench --samples 60000 --widths 784-128-10 --measure gradient --threads 8 --runs 1
  hsr bench --shape small --measure training --threads 1,2,4

A run calls what is measured until 50 ms are over. Runs are taken in turn: each round goes through everything, and a moment
in which the machine does something else hits all alike. Products are matrix products with as many multiplications as value
and gradient need by the route, or at any depth as the products of the blocks over pairs of samples have. The ratio is that of
value and gradient to products, in each round.";

/// Arguments of `hsr bench`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct BenchArguments {
    /// One of the shapes; may come again [default: all]
    #[arg(long, value_enum, value_name = "NAME", conflicts_with = "widths")]
    shape: Vec<Named>,
    /// Samples of a network of your own
    #[arg(long, value_name = "N", value_parser = numbers::whole(1..=MOST_SAMPLES), requires = "widths")]
    samples: Option<usize>,
    /// Its widths, from the inputs to the classes, such as 784-128-10
    #[arg(long, value_name = "D-H-..-C", value_parser = Widths::from_str, requires = "samples")]
    widths: Option<Widths>,
    /// What to measure [default: value,gradient,products, and training at small where no shape is named]
    #[arg(long, value_enum, value_name = "NAME,..", value_delimiter = ',')]
    measure: Vec<Quantity>,
    /// Numbers of threads, each measured [default: 1 and all cores]
    #[arg(long, value_name = "T,..", value_delimiter = ',', value_parser = numbers::whole(1..=MOST_THREADS))]
    threads: Vec<usize>,
    /// Runs, of which the median, the least and the most are reported
    #[arg(long, default_value_t = 5, value_name = "K", value_parser = numbers::whole(1..=MOST_RUNS))]
    runs: usize,
    /// Seed of weights and inputs
    #[arg(long, default_value_t = 0, value_name = "SEED", value_parser = numbers::seed)]
    seed: u64,
    /// Print as JSON, all runs in seconds
    #[arg(long)]
    json: bool,
}

/// More are a slip of the keyboard.
const MOST_SAMPLES: usize = 10_000_000;
const MOST_THREADS: usize = 1024;
const MOST_RUNS: usize = 10_000;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Quantity {
    /// Loss and bound.
    Value,
    /// Loss and bound, with the bound's gradient.
    Gradient,
    /// Matrix products of the same arithmetic.
    Products,
    /// Steps of sgd, hsr and sam.
    Training,
}

pub(super) fn bench(arguments: &BenchArguments) -> Result<(), Box<dyn Error>> {
    interrupt::listen()?;
    let report = measure(arguments)?;
    if let Some(warning) = report.warning() {
        note(&warning);
    }
    if arguments.json { super::print_json(&report.json()) } else { super::print(&report.table()) }
}

fn measure(arguments: &BenchArguments) -> Result<Report, Box<dyn Error>> {
    let (begun, before) = (Instant::now(), machine::load());
    let threads = arguments.threads();
    let subjects = draw(arguments.sizes(), &threads, arguments.seed)?;
    let mut candidates = Candidates::default();
    for subject in &subjects {
        let quantities = arguments.quantities(subject.sizes.name);
        for &threads in &threads {
            candidates.add(subject, threads, &quantities, arguments.seed)?;
        }
    }
    let progress = Progress::new()?;
    let taken = take_turns(&mut candidates.measurements, arguments.runs, &progress);
    progress.end();
    taken?;
    Ok(Report {
        version: env!("CARGO_PKG_VERSION"),
        machine: Machine::this(),
        load: [before, machine::load()],
        seed: arguments.seed,
        runs: arguments.runs,
        shapes: candidates.shapes(),
        training: candidates.training(),
        disturbed: candidates.disturbed(),
        seconds: begun.elapsed().as_secs_f64(),
    })
}

/// Draws networks and data, once it is known that there is room for all that is measured.
fn draw(sizes: Vec<Sizes>, threads: &[usize], seed: u64) -> Result<Vec<Subject>, Box<dyn Error>> {
    for sizes in &sizes {
        for &threads in threads {
            sizes.check(threads)?;
        }
    }
    sizes.into_iter().map(|sizes| Subject::draw(sizes, seed)).collect()
}

impl BenchArguments {
    fn sizes(&self) -> Vec<Sizes> {
        if let (Some(samples), Some(Widths(widths))) = (self.samples, &self.widths) {
            return vec![Sizes { name: "own", samples, widths: widths.clone() }];
        }
        let named = if self.shape.is_empty() { Named::value_variants().to_vec() } else { once(&self.shape) };
        named.into_iter().map(Named::sizes).collect()
    }

    fn threads(&self) -> Vec<usize> {
        if self.threads.is_empty() { once(&[1, machine::cores()]) } else { once(&self.threads) }
    }

    /// What is measured at the shape of this name.
    fn quantities(&self, name: &str) -> Vec<Quantity> {
        if !self.measure.is_empty() {
            return self.measure.clone();
        }
        let mut usual = vec![Quantity::Value, Quantity::Gradient, Quantity::Products];
        if self.shape.is_empty() && name == Named::Small.sizes().name {
            usual.push(Quantity::Training);
        }
        usual
    }
}

/// Each of them once, in the order in which they come first.
fn once<T: Copy + PartialEq>(all: &[T]) -> Vec<T> {
    let first = |(at, one): (usize, &T)| (!all[..at].contains(one)).then_some(*one);
    all.iter().enumerate().filter_map(first).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        arguments: BenchArguments,
    }

    fn arguments(line: &str) -> BenchArguments {
        Command::try_parse_from(line.split(' ')).unwrap().arguments
    }

    #[test]
    fn all_shapes_are_measured_on_one_thread_and_on_all_cores_and_training_at_one_of_them() {
        let all = arguments("bench");
        let names: Vec<&str> = all.sizes().iter().map(|sizes| sizes.name).collect();
        assert_eq!(names, ["iris", "small", "wide", "digits", "deep-small", "deep-wide"]);
        for name in names {
            let quantities = all.quantities(name);
            assert!(quantities.starts_with(&[Quantity::Value, Quantity::Gradient, Quantity::Products]));
            assert_eq!(quantities.contains(&Quantity::Training), name == "small", "{name}");
        }
        assert_eq!(all.threads(), once(&[1, machine::cores()]));
    }

    #[test]
    fn what_is_asked_for_is_measured_and_no_more_and_once() {
        let one = arguments("bench --shape small --shape iris --shape small --threads 3,1,3");
        assert_eq!(one.sizes().iter().map(|sizes| sizes.name).collect::<Vec<_>>(), ["small", "iris"]);
        assert_eq!(one.threads(), [3, 1]);
        assert!(!one.quantities("small").contains(&Quantity::Training));
        let own = arguments("bench --samples 7 --widths 4-3-2 --measure training,value");
        assert_eq!(own.sizes()[0].describe(), "7, 4-3-2");
        assert_eq!(own.quantities("own"), [Quantity::Training, Quantity::Value]);
    }
}
