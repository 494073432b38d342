//! Work on many items in parallel, with results in the order of the items.

use rayon::prelude::*;
use std::sync::OnceLock;
use std::thread::available_parallelism;

/// How many partial sums a sum is made of, whatever the number of threads, so that this does not change its last digits.
pub(crate) const PARTS: usize = 16;

/// How many threads the machine runs at once. It is asked once: the limits of a process stand in files.
pub(crate) fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| available_parallelism().map_or(1, usize::from))
}

/// Fewer items than this are computed in the calling thread: to wake another one takes longer.
const FEW: usize = 16;

/// `of(0), of(1), ..`, computed in parallel.
///
/// In a thread that does a part of some parallel work already it is computed there, one after the other: such a thread must not
/// take up another part before this is done, which may wait for what is computed here.
///
/// Equations are compiled for a dozen number types: what spreads the work is compiled once, since it sees none of them.
pub(crate) fn in_order<T: Send + Sync>(count: usize, of: &(dyn Fn(usize) -> T + Sync)) -> Vec<T> {
    spread(count, count < FEW, of)
}

/// `of(0) + of(1) + ..`, its parts computed in parallel in the same way: every sixteenth item is in the same one. None for no items.
///
/// It takes the memory of as many items as there are parts, not of all.
pub(crate) fn sum<T: Send + Sync>(
    count: usize,
    of: &(dyn Fn(usize) -> T + Sync),
    plus: &(dyn Fn(T, T) -> T + Sync),
) -> Option<T> {
    let part = |first: usize| (first..count).step_by(PARTS).map(of).reduce(plus);
    spread(count.min(PARTS), count < FEW, &part).into_iter().flatten().reduce(plus)
}

fn spread<T: Send + Sync>(count: usize, alone: bool, of: &(dyn Fn(usize) -> T + Sync)) -> Vec<T> {
    if alone || rayon::current_thread_index().is_some() {
        return (0..count).map(of).collect();
    }
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

    #[test]
    fn every_item_is_in_the_sum_once() {
        for count in [1, 2, 15, 16, 17, 1000] {
            assert_eq!(sum(count, &|index| index + 1, &|a, b| a + b), Some(count * (count + 1) / 2));
        }
        assert_eq!(sum(0, &|index| index, &|a, b| a + b), None);
    }

    #[test]
    fn a_sum_has_the_same_bits_in_one_thread_and_in_all() {
        let fractions = || sum(1000, &|index| 1.0 / (index as f64 + 0.3), &|a, b| a + b);
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(one.install(fractions), fractions());
    }

    #[test]
    fn a_thread_at_work_takes_up_nothing_else_before_it_is_done() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        let work = |_| {
            std::thread::sleep(std::time::Duration::from_millis(1));
            rayon::current_thread_index()
        };
        let threads = pool.install(|| in_order(2 * FEW, &work));
        assert!(threads.iter().all(|thread| thread.is_some() && *thread == threads[0]));
    }
}
