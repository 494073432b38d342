//! Whether a network is one for the data at hand.

use super::InputError;
use crate::model::{Batch, Network};

/// Checks that the network takes the data's inputs and tells the data's classes: `W` has a column for each column of
/// `X`, and `V` a row for each column of `Y`.
///
/// # Errors
/// [`InputError::Misfit`] names the two arrays, their sizes and what would be right.
///
/// ```
/// use hsr::io::check_fit;
/// use hsr::model::{Activation, Batch, Network, Parameters};
/// use nalgebra::dmatrix;
/// let parameters = Parameters { w: dmatrix![1.0, 2.0], b: None, v: dmatrix![1.0; -1.0], c: None };
/// let network = Network::new(parameters, Activation::Tanh)?;
/// let batch = Batch::from_labels(dmatrix![0.5, 0.1, 0.2], &[1], 2)?;
/// assert_eq!(
///     check_fit(&network, &batch).unwrap_err().to_string(),
///     "W is 1x2 but X has 3 columns: W needs one column for each column (input) of X"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_fit(network: &Network<f64>, batch: &Batch<f64>) -> Result<(), InputError> {
    let (w, v) = (&network.parameters.w, &network.parameters.v);
    if w.ncols() != batch.x.ncols() {
        return Err(InputError::Misfit {
            weights: "W",
            rows: w.nrows(),
            columns: w.ncols(),
            data: "X",
            data_columns: batch.x.ncols(),
            should: "W needs one column for each column (input) of X",
        });
    }
    if v.nrows() != batch.y.ncols() {
        return Err(InputError::Misfit {
            weights: "V",
            rows: v.nrows(),
            columns: v.ncols(),
            data: "Y",
            data_columns: batch.y.ncols(),
            should: "V needs one row for each column (class) of Y",
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_fit;
    use crate::model::{Activation, Batch, Network, Parameters};
    use crate::number::Matrix;

    fn fit(inputs: usize, classes: usize) -> Result<(), String> {
        let parameters = Parameters { w: Matrix::zeros(8, 4), b: None, v: Matrix::zeros(3, 8), c: None };
        let network = Network::new(parameters, Activation::Sin).unwrap();
        let batch = Batch::from_labels(Matrix::zeros(1, inputs), &[0], classes).unwrap();
        check_fit(&network, &batch).map_err(|error| error.to_string())
    }

    #[test]
    fn inputs_and_classes_must_be_those_of_the_data() {
        assert_eq!(fit(4, 3), Ok(()));
        assert_eq!(
            fit(5, 3).unwrap_err(),
            "W is 8x4 but X has 5 columns: W needs one column for each column (input) of X"
        );
        assert_eq!(
            fit(4, 4).unwrap_err(),
            "V is 3x8 but Y has 4 columns: V needs one row for each column (class) of Y"
        );
    }
}
