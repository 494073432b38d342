//! Who answers the questions: a program that was started, or a function of this process.

use super::broken::Broken;
use super::program::Program;

/// One that gets a line and answers with one.
pub trait Partner {
    /// Sends a line and waits for one with so many numbers, or fewer. `stop` is asked again and again meanwhile.
    ///
    /// # Errors
    /// [`Broken`] where none comes.
    fn ask(&mut self, line: String, numbers: usize, stop: &dyn Fn() -> bool) -> Result<String, Broken>;

    /// The end of what it wrote to its standard error.
    fn standard_error(&self) -> String;
}

impl Partner for Program {
    fn ask(&mut self, line: String, numbers: usize, stop: &dyn Fn() -> bool) -> Result<String, Broken> {
        Program::ask(self, line, numbers, stop)
    }

    fn standard_error(&self) -> String {
        Program::standard_error(self)
    }
}

/// A function that answers a line, or says why it does not.
pub struct Function<'a>(pub &'a mut dyn FnMut(&str) -> Result<String, String>);

impl Partner for Function<'_> {
    fn ask(&mut self, line: String, _: usize, stop: &dyn Fn() -> bool) -> Result<String, Broken> {
        if stop() {
            return Err(Broken::Stopped);
        }
        (self.0)(&line).map_err(|reason| Broken::Raised { reason })
    }

    fn standard_error(&self) -> String {
        String::new()
    }
}
