//! Closed forms of the Wolkowicz-Styan bound on the loss Hessian and of its gradient, each proved from the loss.

pub mod audit;
pub mod cli;
pub mod data;
pub mod io;
pub mod model;
pub mod number;
pub mod oracle;
pub mod terms;
pub mod witness;
