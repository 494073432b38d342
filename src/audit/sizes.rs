//! The sizes of random networks at which the exact witness decides, and those among which it looks for the smallest failure.

use super::{AuditSettings, Size};
use crate::model::{Architecture, Loss, Shape};

/// Sizes `(N, d, h, C)` of three-layer networks, all of which are checked: small, so that third derivatives stay cheap; each of 1, 2,
/// 3 for every size and up to five classes; and such that `sqrt(D-1)` and its like exist in the field at several of them.
const THREE_LAYER: [(usize, usize, usize, usize); 12] = [
    (2, 2, 2, 3),
    (1, 1, 1, 2),
    (3, 1, 3, 2),
    (2, 1, 2, 5),
    (1, 2, 3, 3),
    (2, 3, 1, 4),
    (2, 2, 1, 3),
    (2, 3, 2, 2),
    (1, 1, 2, 3),
    (2, 3, 2, 3),
    (2, 1, 2, 4),
    (2, 1, 1, 3),
];

/// Which layers of a network of any depth have a bias.
#[derive(Clone, Copy)]
enum Biases {
    /// All, or none: as is asked for.
    Asked,
    /// Every other layer.
    Mixed,
    /// No layer.
    None,
}

/// Sizes `(N, d, widths, biases)` of networks of any depth, with one to five weight layers, wide and narrow in turn.
const ANY_DEPTH: [(usize, usize, &[usize], Biases); 14] = [
    (2, 2, &[3], Biases::Asked),
    (2, 1, &[2, 2], Biases::Asked),
    (2, 1, &[1, 2, 2], Biases::Mixed),
    (1, 2, &[1, 3], Biases::Mixed),
    (2, 1, &[1, 1], Biases::Asked),
    (1, 1, &[2, 1, 2], Biases::Asked),
    (1, 1, &[1, 2, 1, 2], Biases::Mixed),
    (3, 1, &[1, 2], Biases::Asked),
    (1, 1, &[1, 1, 1, 1, 2], Biases::Asked),
    (1, 2, &[2, 2, 1], Biases::Asked),
    (1, 1, &[1, 1], Biases::Mixed),
    (1, 1, &[1, 1, 1], Biases::Asked),
    (2, 1, &[1, 1], Biases::None),
    (2, 1, &[2], Biases::None),
];

/// The sizes at which an equation of a chapter is decided.
pub(super) fn of_chapters(any_depth: bool, settings: &AuditSettings) -> Vec<Size> {
    if !any_depth {
        let of = |(samples, inputs, hidden, classes)| three_layer(settings, samples, inputs, hidden, classes);
        return THREE_LAYER.into_iter().map(of).collect();
    }
    let mut sizes: Vec<Size> = Vec::new();
    for (index, (samples, inputs, widths, biases)) in ANY_DEPTH.into_iter().enumerate() {
        // Every third is of a cubic, which stands for every loss.
        let loss = if index % 3 == 2 { Loss::Cubic } else { settings.loss };
        sizes.push(deep(settings, samples, inputs, widths, biases, loss));
    }
    if settings.layers > 5 {
        let mut widths = vec![1; settings.layers];
        widths[settings.layers - 1] = 2;
        sizes.push(deep(settings, 1, 1, &widths, Biases::Asked, settings.loss));
    }
    sizes
}

/// Small sizes, fewest numbers first, among which the smallest is found at which an equation fails.
pub(super) fn smallest_first(any_depth: bool, settings: &AuditSettings) -> Vec<Size> {
    let mut all = Vec::new();
    for samples in 1..=3 {
        for inputs in 1..=3 {
            for outputs in 1..=3 {
                for hidden in 1..=3 {
                    if !any_depth && outputs > 1 {
                        all.push(three_layer(settings, samples, inputs, hidden, outputs));
                    }
                    if any_depth && samples * inputs * outputs * hidden <= 4 {
                        all.push(deep(settings, samples, inputs, &[outputs], Biases::Asked, settings.loss));
                        all.push(deep(
                            settings,
                            samples,
                            inputs,
                            &[hidden, outputs],
                            Biases::Asked,
                            settings.loss,
                        ));
                        let three = [hidden, 1, outputs];
                        all.push(deep(settings, samples, inputs, &three, Biases::Asked, settings.loss));
                        all.push(deep(
                            settings,
                            samples,
                            inputs,
                            &[1, hidden, outputs],
                            Biases::Mixed,
                            Loss::Cubic,
                        ));
                    }
                }
            }
        }
    }
    all.sort_by_key(numbers);
    all
}

/// How many numbers a size has.
fn numbers(size: &Size) -> usize {
    match size {
        Size::ThreeLayer(shape, _) => shape.parameters() + shape.samples * (shape.inputs + shape.classes),
        Size::AnyDepth { samples, architecture, .. } => {
            architecture.parameters() + samples * (architecture.inputs + architecture.outputs())
        }
    }
}

fn three_layer(
    settings: &AuditSettings,
    samples: usize,
    inputs: usize,
    hidden: usize,
    classes: usize,
) -> Size {
    let shape = Shape { samples, inputs, hidden, classes, biases: settings.biases };
    Size::ThreeLayer(shape, settings.activations_of(1)[0])
}

fn deep(
    settings: &AuditSettings,
    samples: usize,
    inputs: usize,
    widths: &[usize],
    biases: Biases,
    loss: Loss,
) -> Size {
    let mut architecture = Architecture::new(inputs, widths, settings.biases);
    match biases {
        Biases::Asked => {}
        Biases::Mixed => {
            architecture.biases =
                (0..widths.len()).map(|layer| (layer % 2 == 0) == settings.biases).collect();
        }
        Biases::None => architecture.biases.fill(false),
    }
    // The softmax has at least two classes.
    if let (Loss::Softmax, Some(outputs)) = (loss, architecture.widths.last_mut()) {
        *outputs = (*outputs).max(2);
    }
    let activations = settings.activations_of(widths.len() - 1);
    Size::AnyDepth { samples, architecture, activations, loss }
}
