//! Whether a network and data fit together: checked here, with one error, wherever the two meet.

use super::three_layer::check_shapes;
use super::{Batch, BatchError, LayersError, Loss, Network, NetworkError, ThreeLayer};
use crate::number::{Number, Vector};

/// Why a network and data do not fit together.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// The weights are for other inputs or other classes.
    #[error("{weights} is {rows}x{columns} but {data} has {data_columns} columns: {should}")]
    Columns {
        /// `W` or `V`.
        weights: &'static str,
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
        /// `X` or `Y`.
        data: &'static str,
        /// Its columns.
        data_columns: usize,
        /// What would be right.
        should: &'static str,
    },
    /// The outputs of the network are not those of the targets.
    #[error(
        "W{layer} is {rows}x{columns} but Y has {data_columns} columns: W{layer} needs one row for each column (output) of Y"
    )]
    Outputs {
        /// The last layer, from 1.
        layer: usize,
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
        /// Columns of `Y`.
        data_columns: usize,
    },
    /// The softmax needs two classes.
    #[error("the softmax has one output: it needs at least two classes, and multi-label takes one logit")]
    OneClass,
    /// The samples have weights, where all count alike.
    #[error("the samples have weights: here all samples count alike, so leave the weights out")]
    Weights,
    /// The layers make no network: they were put together without [`Network::new`].
    #[error(transparent)]
    Layers(#[from] LayersError),
    /// The parameters make no network: they were put together without [`ThreeLayer::new`].
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// Inputs and targets make no batch: they were put together without [`Batch::new`].
    #[error(transparent)]
    Batch(#[from] BatchError),
}

impl<T: Number> ThreeLayer<T> {
    /// Checks that network and data have the same inputs and classes: `W` has a column for each column
    /// of `X`, and `V` a row for each column of `Y`. Also that each of the two is whole in itself, which is so of all that
    /// [`ThreeLayer::new`] and [`Batch::new`] make.
    ///
    /// # Errors
    /// [`Misfit`] names the two arrays, their sizes and what would be right.
    ///
    /// ```
    /// use hsr::model::{Activation, Batch, ThreeLayer, Parameters};
    /// use nalgebra::dmatrix;
    /// let parameters = Parameters { w: dmatrix![1.0, 2.0], b: None, v: dmatrix![1.0; -1.0], c: None };
    /// let network = ThreeLayer::new(parameters, Activation::Tanh)?;
    /// let batch = Batch::from_labels(dmatrix![0.5, 0.1, 0.2], &[1], 2)?;
    /// assert_eq!(
    ///     network.check_fit(&batch).unwrap_err().to_string(),
    ///     "W is 1x2 but X has 3 columns: W needs one column for each column (input) of X"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check_fit(&self, batch: &Batch<T>) -> Result<(), Misfit> {
        check_shapes(&self.parameters)?;
        check_whole(batch)?;
        if batch.weights.is_some() {
            return Err(Misfit::Weights);
        }
        let columns = batch.x.ncols();
        let (w, v) = (&self.parameters.w, &self.parameters.v);
        if w.ncols() != columns {
            let should = "W needs one column for each column (input) of X";
            return Err(misfit("W", w.shape(), "X", columns, should));
        }
        if v.nrows() != batch.y.ncols() {
            let should = "V needs one row for each column (class) of Y";
            return Err(misfit("V", v.shape(), "Y", batch.y.ncols(), should));
        }
        Ok(())
    }
}

impl Network<f64> {
    /// Checks that a network of any depth, data and loss go together: `W1` has a column for each input, the last layer a row for
    /// each target, and every target is one that the loss takes.
    ///
    /// # Errors
    /// [`Misfit`] names what does not fit, and what would be right.
    pub fn check_fit(&self, batch: &Batch<f64>, loss: Loss) -> Result<(), Misfit> {
        self.check()?;
        check_whole(batch)?;
        let (layers, columns) = (&self.layers.0, batch.x.ncols());
        let (first, last) = (&layers[0].w, &layers[layers.len() - 1].w);
        if first.ncols() != columns {
            let should = "W1 needs one column for each column (input) of X";
            return Err(misfit("W1", first.shape(), "X", columns, should));
        }
        if last.nrows() != batch.y.ncols() {
            let (rows, columns) = last.shape();
            return Err(Misfit::Outputs {
                layer: layers.len(),
                rows,
                columns,
                data_columns: batch.y.ncols(),
            });
        }
        if loss == Loss::Softmax && last.nrows() == 1 {
            return Err(Misfit::OneClass);
        }
        Ok(batch.check_targets(loss)?)
    }
}

/// Whether there are samples, and a row of targets and a weight for each.
fn check_whole<T: Number>(batch: &Batch<T>) -> Result<(), BatchError> {
    let (rows, columns) = batch.x.shape();
    if batch.x.is_empty() {
        return Err(BatchError::Empty { rows, columns });
    }
    if batch.y.nrows() != rows {
        return Err(BatchError::Targets { name: "Y", samples: rows, targets: batch.y.nrows() });
    }
    match batch.weights.as_ref().map(Vector::len).filter(|&found| found != rows) {
        Some(found) => Err(BatchError::Weights { samples: rows, found }),
        None => Ok(()),
    }
}

