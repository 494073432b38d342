//! Networks with data and a loss to ask about.

use crate::budget::{self, OverBudget};
use crate::model::{
    Activation, Architecture, Batch, BatchError, LayersError, Loss, Misfit, Network, ThreeLayer,
};
use std::fmt;

/// A network of any depth with data and a loss, to ask a program about.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The network.
    pub network: Network<f64>,
    /// The data.
    pub batch: Batch<f64>,
    /// The loss.
    pub loss: Loss,
    /// How it is written.
    pub form: Form,
}

/// How a case is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// With the arrays `W`, `b`, `V`, `c` of one hidden layer under the softmax, as it is to programs that name no layers.
    ThreeLayer,
    /// With the arrays `W1`, `b1`, `W2`, `b2`, .., the activations and the loss.
    Layers,
}

/// Why a case is invalid, or too large to ask about.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// The arrays make no network.
    #[error(transparent)]
    Network(#[from] LayersError),
    /// The arrays make no batch.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The network is for other data.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// The form has no room for it.
    #[error("{0} cannot be written with W, b, V and c: one hidden layer under the softmax is needed")]
    Form(String),
    /// The right values would take more memory than may be taken.
    #[error(transparent)]
    Memory(#[from] OverBudget),
}

impl Case {
    /// A case in the form of layers.
    pub fn new(network: Network<f64>, batch: Batch<f64>, loss: Loss) -> Self {
        Case { network, batch, loss, form: Form::Layers }
    }

    /// A case of one hidden layer under the softmax, in its own form.
    pub fn three_layer(network: ThreeLayer<f64>, batch: Batch<f64>) -> Self {
        Case { network: network.into(), batch, loss: Loss::Softmax, form: Form::ThreeLayer }
    }

    /// The same case in another form, if that has room for it.
    pub fn in_form(self, form: Form) -> Option<Self> {
        let fits = form == Form::Layers || self.as_three_layer().is_some();
        fits.then_some(Case { form, ..self })
    }

    /// The sizes of the network.
    pub fn architecture(&self) -> Architecture {
        self.network.architecture()
    }

    /// The network of one hidden layer under the softmax that it is, if it is one.
    pub fn as_three_layer(&self) -> Option<ThreeLayer<f64>> {
        self.network.three_layer().filter(|_| self.loss == Loss::Softmax)
    }

    /// Name of an entry of the flat parameter vector, such as `W1[0,2]`, or `V[1,0]` in the form of one hidden layer.
    pub(super) fn parameter_name(&self, index: usize) -> String {
        match (self.form, self.as_three_layer()) {
            (Form::ThreeLayer, Some(network)) => network.shape(self.batch.samples()).parameter_name(index),
            _ => self.architecture().parameter_name(index),
        }
    }

    /// Names of the arrays of a layer, counted from 0: of its weights and of its biases.
    pub(super) fn array_names(&self, layer: usize) -> [String; 2] {
        match (self.form, layer) {
            (Form::ThreeLayer, 0) => ["W", "b"].map(str::to_string),
            (Form::ThreeLayer, _) => ["V", "c"].map(str::to_string),
            (Form::Layers, _) => ["W", "b"].map(|name| format!("{name}{}", layer + 1)),
        }
    }

    /// Checks that the arrays make a network and data that fit, and that their right values fit into memory.
    ///
    /// # Errors
    /// [`CaseError`] says what does not fit.
    pub fn check(&self) -> Result<(), CaseError> {
        let Case { network, batch, loss, form } = self;
        Network::new(network.layers.clone(), network.activations.clone())?.check_finite()?;
        Batch::for_loss(batch.x.clone(), batch.y.clone(), *loss)?;
        network.check_fit(batch, *loss)?;
        if batch.weights.is_some() {
            return Err(Misfit::Weights.into());
        }
        if *form == Form::ThreeLayer && self.as_three_layer().is_none() {
            return Err(CaseError::Form(self.to_string()));
        }
        // The matrices of each sample for all pairs of layers, in two arithmetics of two numbers each, and as many again on the way.
        let units = network.architecture().units();
        let sample = 3 * units * units + 5 * units + batch.x.ncols();
        let needed = budget::numbers(&[batch.samples(), sample, 8]);
        Ok(budget::ask(needed, || format!("the right values of {self}"))?)
    }
}

/// Sizes, activations and, in the form of layers, the loss.
impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let samples = self.batch.samples();
        if let (Form::ThreeLayer, Some(network)) = (self.form, self.as_three_layer()) {
            return write!(f, "{}, {}", network.shape(samples), network.activation);
        }
        write!(f, "N={samples} {}", self.architecture())?;
        let activations: Vec<&str> = self.network.activations.iter().copied().map(Activation::name).collect();
        if !activations.is_empty() {
            write!(f, ", {}", activations.join(" "))?;
        }
        write!(f, ", {}", self.loss)?;
        if let Some((layer, distance)) = self.network.nearest_kink(&self.batch) {
            write!(f, ", {distance:.1e} from the nearest kink, in layer {layer}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform::Draws;
    use crate::model::{Layer, Layers};
    use crate::number::Matrix;

    fn case() -> Case {
        Draws { activations: vec![Activation::Tanh], max_size: 6, cases: 210, seed: 3, ..Draws::default() }
            .case(209)
    }

    fn deep() -> Case {
        let draws = Draws { layers: vec![3], losses: vec![Loss::Squared], ..Draws::default() };
        draws.case(150)
    }

    #[test]
    fn arrays_that_make_no_case_are_errors() {
        assert_eq!((case().check(), deep().check()), (Ok(()), Ok(())));
        let changed = |mut case: Case, change: fn(&mut Case)| {
            change(&mut case);
            case.check().unwrap_err().to_string()
        };
        let wide = changed(case(), |case| case.batch.x = Matrix::zeros(case.batch.samples(), 9));
        assert!(wide.starts_with("W1 is ") && wide.contains(" but X has 9 columns: "), "{wide}");
        let nan = changed(case(), |case| case.network.layers.0[1].w[(0, 0)] = f64::NAN);
        assert_eq!(nan, "W2[0,0] is NaN: every entry must be finite");
        let none = changed(case(), |case| {
            case.batch = Batch { x: Matrix::zeros(0, 0), y: Matrix::zeros(0, 0), weights: None }
        });
        assert!(none.starts_with("X is 0x0"), "{none}");
        let none = changed(case(), |case| case.network.layers.0[0].w = Matrix::zeros(0, 0));
        assert!(none.contains("W1 is 0x0"), "{none}");
        let softmax = changed(case(), |case| case.batch.y *= 2.0);
        assert!(softmax.starts_with("row 0 of Y sums to 2"), "{softmax}");
        let form = changed(deep(), |case| case.form = Form::ThreeLayer);
        assert!(form.ends_with("one hidden layer under the softmax is needed"), "{form}");
        let weights = changed(case(), |case| {
            let ones = crate::number::Vector::from_element(case.batch.samples(), 1.0);
            case.batch.weights = Some(ones);
        });
        assert!(weights.starts_with("the samples have weights"), "{weights}");
    }

    /// A column of identifiers taken for units or classes.
    #[test]
    fn a_case_whose_right_values_fit_into_no_memory_is_refused_before_they_are_made() {
        let mut case = case();
        let (h, n) = (60_000, case.batch.samples());
        let layer = |rows: usize, columns: usize| Layer { w: Matrix::zeros(rows, columns), b: None };
        let classes = case.batch.y.ncols();
        case.network.layers = Layers(vec![layer(h, case.batch.x.ncols()), layer(classes, h)]);
        let error = case.check().unwrap_err().to_string();
        assert!(error.starts_with(&format!("the right values of N={n} ")), "{error}");
    }

    #[test]
    fn a_form_takes_what_it_has_room_for() {
        let two = case().in_form(Form::Layers).unwrap();
        assert_eq!(two.parameter_name(0), "W1[0,0]");
        assert_eq!(two.in_form(Form::ThreeLayer).unwrap().parameter_name(0), "W[0,0]");
        assert_eq!(deep().in_form(Form::ThreeLayer), None);
    }
}
