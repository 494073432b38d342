//! Where training starts, and with which labels.

use super::hints;
use super::named::say_aside;
use super::numbers;
use clap::Args;
use hsr::compare::{InitialPoint, InitialPointError};
use hsr::io::{NetworkReading, open_network};
use hsr::model::Activation;
use hsr::shell::quoted;
use std::error::Error;
use std::path::PathBuf;

/// Arguments that say where a run starts.
#[derive(Args)]
pub(super) struct StartArguments {
    /// The initial network, in place of one that is drawn: .npz (a checkpoint, too), .safetensors or .json, with the layers and
    /// activations that are asked for
    #[arg(long, value_name = "FILE")]
    pub init: Option<PathBuf>,
    /// The factor of all initial parameters, biases too
    #[arg(long, default_value_t = 1.0, value_name = "S", allow_negative_numbers = true, value_parser = numbers::number)]
    pub init_scale: f64,
    /// Share of the training samples that get another class, drawn by the seed; the other parts keep theirs
    #[arg(long, default_value_t = 0.0, value_name = "SHARE", allow_negative_numbers = true, value_parser = numbers::number)]
    pub label_noise: f64,
}

impl StartArguments {
    /// The initial point.
    pub fn point(&self, activations: &[Activation]) -> Result<InitialPoint, Box<dyn Error>> {
        if !(self.init_scale > 0.0 && self.init_scale.is_finite()) {
            return Err(of_point(InitialPointError::Scale(self.init_scale)));
        }
        let network = match &self.init {
            Some(file) => {
                let read = open_network(file, &NetworkReading::with(activations));
                let read = read.map_err(|error| format!("--init: {}", hints::of_network(error)))?;
                say_aside(file, &read.aside);
                Some(read.value)
            }
            None => None,
        };
        Ok(InitialPoint { network, scale: self.init_scale })
    }

    /// That the share of wrong labels is one, and of classes.
    pub fn check_labels(&self, classes: &[String]) -> Result<(), String> {
        let share = self.label_noise;
        if !(0.0..1.0).contains(&share) {
            return Err(format!("--label-noise is {share}: a share from 0 to below 1 is needed"));
        }
        if share > 0.0 && classes.is_empty() {
            return Err(
                "--label-noise is for classes, and these targets are numbers: leave it out".to_string()
            );
        }
        Ok(())
    }

    /// The options that start from the same point with the same labels again, those that are not at their defaults.
    pub fn options(&self) -> String {
        let mut options = String::new();
        if let Some(file) = &self.init {
            options += &format!(" --init {}", quoted(&file.to_string_lossy()));
        }
        if self.init_scale != 1.0 {
            options += &format!(" --init-scale {}", self.init_scale);
        }
        if self.label_noise != 0.0 {
            options += &format!(" --label-noise {}", self.label_noise);
        }
        options
    }
}

/// Why there is no initial point, with the option that it is about.
pub(super) fn of_point(error: InitialPointError) -> Box<dyn Error> {
    let option = match error {
        InitialPointError::Other { .. } => "--init",
        _ => "--init-scale",
    };
    format!("{error} ({option})").into()
}