fn misfit(
    weights: &'static str,
    (rows, columns): (usize, usize),
    data: &'static str,
    data_columns: usize,
    should: &'static str,
) -> Misfit {
    Misfit::Columns { weights, rows, columns, data, data_columns, should }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activation, Parameters};
    use crate::number::{Matrix, Vector};

    fn network() -> ThreeLayer<f64> {
        let parameters = Parameters { w: Matrix::zeros(8, 4), b: None, v: Matrix::zeros(3, 8), c: None };
        ThreeLayer::new(parameters, Activation::Sin).unwrap()
    }

    fn fit(network: &ThreeLayer<f64>, x: (usize, usize), y: (usize, usize)) -> Result<(), String> {
        let batch = Batch { x: Matrix::zeros(x.0, x.1), y: Matrix::zeros(y.0, y.1), weights: None };
        network.check_fit(&batch).map_err(|error| error.to_string())
    }

    #[test]
    fn inputs_and_classes_must_be_those_of_the_data() {
        let network = network();
        assert_eq!(fit(&network, (1, 4), (1, 3)), Ok(()));
        assert_eq!(
            fit(&network, (1, 5), (1, 3)).unwrap_err(),
            "W is 8x4 but X has 5 columns: W needs one column for each column (input) of X"
        );
        assert_eq!(
            fit(&network, (1, 4), (1, 4)).unwrap_err(),
            "V is 3x8 but Y has 4 columns: V needs one row for each column (class) of Y"
        );
    }

    #[test]
    fn a_network_of_any_depth_is_held_against_inputs_targets_and_loss() {
        let layers = crate::model::Layers(vec![
            crate::model::Layer { w: Matrix::zeros(3, 2), b: None },
            crate::model::Layer { w: Matrix::zeros(1, 3), b: None },
        ]);
        let network = Network::new(layers, vec![Activation::Relu]).unwrap();
        let fit = |x: usize, y: &[f64], loss| {
            let y = Matrix::from_row_slice(1, y.len(), y);
            let batch = Batch { x: Matrix::zeros(1, x), y, weights: None };
            network.check_fit(&batch, loss).map_err(|error| error.to_string())
        };
        assert_eq!(fit(2, &[3.0], Loss::Poisson), Ok(()));
        for (x, y, loss, message) in [
            (
                3,
                &[3.0][..],
                Loss::Squared,
                "W1 is 3x2 but X has 3 columns: W1 needs one column for each column (input) of X",
            ),
            (
                2,
                &[3.0, 1.0],
                Loss::Squared,
                "W2 is 1x3 but Y has 2 columns: W2 needs one row for each column (output) of Y",
            ),
            (
                2,
                &[1.0],
                Loss::Softmax,
                "the softmax has one output: it needs at least two classes, and multi-label takes one logit",
            ),
            (
                2,
                &[-1.0],
                Loss::Poisson,
                "Y[0,0] is -1, with the loss poisson: a count is a whole number, 0 or more",
            ),
        ] {
            assert_eq!(fit(x, y, loss).unwrap_err(), message);
        }
    }

    #[test]
    fn weights_of_samples_are_one_positive_number_each_and_not_for_three_layers() {
        let batch =
            || Batch { x: Matrix::zeros(2, 4), y: Matrix::from_element(2, 3, 1.0 / 3.0), weights: None };
        let weighted = batch().weighted(Vector::from_vec(vec![1.0, 2.0])).unwrap();
        assert_eq!(weighted.shares(), [1.0 / 3.0, 2.0 / 3.0]);
        assert!(network().check_fit(&weighted).unwrap_err().to_string().contains("leave the weights out"));
        for (weights, message) in [
            (vec![1.0], "X has 2 rows but there are 1 sample weights: one for each sample is needed"),
            (vec![1.0, 0.0], "the weight of sample 1 is 0: a sample weight is a positive number"),
            (vec![f64::NAN, 1.0], "the weight of sample 0 is NaN: a sample weight is a positive number"),
        ] {
            assert_eq!(batch().weighted(Vector::from_vec(weights)).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn what_was_put_together_by_hand_is_checked_too() {
        let mut network = network();
        assert!(fit(&network, (2, 4), (3, 3)).unwrap_err().contains("X has 2 rows but Y has 3"));
        assert!(fit(&network, (0, 4), (0, 3)).unwrap_err().contains("at least one sample"));
        network.parameters.b = Some(vec![0.0; 7].into());
        assert!(fit(&network, (1, 4), (1, 3)).unwrap_err().contains("give both biases"));
        network.parameters.c = Some(vec![0.0; 3].into());
        assert!(fit(&network, (1, 4), (1, 3)).unwrap_err().contains("b is of length 7"));
    }
}
