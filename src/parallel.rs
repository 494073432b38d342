//! Work on many items in parallel, with results in the order of the items.

use rayon::prelude::*;
use std::sync::OnceLock;

/// `of(0), of(1), ..`, computed in parallel.
///
/// Equations are compiled for a dozen number types: what spreads the work is compiled once, since it sees none of them.
pub(crate) fn in_order<T: Send + Sync>(count: usize, of: &(dyn Fn(usize) -> T + Sync)) -> Vec<T> {
    let places: Vec<OnceLock<T>> = (0..count).map(|_| OnceLock::new()).collect();
    each(count, &|index| {
        places[index].get_or_init(|| of(index));
    });
    places.into_iter().filter_map(OnceLock::into_inner).collect()
}

fn each(count: usize, work: &(dyn Fn(usize) + Sync)) {
    (0..count).into_par_iter().for_each(work);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_items() {
        assert_eq!(in_order(1000, &|index| 3 * index), (0..1000).map(|index| 3 * index).collect::<Vec<_>>());
        assert!(in_order(0, &|index| index).is_empty());
    }
}
