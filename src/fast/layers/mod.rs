//! The production path at any depth and for any loss: see [`LayerWorkspace`].

mod moments;
mod objective;
mod plan;
mod workspace;

pub use moments::{LayerMoments, LayerValues};
pub use objective::{LayerObjective, NoLayerGradient};
pub use plan::LayerPlan;
pub use workspace::{LayerWorkspace, Penalised};
