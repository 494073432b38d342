//! Closed forms of the Wolkowicz-Styan bound on the largest eigenvalue of the cross-entropy loss Hessian of a
//! three-layer network, and of the bound's gradient, each equation proved from the loss.
//!
//! Source of the problem: arXiv:2606.28662 (only its abstract was at hand; everything here is derived anew, in
//! `derivations/`). The inequality: H. Wolkowicz and G. P. H. Styan, *Bounds for eigenvalues using traces*, Linear
//! Algebra Appl. 29 (1980) 471-506.
//!
//! # The map
//! Every equation is ONE pure function, generic over its number type; the same line of source runs in several
//! arithmetics, and each arithmetic answers another question. Arrows run downward only.
//!
//! | room | what is in it |
//! | --- | --- |
//! | [`cli`] | the command `hsr`: parses arguments, calls the library, prints |
//! | [`compare`] | training methods against each other: the same grounds, statistics, pictures, a page |
//! | [`audit`] | holds every equation against every witness, and tells |
//! | [`claims`] | derivations written as text: parse, evaluate, diagnose, repair |
//! | [`conform`] | a program in any language against the reference; test vectors |
//! | [`train`] | training along the bound's gradient and along its rivals: steps, records, checkpoints |
//! | [`pictures`] | plots of plain data, as SVG and PNG |
//! | [`spectrum`] | both ends of the Hessian's spectrum with their vectors, or all of it |
//! | [`oracle`] | the reference answer for one network: bound, terms, gradients, spectrum |
//! | [`fast`] | the production path: value and gradient by matrix products, routes and a plan |
//! | [`witness`] | independent roads to the truth: derivatives of the loss, eigenvalues |
//! | [`terms`] | the derivation: a file a chapter, a function an equation |
//! | [`io`] | npz, safetensors, JSON and CSV files, results written whole or not at all |
//! | [`data`] | labelled samples, four embedded data sets |
//! | [`model`] | sizes, parameters, data, activations |
//! | [`number`] | the arithmetics: `f64`, dual numbers, the prime field and jets, rounding errors, 106 bits, degrees |
//!
//! # The bound of a network
//! ```
//! use hsr::model::{Activation, Batch, Network, Parameters};
//! use hsr::oracle::{Wanted, answer};
//! use nalgebra::{dmatrix, dvector};
//!
//! let parameters = Parameters {
//!     w: dmatrix![0.5, -1.0; 0.2, 0.3],
//!     b: Some(dvector![0.1, 0.0]),
//!     v: dmatrix![1.0, 0.4; -1.0, 0.2; 0.3, -0.6],
//!     c: Some(dvector![0.0, 0.1, -0.1]),
//! };
//! let network = Network::new(parameters, Activation::Tanh)?;
//! let batch = Batch::from_labels(dmatrix![1.0, 0.2; -0.3, 0.8; 0.5, 0.5], &[0, 1, 2], 3)?;
//! let answer = answer(&network, &batch, Wanted::default())?;
//! println!("lambda_max <= {} <= {}", answer.ws_block, answer.ws_upper);
//! println!("steepest descent along {:?}", answer.gradient?.scale(&-1.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod audit;
mod budget;
pub mod claims;
pub mod cli;
pub mod compare;
pub mod conform;
pub mod data;
pub mod fast;
pub mod io;
pub mod model;
mod nearest;
pub mod number;
pub mod oracle;
mod parallel;
pub mod pictures;
mod shell;
pub mod spectrum;
pub mod terms;
pub mod train;
pub mod witness;
mod words;

/// The README's examples in Rust, run as doc tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
