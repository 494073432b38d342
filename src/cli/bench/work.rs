//! What is called to be measured: the production path, matrix products of the same arithmetic, and training.

use super::rounds::Work;
use super::subjects::{Sizes, Subject};
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};
use hsr::fast::{LayerObjective, LayerPlan, LayerWorkspace, Objective, Plan, PlanError, Watcher, Workspace};
use hsr::model::{Loss, ThreeLayer};
use hsr::train::{Method, TrainError, TrainSettings, Trainer};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::cell::RefCell;
use std::error::Error;
use std::hint::black_box;
use std::rc::Rc;

/// The production path at a subject, on so many threads.
pub(super) struct Path<'a> {
    subject: &'a Subject,
    way: Way,
    gradient: Vec<f64>,
}

/// By which of its two workspaces.
enum Way {
    OneHidden { workspace: Box<Workspace>, network: ThreeLayer<f64> },
    AnyDepth { workspace: Box<LayerWorkspace> },
}

impl<'a> Path<'a> {
    /// Plans it, and allocates its buffers.
    ///
    /// # Errors
    /// [`PlanError`] where there is no room for them.
    pub fn new(subject: &'a Subject, threads: usize) -> Result<Self, PlanError> {
        let Subject { sizes, network, .. } = subject;
        let architecture = sizes.architecture();
        let way = match network.three_layer() {
            Some(network) => {
                let plan = Plan::new(&network.shape(sizes.samples), threads, None)?;
                Way::OneHidden { workspace: Box::new(Workspace::new(plan)), network }
            }
            None => {
                let plan = LayerPlan::new(&architecture, Loss::Softmax, sizes.samples, threads, false)?;
                Way::AnyDepth { workspace: Box::new(LayerWorkspace::new(plan)) }
            }
        };
        Ok(Path { subject, way, gradient: vec![0.0; architecture.parameters()] })
    }

    /// The plan in words, a line a route or a block.
    pub fn plan(&self) -> String {
        match &self.way {
            Way::OneHidden { workspace, .. } => workspace.plan().to_string(),
            Way::AnyDepth { workspace } => workspace.plan().to_string(),
        }
    }

    /// The route; none where each block has one of its own.
    pub fn route(&self) -> Option<&'static str> {
        match &self.way {
            Way::OneHidden { workspace, .. } => Some(workspace.plan().route().name()),
            Way::AnyDepth { .. } => None,
        }
    }

    /// The multiplications of the matrix products that value and gradient need by the route; at any depth, those of the
    /// blocks over pairs of samples.
    pub fn multiplications(&self) -> f64 {
        match &self.way {
            Way::OneHidden { workspace, .. } => workspace.plan().multiplications(),
            Way::AnyDepth { .. } => block_multiplications(&self.subject.sizes),
        }
    }

    fn value(&mut self) -> Result<(), Box<dyn Error>> {
        let batch = &self.subject.batch;
        match &mut self.way {
            Way::OneHidden { workspace, network } => {
                black_box(workspace.evaluate(network, batch)?);
            }
            Way::AnyDepth { workspace } => {
                black_box(workspace.evaluate(&self.subject.network, batch)?);
            }
        }
        Ok(())
    }

    fn value_and_gradient(&mut self, watcher: Watcher) -> Result<(), Box<dyn Error>> {
        let Path { subject: Subject { network: layers, batch, .. }, way, gradient } = self;
        match way {
            Way::OneHidden { workspace, network } => {
                let values = workspace.differentiate_watched(network, batch, watcher)?;
                let shares = Objective::Upper.shares(&values.moments, &network.shape(batch.samples()))?;
                workspace.gradient(batch, &shares, gradient)?;
            }
            Way::AnyDepth { workspace } => {
                workspace.differentiate_watched(layers, batch, watcher)?;
                let objective = Some((LayerObjective::Upper, 1.0));
                workspace.gradient(layers, batch, 0.0, objective, gradient)?;
            }
        }
        Ok(())
    }
}

