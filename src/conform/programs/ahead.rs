//! What comes next, made in another thread while the program works.

use std::sync::mpsc::sync_channel;
use std::thread;

/// So many wait, at most: where the program is the slower one, more would only take memory.
const AHEAD: usize = 4;

/// Gives what is made of each index, in their order. Where no thread can be started, each is made when its turn comes; the rest
/// is not made where `take` returns before.
pub(super) fn ahead<T: Send, R>(
    indices: impl Iterator<Item = usize> + Clone + Send,
    make: impl Fn(usize) -> T + Sync,
    take: impl FnOnce(&mut dyn Iterator<Item = T>) -> R,
) -> R {
    thread::scope(|scope| {
        let (made, ready) = sync_channel(AHEAD);
        let (make, all) = (&make, indices.clone());
        let maker = move || {
            // An error says that nobody takes any more.
            let mut all = all.map(make);
            while all.next().is_some_and(|next| made.send(next).is_ok()) {}
        };
        match thread::Builder::new().spawn_scoped(scope, maker) {
            Ok(_) => take(&mut ready.into_iter()),
            Err(_) => take(&mut indices.map(make)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn all_come_in_their_order() {
        let found: Vec<usize> = ahead(3..200, |index| index * index, |all| all.collect());
        assert_eq!(found, (3..200).map(|index| index * index).collect::<Vec<_>>());
    }

    #[test]
    fn no_more_is_made_than_may_wait_where_nobody_takes_any_more() {
        let made = AtomicUsize::new(0);
        let first = ahead(0..1000, |_| made.fetch_add(1, Ordering::SeqCst), |all| all.next());
        assert_eq!(first, Some(0));
        // One that was taken, those that wait, and one whose place was not free.
        assert!(made.into_inner() <= AHEAD + 2);
    }
}
