//! The log of a training run: its records as CSV and as lines of JSON.

use super::{Record, RunFileError, score_name};
use crate::io::{InputError, Lines};
use crate::model::Loss;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// The two files.
const CSV: &str = "log.csv";
const JSON: &str = "log.jsonl";

/// The log of a training run: `log.csv` and `log.jsonl` in a folder, a line a record.
///
/// An eigenvalue or a test part that there is not is empty in the one and `null` in the other. The score is a column `accuracy` where the
/// loss is the softmax, else `score`. Both files hold whole lines at any time.
///
/// ```
/// use hsr::model::Loss;
/// use hsr::train::{Log, Record};
/// let folder = tempfile::tempdir()?;
/// let mut log = Log::start(folder.path(), Loss::Softmax)?;
/// for step in [0, 10, 20] {
///     log.add(&Record {
///         step, epoch: 0, loss: 0.1, score: Some(1.0), test_loss: None, test_score: None, trace: 2.0, trace_squared: 3.0,
///         ws: 1.2, lambda_max: None, lambda_min: None, gradient_norm: 0.5, descended_norm: Some(0.6),
///         curvature: Some(0.2), descended_curvature: Some(0.1), seconds: 0.0,
///     })?;
/// }
/// let records = Log::read(folder.path())?;
/// assert_eq!(records.len(), 3);
/// Log::resume(folder.path(), Loss::Softmax, folder.path(), 20)?;
/// assert_eq!(Log::read(folder.path())?, records[..2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Log {
    loss: Loss,
    csv: Lines,
    json: Lines,
}

impl Log {
    /// Starts an empty log, in place of one that may have been there.
    ///
    /// # Errors
    /// [`RunFileError::File`] when a file cannot be written.
    pub fn start(folder: &Path, loss: Loss) -> Result<Self, RunFileError> {
        Log::holding(folder, loss, &[])
    }

    /// Resumes a log: one that begins with the records of another, or of the same, before a step, to be continued from it.
    ///
    /// # Errors
    /// [`RunFileError::File`] when a file cannot be read or written, [`RunFileError::Foreign`] when it is no log.
    pub fn resume(folder: &Path, loss: Loss, earlier: &Path, step: usize) -> Result<Self, RunFileError> {
        Log::holding(folder, loss, &Log::before(earlier, step)?)
    }

    /// Reads the records of a log before a step, with which one begins that goes on from there.
    ///
    /// # Errors
    /// Those of [`Log::read`].
    pub fn before(folder: &Path, step: usize) -> Result<Vec<Record>, RunFileError> {
        let mut records = Log::read(folder)?;
        records.retain(|record| record.step < step);
        Ok(records)
    }

    /// Writes a log of these records, in place of one that may have been there.
    ///
    /// # Errors
    /// [`RunFileError::File`] when a file cannot be written.
    pub fn holding(folder: &Path, loss: Loss, records: &[Record]) -> Result<Self, RunFileError> {
        let json: String = records.iter().map(|record| json_line(record, loss)).collect();
        let csv = names(loss).join(",") + "\n" + &csv_lines(records, loss);
        let (json, csv) = (Lines::start(folder.join(JSON), &json)?, Lines::start(folder.join(CSV), &csv)?);
        Ok(Log { loss, csv, json })
    }

    /// Reads the records of a log; none where there is no file. A last line that was torn, as when the machine or the process
    /// was stopped while it was written, is no record.
    ///
    /// # Errors
    /// [`RunFileError::File`] when the file cannot be read, [`RunFileError::Foreign`] when a line is no record.
    pub fn read(folder: &Path) -> Result<Vec<Record>, RunFileError> {
        let file = folder.join(JSON);
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(reason) if reason.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(reason) => return Err(InputError::Read { file, reason }.into()),
        };
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        let record = |(index, line): (usize, &[u8])| {
            serde_json::from_slice(line).map_err(|error| RunFileError::Foreign {
                file: file.clone(),
                place: format!("line {}", index + 1),
                reason: error.to_string(),
            })
        };
        let lines = bytes[..whole].split_inclusive(|&byte| byte == b'\n');
        lines.enumerate().map(record).collect()
    }

    /// Adds a record to both files.
    ///
    /// # Errors
    /// [`RunFileError::File`] when it cannot be written.
    pub fn add(&mut self, record: &Record) -> Result<(), RunFileError> {
        self.json.add(&json_line(record, self.loss))?;
        self.csv.add(&csv_lines(std::slice::from_ref(record), self.loss))?;
        Ok(())
    }
}

