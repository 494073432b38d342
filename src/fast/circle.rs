//! Which tiles of samples are paired, so that each pair of samples comes once.

use std::ops::Range;

/// The samples that a tile is paired with, and how often a pair counts.
pub(super) fn half_circle(tile: &Range<usize>, samples: usize, length: usize) -> [(Range<usize>, f64); 3] {
    let tiles = samples.div_ceil(length);
    let own = tile.start / length;
    // With an even number of tiles the opposite one belongs to the first half of them.
    let reach = if tiles % 2 == 1 || own < tiles / 2 { tiles / 2 } else { tiles / 2 - 1 };
    let at = |index: usize| (index * length).min(samples);
    let (first, last) = (own + 1, own + 1 + reach);
    let wrapped = if last > tiles { 0..at(last - tiles) } else { 0..0 };
    [(tile.clone(), 1.0), (at(first)..at(last.min(tiles)), 2.0), (wrapped, 2.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_half_circles_of_all_tiles_hold_every_pair_once() {
        for samples in 1..14 {
            for length in 1..6 {
                let mut seen = vec![0.0; samples * samples];
                for start in (0..samples).step_by(length) {
                    let tile = start..(start + length).min(samples);
                    for (others, count) in half_circle(&tile, samples, length) {
                        for (n, m) in tile.clone().flat_map(|n| others.clone().map(move |m| (n, m))) {
                            seen[n * samples + m] += count / 2.0;
                            seen[m * samples + n] += count / 2.0;
                        }
                    }
                }
                assert!(seen.iter().all(|count| *count == 1.0), "{samples} samples, tiles of {length}");
            }
        }
    }
}
