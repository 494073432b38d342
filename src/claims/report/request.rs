//! The options of a check.

use super::shard::Shard;

/// The options of [`check`](crate::claims::check()): which claims, how thoroughly, and what else to look for.
///
/// The default checks every claim at one exact point or as many as a proof needs, with the seed 0, and searches for the
/// true line nearest to each false claim.
///
/// ```
/// use hsr::claims::{Request, Shard};
/// let request = Request::default().seed(3).only("trace").mutants(true);
/// assert_ne!(request, Request::default().shard(Shard::new(1, 2)?));
/// # Ok::<(), hsr::claims::ShardError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub(super) points: usize,
    pub(super) seed: u64,
    pub(super) only: Option<String>,
    pub(super) shard: Shard,
    pub(super) repair: bool,
    pub(super) mutants: bool,
}

impl Default for Request {
    fn default() -> Self {
        Request { points: 1, seed: 0, only: None, shard: Shard::ALL, repair: true, mutants: false }
    }
}

impl Request {
    /// Checks each claim at no fewer random points of exact arithmetic than this. A proof takes as many as it needs in any
    /// case, and more than 100,000 are never taken.
    pub fn points(self, points: usize) -> Self {
        Request { points, ..self }
    }

    /// Draws everything random from this seed.
    pub fn seed(self, seed: u64) -> Self {
        Request { seed, ..self }
    }

    /// Checks only the claim with this name, in each derivation that has one.
    pub fn only(self, claim: impl Into<String>) -> Self {
        Request { only: Some(claim.into()), ..self }
    }

    /// Checks only this part of the claims.
    pub fn shard(self, shard: Shard) -> Self {
        Request { shard, ..self }
    }

    /// Whether to search for the true line nearest to a false claim.
    pub fn repair(self, repair: bool) -> Self {
        Request { repair, ..self }
    }

    /// Whether to make every small edit of every true claim, and to check that each is rejected.
    pub fn mutants(self, mutants: bool) -> Self {
        Request { mutants, ..self }
    }
}
