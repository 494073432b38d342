//! A training run from where it stands to its last step.

use super::{Record, Recorder, TrainError, Trainer};

/// Runs a trainer to its last step. `each` is called before every step and after the last, with the record where one is
/// due, and answers whether to go on.
///
/// # Errors
/// [`TrainError`] where a step, a record or `each` itself fails; a record that shows divergence is not passed on.
///
/// [The module](super) has an example.
pub fn run(
    trainer: &mut Trainer,
    recorder: &mut Recorder,
    mut each: impl FnMut(&Trainer, Option<Record>) -> Result<bool, TrainError>,
) -> Result<(), TrainError> {
    loop {
        let done = trainer.is_done();
        let due = done || trainer.state().step.is_multiple_of(trainer.settings().log_every);
        let record = due.then(|| recorder.record(trainer)).transpose()?;
        if let Some(record) = &record {
            trainer.check_record(record)?;
        }
        if !each(trainer, record)? || done {
            return Ok(());
        }
        trainer.step()?;
    }
}
