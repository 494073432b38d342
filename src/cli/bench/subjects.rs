//! What is measured: networks with data, of the sizes of `benches/fast.rs` or of the user's own.

use crate::cli::numbers;
use clap::ValueEnum;
use hsr::budget;
use hsr::fast::LayerPlan;
use hsr::model::{Activation, Architecture, Batch, Layers, Loss, Network};
use hsr::number::Matrix;
use hsr::words::quoted;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use std::error::Error;
use std::str::FromStr;

/// A shape by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Named {
    Iris,
    Small,
    Wide,
    Digits,
    DeepSmall,
    DeepWide,
}

impl Named {
    /// Its sizes: samples, then the widths from the inputs to the classes.
    pub fn sizes(self) -> Sizes {
        let (name, samples, widths): (_, _, &[usize]) = match self {
            Named::Iris => ("iris", 150, &[4, 16, 3]),
            Named::Small => ("small", 128, &[64, 32, 10]),
            Named::Wide => ("wide", 128, &[784, 256, 10]),
            Named::Digits => ("digits", 1797, &[64, 64, 10]),
            Named::DeepSmall => ("deep-small", 128, &[64, 32, 32, 10]),
            Named::DeepWide => ("deep-wide", 128, &[784, 256, 128, 10]),
        };
        Sizes { name, samples, widths: widths.to_vec() }
    }
}

/// The widths from the inputs to the classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Widths(pub Vec<usize>);

/// Wider or deeper is a slip of the keyboard.
const MOST_WIDTH: usize = 100_000;
const MOST_WIDTHS: usize = 1_000;

impl FromStr for Widths {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let width = numbers::whole(1..=MOST_WIDTH);
        let widths: Result<Vec<usize>, _> = text.split('-').map(|part| width(part.trim())).collect();
        match widths {
            Ok(widths) if (2..=MOST_WIDTHS).contains(&widths.len()) && widths.last() > Some(&1) => {
                Ok(Widths(widths))
            }
            _ => Err(format!(
                "{} are no widths, such as 784-128-10: inputs first, classes last, each from 1 to {MOST_WIDTH}, at \
                 least two classes",
                quoted(text)
            )),
        }
    }
}

/// Samples, and widths from the inputs to the classes, with the name that they have in reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Sizes {
    pub name: &'static str,
    pub samples: usize,
    pub widths: Vec<usize>,
}

impl Sizes {
    /// `128, 64-32-10`.
    pub fn describe(&self) -> String {
        let widths: Vec<String> = self.widths.iter().map(usize::to_string).collect();
        format!("{}, {}", self.samples, widths.join("-"))
    }

    pub fn architecture(&self) -> Architecture {
        Architecture::new(self.widths[0], &self.widths[1..], true)
    }

    /// Whether network, data and the buffers for so many threads fit into memory.
    ///
    /// # Errors
    /// What does not, with how much it would take.
    pub fn check(&self, threads: usize) -> Result<(), Box<dyn Error>> {
        let parameters = self.widths.windows(2).map(|pair| budget::numbers(&[pair[0] + 1, pair[1]]));
        let classes = self.widths[self.widths.len() - 1];
        let data = budget::numbers(&[self.samples, self.widths[0] + classes]);
        let bytes = parameters.fold(data, u64::saturating_add);
        budget::ask(bytes, || format!("a network and data of the sizes {}", self.describe()))?;
        LayerPlan::new(&self.architecture(), Loss::Softmax, self.samples, threads, false)?;
        Ok(())
    }
}

/// A network with data.
pub(super) struct Subject {
    pub sizes: Sizes,
    pub network: Network<f64>,
    pub batch: Batch<f64>,
}

impl Subject {
    /// Draws weights and inputs; each class has as many samples as the next. What is measured does not depend on them.
    pub fn draw(sizes: Sizes, seed: u64) -> Result<Self, Box<dyn Error>> {
        let architecture = sizes.architecture();
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut next = || 2.0 * random.random::<f64>() - 1.0;
        let scale = 1.0 / (architecture.inputs as f64).sqrt();
        let layers = Layers::from_fn(&architecture, |_| scale * next());
        let network = Network::new(layers, vec![Activation::Tanh; architecture.layers() - 1])?;
        let x = Matrix::from_fn(sizes.samples, architecture.inputs, |_, _| next());
        let classes = architecture.outputs();
        let labels: Vec<i64> = (0..sizes.samples).map(|n| (n % classes) as i64).collect();
        Ok(Subject { batch: Batch::from_labels(x, &labels, classes)?, sizes, network })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_read_and_what_are_none_is_told_with_what_would_be_right() {
        assert_eq!("784-128-10".parse(), Ok(Widths(vec![784, 128, 10])));
        assert_eq!("4 - 3".parse(), Ok(Widths(vec![4, 3])));
        for text in ["", "10", "64-32-1", "64-0-10", "64,32,10", "64--10", "4-100001-2", "-1-2"] {
            let message = text.parse::<Widths>().unwrap_err();
            assert!(message.contains("are no widths, such as 784-128-10: inputs first"), "{message}");
        }
        assert!(["2"; 1001].join("-").parse::<Widths>().is_err());
    }

    #[test]
    fn the_shapes_are_those_of_the_benchmark_and_of_the_comparison_by_the_same_names() {
        let read = |name| std::fs::read_to_string(format!("{}/benches/{name}", env!("CARGO_MANIFEST_DIR")));
        // The packaged crate has no benchmarks.
        let (Ok(benchmark), Ok(comparison)) = (read("fast.rs"), read("peers/compare.py")) else { return };
        for &shape in Named::value_variants() {
            let Sizes { name, samples, widths } = shape.sizes();
            let row = match &widths[..] {
                [inputs, hidden, classes] => format!("[{samples}, {inputs}, {hidden}, {classes}])"),
                [inputs, widths @ ..] => format!("{inputs}, &{widths:?})"),
                [] => String::new(),
            };
            assert!(
                benchmark.contains(&format!("(\"{name}\", {row}")),
                "benches/fast.rs has no {name} {row}"
            );
            let widths: Vec<String> = widths.iter().map(usize::to_string).collect();
            let row = format!("\"{name}\": ({samples}, ({})),", widths.join(", "));
            assert!(comparison.contains(&row), "benches/peers/compare.py has no {row}");
            assert_eq!(Named::from_str(name, false), Ok(shape));
        }
    }

    #[test]
    fn the_same_seed_draws_the_same_and_what_no_memory_holds_is_refused() {
        let sizes = Sizes { name: "own", samples: 5, widths: vec![3, 4, 2] };
        let draw = |seed| Subject::draw(sizes.clone(), seed).unwrap();
        let (one, same, other) = (draw(1), draw(1), draw(2));
        assert_eq!((&one.network, &one.batch), (&same.network, &same.batch));
        assert!(one.network != other.network && one.batch.x != other.batch.x);
        sizes.check(1).unwrap();
        for (samples, widths) in
            [(usize::MAX, vec![3, 4, 2]), (5, vec![3, 90_000, 90_000, 2]), (9_000_000, vec![1, 5_000, 4])]
        {
            assert!(Sizes { name: "own", samples, widths }.check(1).is_err());
        }
    }
}
