//! Random numbers in each arithmetic, from one seeded stream.

use crate::number::{Degree, Field, MODULUS, Precise, Rounded, Smooth};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// An arithmetic whose numbers can be drawn at random. The same stream gives the same number in `f64`, [`Rounded`]
/// and [`Precise`].
pub trait Draw: Smooth {
    /// The next number: uniform on `[-1, 1)` for floats, uniform over the field for the field.
    fn draw(random: &mut ChaCha8Rng) -> Self;
}

impl Draw for f64 {
    fn draw(random: &mut ChaCha8Rng) -> Self {
        random.random_range(-1.0..1.0)
    }
}

impl Draw for Rounded {
    fn draw(random: &mut ChaCha8Rng) -> Self {
        Rounded::exact(f64::draw(random))
    }
}

impl Draw for Precise {
    fn draw(random: &mut ChaCha8Rng) -> Self {
        Precise::exact(f64::draw(random))
    }
}

impl Draw for Field {
    fn draw(random: &mut ChaCha8Rng) -> Self {
        Field::new(random.random_range(0..MODULUS))
    }
}

impl Draw for Degree {
    fn draw(_: &mut ChaCha8Rng) -> Self {
        Degree::SYMBOL
    }
}
