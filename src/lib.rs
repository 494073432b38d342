//! Closed forms of the Wolkowicz-Styan bound on the largest eigenvalue of a neural network's loss Hessian, and of the bound's
//! gradient, each equation proved from the loss: for the three-layer network with softmax cross entropy of the paper, and for fully
//! connected networks of any depth under any loss with three derivatives.
//!
//! Source of the problem: arXiv:2606.28662 (only its abstract was at hand; everything here is derived anew, in
//! `derivations/`). The inequality: H. Wolkowicz and G. P. H. Styan, *Bounds for eigenvalues using traces*, Linear
//! Algebra Appl. 29 (1980) 471-506.
//!
//! # The map
//! Every equation is ONE pure function, generic over its number type; the same line of source runs in several
//! arithmetics, and each arithmetic answers another question. Arrows run downward only.
//!
//! A feature alone in the last column is needed for the room, one that is `for` something for that part of it. The feature
//! `cli`, the default, is all of them, and the command `hsr`.
//!
//! | room | what is in it | feature |
//! | --- | --- | --- |
//! | [`claims`] | derivations written as text: parse, evaluate, diagnose, repair | `check`; `pages` for its page |
//! | [`saddles`] | runs that start beside saddles, and the steps that each method takes to leave | `compare` |
//! | [`compare`] | training methods against each other: the same grounds, statistics, pictures, a page | `compare` |
//! | [`audit`] | holds every equation against every witness, and reports | `reports` for its table, JSON and JUnit |
//! | [`conform`] | an implementation against the reference; test vectors | `files` for a program in any language |
//! | [`train`] | training along the bound's gradient and along its rivals: steps, records, checkpoints | `files` to keep them |
//! | [`pictures`] | plots of plain data, as SVG and PNG | `pictures` |
//! | [`spectrum`] | both ends of the Hessian's spectrum with their vectors, or all of it | `threads` for all cores |
//! | [`oracle`] | the reference answer for one network: bound, terms, gradients, spectrum | `files` for its arrays and JSON |
//! | [`fast`] | the production path: value and gradient by matrix products, routes and a plan | |
//! | [`witness`] | independent roads to the truth: derivatives of the loss, eigenvalues | `lapack` for a second opinion |
//! | [`terms`] | the derivation: a file a chapter, a function an equation; chapters 9 to 13 are of any depth and any loss | |
//! | [`io`] | npz, safetensors, JSON and CSV files, results written whole or not at all | `files` |
//! | [`reports`] | what programs read of a report: JSON and JUnit | `reports` |
//! | [`data`] | labelled samples, five embedded data sets | `files` for other tables |
//! | [`model`] | sizes, parameters, data, activations, losses | |
//! | [`number`] | the arithmetics: `f64`, dual numbers, the prime field and jets, rounding errors, 106 bits, degrees | |
//! | [`names`] | names that are looked up: the error for one that is unknown, with those that there are | |
//!
//! # The bound of a network
//! ```
//! use hsr::model::{Activation, Batch, ThreeLayer, Parameters};
//! use hsr::oracle::{Wanted, answer};
//! use nalgebra::{dmatrix, dvector};
//!
//! let parameters = Parameters {
//!     w: dmatrix![0.5, -1.0; 0.2, 0.3],
//!     b: Some(dvector![0.1, 0.0]),
//!     v: dmatrix![1.0, 0.4; -1.0, 0.2; 0.3, -0.6],
//!     c: Some(dvector![0.0, 0.1, -0.1]),
//! };
//! let network = ThreeLayer::new(parameters, Activation::Tanh)?;
//! let batch = Batch::from_labels(dmatrix![1.0, 0.2; -0.3, 0.8; 0.5, 0.5], &[0, 1, 2], 3)?;
//! let answer = answer(&network, &batch, Wanted::default())?;
//! println!("lambda_max <= {} <= {}", answer.scalars.ws_block, answer.scalars.ws_upper);
//! println!("steepest descent along {:?}", answer.gradient?.scale(&-1.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// The map names rooms that a division may lack.
#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "cli"), allow(rustdoc::broken_intra_doc_links))]

pub mod audit;
pub mod budget;
#[cfg(feature = "check")]
pub mod claims;
#[cfg(feature = "compare")]
pub mod compare;
pub mod conform;
pub mod data;
pub mod fast;
#[cfg(feature = "files")]
pub mod io;
pub mod model;
pub mod names;
pub mod number;
pub mod oracle;
mod parallel;
#[cfg(feature = "pictures")]
pub mod pictures;
#[cfg(feature = "reports")]
pub mod reports;
#[cfg(feature = "compare")]
pub mod saddles;
pub mod spectrum;
pub mod terms;
pub mod train;
mod vocabulary;
pub mod witness;

// How messages are put into words. The command, a crate of its own, does it in the same way; nobody else needs to.
#[doc(hidden)]
pub mod shell;
#[doc(hidden)]
pub mod words;

/// The README's examples in Rust, run as doc tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
