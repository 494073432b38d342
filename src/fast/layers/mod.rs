//! The production path at any depth and for any loss: see [`LayerWorkspace`].

mod back;
mod cost;
mod deep;
mod distant;
mod features;
mod forward;
mod gather;
mod given;
mod gradient;
mod groups;
mod items;
mod kernel;
mod memory;
mod moments;
mod neighbours;
mod objective;
mod one_hidden;
mod output;
mod pair_cover;
mod pair_sums;
mod parameters;
mod partials;
mod plan;
mod products;
mod room;
mod round;
mod rows;
mod sizes;
mod sums;
mod sweep;
#[cfg(test)]
mod tests;
mod units;
mod weights;
mod worker;
mod workspace;

pub use moments::{LayerMoments, LayerValues};
pub use objective::{LayerObjective, NoLayerGradient};
pub use pair_cover::{PairCover, Part};
pub use pair_sums::PairSums;
pub use plan::{LayerPlan, LayerRoute};
pub use workspace::{LayerWorkspace, Penalised};
