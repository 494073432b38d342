//! A program that is asked a line at a time, and that may die, hang or print rubbish.

use super::broken::{Broken, LETTERS, beginning};
use super::family::Family;
use super::pipes::{self, Delivery, Event, spawn};
use crate::shell::quoted;
use crate::words::shortened;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Lines that are read before they are wanted, and questions that are not read yet.
const MOST_WAITING: usize = 4;
/// How often a wait looks whether the user wants to stop, and whether the program has ended.
const GLANCE: Duration = Duration::from_millis(50);
/// How long a program that was asked to end, or whose output has ended, has for it; and how long one that has ended may
/// be answered for by a child that holds its output.
const GRACE: Duration = Duration::from_secs(2);
/// The longest command that a message shows in full, in characters.
const LONGEST_COMMAND: usize = 400;
/// The longest line of its standard error that is shown in full, in characters.
const LONGEST_LINE: usize = 400;
/// Bytes of a line beside its numbers: the name of the program, notes, the names of quantities.
const BESIDE_NUMBERS: usize = 1 << 20;
/// Bytes of a number, with a few digits more than `f64` has, and of what separates it from the next.
const OF_A_NUMBER: usize = 48;

/// Where the system keeps no record of the dead.
const UNKNOWN: &str = "exit status: not known";

/// A running program.
pub struct Program {
    child: Child,
    family: Family,
    /// How it ended, once it was waited for.
    status: Option<ExitStatus>,
    questions: Option<SyncSender<String>>,
    delivery: Arc<Delivery>,
    longest: Arc<AtomicUsize>,
    events: Receiver<Event>,
    errors: Arc<Mutex<Vec<u8>>>,
    timeout: Duration,
}

impl Program {
    /// Starts it, without a shell.
    ///
    /// # Errors
    /// [`Broken::CannotStart`].
    pub fn start(command: &[String], timeout: Duration) -> Result<Self, Broken> {
        let cannot = |reason: String| {
            let words: Vec<String> = command.iter().map(|word| quoted(word)).collect();
            let command = shortened(&words.join(" "), LONGEST_COMMAND);
            Broken::CannotStart { command, reason }
        };
        let Some((program, arguments)) = command.split_first() else {
            return Err(cannot("no command is given".to_string()));
        };
        let mut prepared = Command::new(program);
        prepared.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (child, family) = Family::start(&mut prepared).map_err(|error| cannot(error.to_string()))?;
        let (questions, to_write) = sync_channel(MOST_WAITING);
        // A program that answers without being asked waits.
        let (found, events) = sync_channel(MOST_WAITING);
        let mut program = Program {
            child,
            family,
            status: None,
            questions: Some(questions),
            delivery: Arc::default(),
            longest: Arc::new(AtomicUsize::new(BESIDE_NUMBERS)),
            events,
            errors: Arc::default(),
            timeout,
        };
        let threads = program.listen(to_write, found);
        threads.map_err(|error| cannot(error.to_string()))?;
        Ok(program)
    }

    fn listen(&mut self, to_write: Receiver<String>, found: SyncSender<Event>) -> std::io::Result<()> {
        if let Some(stdin) = self.child.stdin.take() {
            let delivery = Arc::clone(&self.delivery);
            spawn(move || pipes::write_questions(stdin, &to_write, &delivery))?;
        }
        if let Some(stdout) = self.child.stdout.take() {
            let longest = Arc::clone(&self.longest);
            spawn(move || pipes::read_lines(stdout, &found, &longest))?;
        }
        if let Some(stderr) = self.child.stderr.take() {
            let errors = Arc::clone(&self.errors);
            spawn(move || pipes::keep_end(stderr, &errors))?;
        }
        Ok(())
    }

