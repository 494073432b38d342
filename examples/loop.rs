//! A training loop of one's own with the regularizer: mini-batches of Wine, plain gradient descent.

use hsr::data::DataSet;
use hsr::fast::{Backward, LayerObjective};
use hsr::model::{Activation, Loss, Parameters, Shape};
use hsr::train::HsrRegularizer;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let wine = DataSet::Wine.load().standardised().batch();
    let shape = Shape { samples: 178, inputs: 13, hidden: 8, classes: 3, biases: true };
    let mut network = hsr::audit::random_network(&shape, Activation::Tanh, 1);
    let mut regularizer = HsrRegularizer::new(LayerObjective::Upper, 0.05, 1);
    let mut gradient = vec![0.0; shape.parameters()];
    for epoch in 0..20 {
        for first in 0..4 {
            // Every fourth sample: 45 or 44 of them.
            let rows: Vec<usize> = (first..178).step_by(4).collect();
            let batch = wine.select(&rows);
            let loss =
                Backward::new(&network.shape(rows.len())).gradient(&network, &batch, &mut gradient)?.loss;
            let bound = regularizer.add(&network.clone().into(), Loss::Softmax, &batch, &mut gradient)?;
            if first == 0 && epoch % 5 == 0 {
                println!("epoch {epoch:2}  loss {loss:.4}  WS {bound:.4}");
            }
            let step = Parameters::from_flat(&shape, &gradient)?;
            network.parameters = network.parameters.plus(&-0.5, &step)?;
        }
    }
    Ok(())
}
