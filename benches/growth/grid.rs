//! The sizes that are measured, and the times of `hsr bench` there.

use crate::fit::median;
use serde_json::Value;
use std::error::Error;
use std::process::Command;

/// `N, d, h, C`, of which one changes at a time.
pub const BASE: [usize; 4] = [256, 64, 64, 10];

const VARIED: [(&str, &[usize]); 4] = [
    ("N", &[32, 64, 128, 256, 512, 1024, 2048, 4096]),
    ("d", &[8, 16, 32, 64, 128, 256, 512, 1024, 2048]),
    ("h", &[8, 16, 32, 64, 128, 256, 512]),
    ("C", &[2, 5, 10, 20, 40, 80]),
];

/// Points along which one size changes.
pub struct Line {
    /// The size that changes.
    pub letter: &'static str,
    /// Which of the four it is.
    pub index: usize,
    pub points: Vec<Point>,
}

/// Sizes, the route that the plan takes there, and the seconds of value and gradient.
pub struct Point {
    pub sizes: [usize; 4],
    pub route: String,
    pub multiplications: f64,
    pub seconds: Vec<f64>,
}

impl Line {
    /// The size that changes, at a point.
    pub fn size(&self, point: &Point) -> f64 {
        point.sizes[self.index] as f64
    }
}

impl Point {
    /// The base with one size changed.
    pub fn at(index: usize, size: usize) -> Self {
        let mut sizes = BASE;
        sizes[index] = size;
        Point { sizes, route: String::new(), multiplications: 0.0, seconds: Vec::new() }
    }

    /// The median of its seconds.
    pub fn median(&self) -> f64 {
        median(&self.seconds)
    }

    /// Takes one more run; what the machine is.
    fn run(&mut self) -> Result<Value, Box<dyn Error>> {
        let [samples, inputs, hidden, classes] = self.sizes;
        let (samples, widths) = (samples.to_string(), format!("{inputs}-{hidden}-{classes}"));
        let output = Command::new(env!("CARGO_BIN_EXE_hsr"))
            .args(["bench", "--json", "--measure", "gradient", "--threads", "1", "--runs", "1"])
            .args(["--samples", &samples, "--widths", &widths])
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        let mut report: Value = serde_json::from_slice(&output.stdout)?;
        let row = &report["shapes"][0];
        let missing = || format!("hsr bench tells no time at N={samples}, {widths}");
        self.seconds.push(row["gradient"]["median"].as_f64().ok_or_else(missing)?);
        self.route = row["route"].as_str().ok_or_else(missing)?.to_string();
        self.multiplications = row["multiplications"].as_f64().ok_or_else(missing)?;
        Ok(report["machine"].take())
    }
}

/// The lines through the base, nothing measured yet.
pub fn usual() -> Vec<Line> {
    let line = |(index, &(letter, sizes)): (usize, &(&'static str, &[usize]))| Line {
        letter,
        index,
        points: sizes.iter().map(|size| Point::at(index, *size)).collect(),
    };
    VARIED.iter().enumerate().map(line).collect()
}

/// Takes so many runs of every point, in turn; what machine it is.
pub fn measure(lines: &mut [Line], runs: usize) -> Result<Value, Box<dyn Error>> {
    let mut machine = Value::Null;
    for round in 1..=runs {
        eprintln!("round {round} of {runs}");
        for point in lines.iter_mut().flat_map(|line| &mut line.points) {
            machine = point.run()?;
        }
    }
    Ok(machine)
}