    /// Sends a line and waits for one with so many numbers, or fewer. `stop` is asked again and again meanwhile.
    ///
    /// # Errors
    /// [`Broken`] where none comes.
    pub fn ask(&mut self, line: String, numbers: usize, stop: &dyn Fn() -> bool) -> Result<String, Broken> {
        let longest = BESIDE_NUMBERS.saturating_add(numbers.saturating_mul(OF_A_NUMBER));
        self.longest.store(longest, Ordering::Relaxed);
        if let Some(questions) = &self.questions {
            // It is disconnected where the program reads no more; then the wait below finds out how it ended.
            if let Err(TrySendError::Full(_)) = questions.try_send(line) {
                return Err(Broken::Deaf);
            }
        }
        // As good as none where the clock does not go so far.
        let deadline = Instant::now().checked_add(self.timeout);
        let mut ended = None;
        loop {
            if stop() {
                return Err(Broken::Stopped);
            }
            let left = deadline.map_or(GLANCE, |deadline| deadline.saturating_duration_since(Instant::now()));
            match self.events.recv_timeout(left.min(GLANCE)) {
                Ok(Event::Line(line)) => return text(line),
                Ok(Event::CutOff(line)) => return self.last_line(line),
                Ok(Event::TooLong(longest)) => return Err(Broken::TooLong { longest, numbers }),
                Ok(Event::End) | Err(RecvTimeoutError::Disconnected) => return Err(self.ended()),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let late = left.is_zero();
            if self.family.has_ended(&mut self.child) {
                // A child that holds its output may still answer, but not for long.
                let since = *ended.get_or_insert_with(Instant::now);
                if late || since.elapsed() > GRACE {
                    return Err(self.ended());
                }
            } else if late {
                return Err(Broken::Silent { seconds: self.timeout.as_secs_f64(), unread: self.unread() });
            }
        }
    }

    /// What is known of how it read the question. Whether it has closed its input shows only when another line is sent,
    /// which does no harm where nothing more is asked.
    fn unread(&self) -> String {
        if let Some(questions) = &self.questions {
            let _ = questions.try_send("\n".to_string());
            thread::sleep(GLANCE);
        }
        self.delivery.unread()
    }

    /// The last line has no end where a program leaves it out, or where it died in the middle.
    fn last_line(&mut self, line: Vec<u8>) -> Result<String, Broken> {
        let line = text(line)?;
        if serde_json::from_str::<serde::de::IgnoredAny>(&line).is_ok() {
            return Ok(line);
        }
        match self.ended() {
            Broken::Ended { status } => Err(Broken::CutOff { status, line: beginning(&line) }),
            other => Err(other),
        }
    }

    fn ended(&mut self) -> Broken {
        self.wait(GRACE);
        if !self.family.has_ended(&mut self.child) {
            return Broken::Closed;
        }
        let status = self.end().map_or_else(|| UNKNOWN.to_string(), |status| status.to_string());
        Broken::Ended { status }
    }

    fn wait(&mut self, limit: Duration) {
        let start = Instant::now();
        while !self.family.has_ended(&mut self.child) && start.elapsed() < limit {
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends it with whoever descends from it; how it ended.
    fn end(&mut self) -> Option<ExitStatus> {
        if self.status.is_none() {
            self.family.end();
            // Fails only for one that has ended.
            let _ = self.child.kill();
            self.wait(GRACE);
            self.family.forget();
            self.status = self.child.try_wait().ok().flatten();
        }
        self.status
    }

    /// The end of what it wrote to its standard error.
    pub fn standard_error(&self) -> String {
        // What it wrote just before it died may still be on its way.
        thread::sleep(GLANCE);
        let kept = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&kept);
        let lines: Vec<String> = text.trim_end().lines().map(|line| shortened(line, LONGEST_LINE)).collect();
        lines.join("\n")
    }
}

impl Drop for Program {
    /// Its input ends, it gets a little time, and then it and its descendants are ended.
    fn drop(&mut self) {
        self.questions = None;
        if self.status.is_none() {
            self.wait(GRACE.min(self.timeout));
            self.end();
        }
    }
}

fn text(line: Vec<u8>) -> Result<String, Broken> {
    String::from_utf8(line).map_err(|error| {
        let bytes = error.as_bytes();
        let line = bytes[..bytes.len().min(LETTERS / 2)].escape_ascii();
        Broken::Rubbish { reason: "it is not UTF-8".to_string(), line: format!("\"{line}...\"") }
    })
}
