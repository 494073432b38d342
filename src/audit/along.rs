//! What is made once for each direction.

use crate::number::Number;
use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};

/// For directions, what moves along them.
pub(super) struct Along<A>(Mutex<Vec<Made<A>>>);

/// A direction, and what moves along it, in the numbers that carry a derivative over `A`: those are not known here.
type Made<A> = (Vec<A>, Arc<dyn Any + Send + Sync>);

impl<A: Number> Along<A> {
    /// Nothing is made yet.
    pub(super) fn new() -> Self {
        Along(Mutex::new(Vec::new()))
    }

    /// What `make` gives for a direction, made once: many truths are derivatives along the same one, and each goes over all pairs of
    /// samples.
    pub(super) fn of<M: Send + Sync + 'static>(&self, direction: &[A], make: impl FnOnce() -> M) -> Arc<M> {
        // Others wait: what they wait for is what they would make themselves. The thread that makes it takes up no other
        // work in between, see `parallel`, or it could wait for itself.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|(known, _)| known == direction).map(|(_, made)| Arc::clone(made));
        if let Some(made) = found.and_then(|made| made.downcast().ok()) {
            return made;
        }
        let made = Arc::new(make());
        kept.push((direction.to_vec(), made.clone()));
        made
    }
}
