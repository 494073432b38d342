//! The production path allocates what its plan says, and after the first call nothing.

use hsr::fast::{LayerObjective, LayerPlan, LayerWorkspace, Objective, Plan, Route, Workspace};
use hsr::model::{Activation, Architecture, Batch, Layers, Loss, Network, Parameters, Shape, ThreeLayer};
use hsr::number::Matrix;
use hsr::train::{Method, TrainSettings, Trainer};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts what the thread that asks has allocated: the harness allocates on a thread of its own, whenever it likes.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    /// Those that are not given back.
    static BYTES: Cell<isize> = const { Cell::new(0) };
}

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        BYTES.set(BYTES.get() + layout.size() as isize);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        BYTES.set(BYTES.get() - layout.size() as isize);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn nothing_is_allocated_after_the_first_call() {
    let shape = Shape { samples: 140, inputs: 5, hidden: 8, classes: 4, biases: true };
    let theta: Vec<f64> = (0..shape.parameters()).map(|index| (index as f64).sin()).collect();
    let network = ThreeLayer {
        parameters: Parameters::from_flat(&shape, &theta).unwrap(),
        activation: Activation::Tanh,
    };
    let x = Matrix::from_fn(shape.samples, shape.inputs, |n, l| ((n * 3 + l) as f64).cos());
    let labels: Vec<i64> = (0..140).map(|n| n % 4).collect();
    let batch = Batch::from_labels(x, &labels, 4).unwrap();
    for route in Route::ALL {
        let mut workspace = Workspace::new(Plan::new(&shape, 1, Some(route)).unwrap());
        let mut gradient = vec![0.0; shape.parameters()];
        let mut call = || {
            workspace.evaluate(&network, &batch).unwrap();
            let values = workspace.differentiate(&network, &batch).unwrap();
            let shares = Objective::Upper.shares(&values.moments, &shape).unwrap();
            workspace.gradient(&batch, &shares, &mut gradient).unwrap();
        };
        call();
        let before = ALLOCATIONS.get();
        (0..5).for_each(|_| call());
        assert_eq!(ALLOCATIONS.get(), before, "the {route} route allocates");
    }
}

#[test]
fn a_training_step_allocates_nothing_where_it_goes_over_no_pairs() {
    for hidden in [&[6][..], &[6, 5]] {
        let widths: Vec<usize> = hidden.iter().copied().chain([3]).collect();
        let architecture = Architecture::new(4, &widths, true);
        let network = Network::new(
            Layers::from_fn(&architecture, |at| (at as f64).sin()),
            vec![Activation::Tanh; hidden.len()],
        );
        let x = Matrix::from_fn(70, 4, |n, l| ((n * 3 + l) as f64).cos());
        let labels: Vec<i64> = (0..70).map(|n| n % 3).collect();
        let batch = Batch::from_labels(x, &labels, 3).unwrap();
        for method in [Method::Sgd, Method::Sam, Method::Trace] {
            if method == Method::Trace && hidden.len() > 1 {
                continue;
            }
            let settings = TrainSettings { rate: 1e-3, ..TrainSettings::of(method) };
            let mut trainer =
                Trainer::new(settings, network.clone().unwrap(), Loss::Softmax, &batch).unwrap();
            trainer.step().unwrap();
            let before = ALLOCATIONS.get();
            (0..5).for_each(|_| _ = trainer.step().unwrap());
            assert_eq!(ALLOCATIONS.get(), before, "a step of {method} allocates");
        }
    }
}

#[test]
fn a_workspace_takes_what_its_plan_says() {
    for (samples, inputs, hidden, classes, biases) in
        [(300, 20, 15, 6, true), (40, 3, 50, 2, false), (900, 5, 4, 12, true), (3000, 8, 70, 3, true)]
    {
        let shape = Shape { samples, inputs, hidden, classes, biases };
        for (route, threads) in Route::ALL.into_iter().flat_map(|route| [(route, 1), (route, 7)]) {
            let Ok(plan) = Plan::new(&shape, threads, Some(route)) else { continue };
            let told = plan.bytes() as f64;
            let before = BYTES.get();
            let workspace = Workspace::new(plan);
            let taken = (BYTES.get() - before) as f64;
            drop(workspace);
            assert!(
                (taken / told - 1.0).abs() < 0.02,
                "{route}, {threads} threads, {shape}: {taken} for {told}"
            );
        }
    }
}

/// Inputs, widths and samples of which some want each route.
const DEEP: [(usize, &[usize], usize); 4] =
    [(3, &[4, 3, 2], 60), (20, &[9, 8, 7, 4], 30), (40, &[12, 3], 25), (6, &[30, 20, 5], 300)];

fn deep(inputs: usize, widths: &[usize], samples: usize) -> (Network<f64>, Batch<f64>) {
    let architecture = Architecture::new(inputs, widths, true);
    let layers = Layers::from_fn(&architecture, |index| (index as f64).sin());
    let network = Network::new(layers, vec![Activation::Tanh; widths.len() - 1]).unwrap();
    let x = Matrix::from_fn(samples, inputs, |n, l| ((n * 3 + l) as f64).cos());
    let y = Matrix::from_fn(samples, architecture.outputs(), |n, k| ((n + k) as f64).sin());
    (network, Batch::for_loss(x, y, Loss::Squared).unwrap())
}

#[test]
fn at_any_depth_nothing_is_allocated_after_the_first_call() {
    for (inputs, widths, samples) in DEEP {
        let (network, batch) = deep(inputs, widths, samples);
        let architecture = network.architecture();
        let plan = LayerPlan::new(&architecture, Loss::Squared, samples, 1, true).unwrap();
        let mut workspace = LayerWorkspace::new(plan);
        let mut gradient = vec![0.0; architecture.parameters()];
        let mut call = || {
            workspace.differentiate(&network, &batch).unwrap();
            for objective in LayerObjective::ALL {
                workspace.gradient(&network, &batch, 1.0, Some((objective, 0.1)), &mut gradient).unwrap();
            }
        };
        call();
        let before = ALLOCATIONS.get();
        (0..3).for_each(|_| call());
        assert_eq!(ALLOCATIONS.get(), before, "{architecture} allocates");
    }
}

#[test]
fn at_any_depth_a_workspace_takes_what_its_plan_says() {
    for (inputs, widths, samples) in DEEP {
        let (network, batch) = deep(inputs, widths, samples);
        let architecture = network.architecture();
        let mut gradient = vec![0.0; architecture.parameters()];
        let mut filled = || {
            let plan = LayerPlan::new(&architecture, Loss::Squared, samples, 1, true).unwrap();
            let mut workspace = LayerWorkspace::new(plan);
            workspace.differentiate(&network, &batch).unwrap();
            let objective = Some((LayerObjective::Upper, 1.0));
            workspace.gradient(&network, &batch, 1.0, objective, &mut gradient).unwrap();
            workspace
        };
        // The first product of a thread takes room that it keeps.
        drop(filled());
        let before = BYTES.get();
        let workspace = filled();
        let (said, taken) = (workspace.plan().bytes() as f64, (BYTES.get() - before) as f64);
        assert!(taken < 1.05 * said && taken > 0.5 * said, "{architecture}: {taken} for {said}");
    }
}