/// A record under the names that its loss has for its fields.
struct Line<'a>(&'a Record, Loss);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (record, names) = (self.0, names(self.1));
        let mut line = serializer.serialize_struct("Record", names.len())?;
        line.serialize_field(names[0], &record.step)?;
        line.serialize_field(names[1], &record.epoch)?;
        line.serialize_field(names[2], &record.loss)?;
        line.serialize_field(names[3], &record.score)?;
        line.serialize_field(names[4], &record.test_loss)?;
        line.serialize_field(names[5], &record.test_score)?;
        line.serialize_field(names[6], &record.trace)?;
        line.serialize_field(names[7], &record.trace_squared)?;
        line.serialize_field(names[8], &record.ws)?;
        line.serialize_field(names[9], &record.lambda_max)?;
        line.serialize_field(names[10], &record.lambda_min)?;
        line.serialize_field(names[11], &record.gradient_norm)?;
        line.serialize_field(names[12], &record.descended_norm)?;
        line.serialize_field(names[13], &record.curvature)?;
        line.serialize_field(names[14], &record.descended_curvature)?;
        line.serialize_field(names[15], &record.seconds)?;
        line.end()
    }
}

/// The names of a record's fields.
fn names(loss: Loss) -> [&'static str; 16] {
    let test_score = if score_name(loss) == "accuracy" { "test_accuracy" } else { "test_score" };
    [
        "step",
        "epoch",
        "loss",
        score_name(loss),
        "test_loss",
        test_score,
        "trace",
        "trace_squared",
        "ws",
        "lambda_max",
        "lambda_min",
        "gradient_norm",
        "descended_norm",
        "curvature",
        "descended_curvature",
        "seconds",
    ]
}

fn json_line(record: &Record, loss: Loss) -> String {
    serde_json::to_string(&Line(record, loss)).expect("a record has fields of numbers only") + "\n"
}

fn csv_lines(records: &[Record], loss: Loss) -> String {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    for record in records {
        writer
            .serialize(Line(record, loss))
            .expect("a record has fields of numbers only, and memory takes all");
    }
    let bytes = writer.into_inner().expect("memory takes all");
    String::from_utf8(bytes).expect("numbers are written in ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(step: usize) -> Record {
        Record {
            step,
            epoch: 0,
            loss: 0.1,
            score: Some(1.0),
            test_loss: None,
            test_score: None,
            trace: 2.0,
            trace_squared: 3.0,
            ws: 1.2,
            lambda_max: None,
            lambda_min: None,
            gradient_norm: 0.5,
            descended_norm: Some(0.6),
            curvature: Some(0.2),
            descended_curvature: None,
            seconds: 0.0,
        }
    }

    #[test]
    fn a_torn_last_line_is_left_out_and_a_wrong_line_before_it_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let records = [record(0), record(10)];
        let whole = json_line(&records[0], Loss::Softmax) + &json_line(&records[1], Loss::Squared);
        for torn in ["{\"step\":2", "\0\0\0", "\u{e4}"] {
            fs::write(folder.path().join(JSON), whole.clone() + torn).unwrap();
            assert_eq!(Log::read(folder.path()).unwrap(), records);
        }
        fs::write(folder.path().join(JSON), [whole.as_bytes(), &[0xff]].concat()).unwrap();
        assert_eq!(Log::read(folder.path()).unwrap(), records);
        Log::resume(folder.path(), Loss::Softmax, folder.path(), 20).unwrap();
        assert_eq!(Log::read(folder.path()).unwrap(), records);
        fs::write(folder.path().join(JSON), format!("{{}}\n{whole}")).unwrap();
        let error = Log::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("log.jsonl: line 1 is not what a training run writes"), "{error}");
    }
}