/// Of each block of two layers over pairs of samples, a Gram matrix, which is symmetric and counts half, and its product
/// with a weight a pair.
fn block_multiplications(sizes: &Sizes) -> f64 {
    let (pairs, outputs) = ((sizes.samples as f64).powi(2), &sizes.widths[1..]);
    let mut columns = 0.0;
    for (m, &rows) in outputs.iter().enumerate() {
        columns += outputs[..m].iter().map(|&width| (rows * width) as f64).sum::<f64>();
        columns += (rows * (rows + 1)) as f64 / 2.0;
    }
    1.5 * pairs * columns
}

/// The value, without its gradient.
pub(super) fn value<'a>(path: &Rc<RefCell<Path<'a>>>) -> Work<'a> {
    let path = path.clone();
    Box::new(move |_| path.borrow_mut().value())
}

/// Value and gradient.
pub(super) fn value_and_gradient<'a>(path: &Rc<RefCell<Path<'a>>>) -> Work<'a> {
    let path = path.clone();
    Box::new(move |watcher| path.borrow_mut().value_and_gradient(watcher))
}

/// A matrix is no larger: products of larger ones are no faster, and take room.
const LARGEST: usize = 1024;

/// A product of two square matrices, and what share of so many multiplications it is.
pub(super) fn product<'a>(multiplications: f64, threads: usize, seed: u64) -> (f64, Work<'a>) {
    let size = (multiplications.cbrt().round() as usize).clamp(1, LARGEST);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut matrix = || Mat::from_fn(size, size, |_, _| 2.0 * random.random::<f64>() - 1.0);
    let (a, b) = (matrix(), matrix());
    let mut out = Mat::<f64>::zeros(size, size);
    let parallel = if threads == 1 { Par::Seq } else { Par::rayon(threads) };
    let work = move |_: Watcher| {
        matmul(out.as_mut(), Accum::Replace, &a, &b, 1.0, parallel);
        black_box(&out);
        Ok(())
    };
    ((size as f64).powi(3) / multiplications, Box::new(work))
}

/// Weights hardly move at this rate: each step is like the first.
const RATE: f64 = 1e-6;

/// A step of training by a method.
///
/// # Errors
/// [`TrainError`] where such a network cannot be trained.
pub(super) fn step<'a>(subject: &'a Subject, method: Method, threads: usize) -> Result<Work<'a>, TrainError> {
    let settings = TrainSettings { rate: RATE, threads, ..TrainSettings::of(method) };
    let mut trainer = Trainer::new(settings, subject.network.clone(), Loss::Softmax, &subject.batch)?;
    Ok(Box::new(move |_| {
        black_box(trainer.step()?);
        Ok(())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hsr::fast::FastError;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn blocks_are_counted_as_their_products_are() {
        // Two layers of 3 and 2 outputs: 6 numbers for the first with itself, 6 for the coupling, 3 for the last.
        let sizes = Sizes { name: "own", samples: 10, widths: vec![7, 3, 2] };
        assert_eq!(block_multiplications(&sizes), 1.5 * 100.0 * 15.0);
    }

    #[test]
    fn a_product_does_its_share_of_the_multiplications() {
        for (multiplications, size) in [(1e6, 100.0_f64), (1e15, 1024.0), (1e6 + 1.0, 100.0), (0.2, 1.0)] {
            let (share, _) = product(multiplications, 1, 0);
            assert_eq!(share, size.powi(3) / multiplications);
        }
    }

    #[test]
    fn value_and_gradient_are_watched_and_stopped_tile_by_tile() {
        for widths in [vec![40, 8, 3], vec![4, 8, 3], vec![400, 9, 8, 3]] {
            let sizes = Sizes { name: "own", samples: 300, widths };
            let subject = Subject::draw(sizes, 0).unwrap();
            let path = Rc::new(RefCell::new(Path::new(&subject, 1).unwrap()));
            let mut work = value_and_gradient(&path);
            let tiles = AtomicUsize::new(0);
            work(&|done, all| {
                tiles.store(all, Ordering::Relaxed);
                done <= all
            })
            .unwrap();
            assert!(tiles.into_inner() > 1);
            let stopped = work(&|_, _| false).unwrap_err();
            assert_eq!(stopped.downcast_ref(), Some(&FastError::Stopped));
        }
    }
}
