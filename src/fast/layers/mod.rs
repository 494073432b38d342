//! The production path at any depth and for any loss: see [`LayerWorkspace`].

mod apart;
mod features;
mod forward;
mod moments;
mod objective;
mod output;
mod parameters;
mod partials;
mod plan;
mod products;
mod room;
mod sizes;
mod sums;
mod sweep;
#[cfg(test)]
mod tests;
mod weights;
mod worker;
mod workspace;

pub use moments::{LayerMoments, LayerValues};
pub use objective::{LayerObjective, NoLayerGradient};
pub use plan::LayerPlan;
pub use workspace::{LayerWorkspace, Penalised};
