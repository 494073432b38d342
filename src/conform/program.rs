//! A program that is asked a line at a time, and that may die, hang or print rubbish.
//!
//! Its three streams have threads of their own, so that no pipe that fills up can stop this process; nobody waits for
//! those threads, so that a program which hands its streams to a child cannot either.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The longest line that is read: the Hessian of 3000 parameters.
const LONGEST_LINE: u64 = 256 << 20;
/// Lines that are read before they are wanted.
const MOST_WAITING: usize = 4;
/// How much of the end of the standard error is kept.
const KEPT_ERRORS: usize = 4096;
/// How often a wait looks whether the user wants to stop.
const GLANCE: Duration = Duration::from_millis(50);
/// How long a program that was asked to end, or whose output has ended, has for it.
const GRACE: Duration = Duration::from_secs(2);

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Broken {
    /// No such program, or no right to run it.
    #[error("cannot start {command}: {reason}")]
    CannotStart {
        /// The program.
        command: String,
        /// What the operating system says.
        reason: String,
    },
    /// It ended.
    #[error("it ended ({status}) where an answer was due")]
    Ended {
        /// The exit code or the signal.
        status: String,
    },
    /// It closed its standard output.
    #[error("it closed its standard output where an answer was due, and runs on")]
    Closed,
    /// No answer in time.
    #[error("no answer within {seconds} s (--timeout)")]
    Silent {
        /// The limit.
        seconds: f64,
    },
    /// A line that is no answer.
    #[error("its answer is no JSON object ({reason}): {line}; notes belong on standard error")]
    Rubbish {
        /// What the parser says.
        reason: String,
        /// The beginning of the line, what cannot be printed escaped.
        line: String,
    },
    /// What it says that it supports is not known.
    #[error("its answer to the first line is wrong: {reason}")]
    Hello {
        /// What is wrong with it.
        reason: String,
    },
    /// An answer to something else.
    #[error(
        "its answer has the id {found} where {expected} was asked: answer each line once, in order, with its id"
    )]
    OutOfOrder {
        /// The id that was sent.
        expected: u64,
        /// The id that came.
        found: String,
    },
    /// The user wants to stop.
    #[error("stopped before the end")]
    Stopped,
}

enum Event {
    Line(Vec<u8>),
    TooLong,
    End,
}

/// A running program.
pub struct Program {
    child: Child,
    questions: Option<Sender<String>>,
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
        let cannot = |reason: String| Broken::CannotStart { command: command.join(" "), reason };
        let Some((program, arguments)) = command.split_first() else {
            return Err(cannot("no command is given after --".to_string()));
        };
        let mut prepared = Command::new(program);
        prepared.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Its own group, so that its children end with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut prepared, 0);
        let mut child = prepared.spawn().map_err(|error| cannot(error.to_string()))?;
        let (questions, to_write) = channel::<String>();
        // A program that answers without being asked waits.
        let (found, events) = sync_channel(MOST_WAITING);
        let errors = Arc::new(Mutex::new(Vec::new()));
        if let Some(mut stdin) = child.stdin.take() {
            thread::spawn(move || {
                // A program that reads no more is noticed by its missing answer.
                while let Ok(line) = to_write.recv() {
                    if stdin.write_all(line.as_bytes()).and_then(|()| stdin.flush()).is_err() {
                        break;
                    }
                }
            });
        }
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || read_lines(stdout, &found));
        }
        if let Some(stderr) = child.stderr.take() {
            let errors = Arc::clone(&errors);
            thread::spawn(move || keep_end(stderr, &errors));
        }
        Ok(Program { child, questions: Some(questions), events, errors, timeout })
    }

    /// Sends a line and waits for one. `stop` is asked again and again meanwhile.
    ///
    /// # Errors
    /// [`Broken`] where none comes.
    pub fn ask(&mut self, line: String, stop: &dyn Fn() -> bool) -> Result<String, Broken> {
        if let Some(questions) = &self.questions {
            // Fails only where the program reads no more; then the wait below tells how it ended.
            let _ = questions.send(line);
        }
        let deadline = Instant::now() + self.timeout;
        loop {
            if stop() {
                return Err(Broken::Stopped);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left.min(GLANCE)) {
                Ok(Event::Line(line)) => return text(line),
                Ok(Event::TooLong) => {
                    let reason = format!("it is longer than {} MiB", LONGEST_LINE >> 20);
                    return Err(Broken::Rubbish { reason, line: "not shown".to_string() });
                }
                Ok(Event::End) | Err(RecvTimeoutError::Disconnected) => return Err(self.ended()),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => {
                    return Err(Broken::Silent { seconds: self.timeout.as_secs_f64() });
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn ended(&mut self) -> Broken {
        match self.wait(GRACE) {
            Some(status) => Broken::Ended { status: status.to_string() },
            None => Broken::Closed,
        }
    }

    fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(5)),
                _ => return None,
            }
        }
    }

    /// The end of what it wrote to its standard error.
    pub fn standard_error(&self) -> String {
        // What it wrote just before it died may still be on its way.
        thread::sleep(GLANCE);
        let kept = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        printable(String::from_utf8_lossy(&kept).trim_end())
    }
}

impl Drop for Program {
    /// Its input ends, it gets a little time, and then it and its children are ended.
    fn drop(&mut self) {
        self.questions = None;
        if self.wait(GRACE.min(self.timeout)).is_none() {
            #[cfg(unix)]
            let _ = rustix::process::kill_process_group(
                rustix::process::Pid::from_child(&self.child),
                rustix::process::Signal::KILL,
            );
            // Fails only for one that has ended meanwhile.
            let _ = self.child.kill();
            self.wait(GRACE);
        }
    }
}

fn read_lines(stdout: impl Read, found: &SyncSender<Event>) {
    let mut reader = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        let event = match reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => Event::End,
            Ok(_) if line.ends_with(b"\n") => Event::Line(line),
            Ok(count) if count as u64 == LONGEST_LINE => Event::TooLong,
            // The last line, cut off.
            Ok(_) => Event::Line(line),
        };
        let last = !matches!(event, Event::Line(_));
        if found.send(event).is_err() || last {
            return;
        }
    }
}

fn keep_end(mut stderr: impl Read, errors: &Mutex<Vec<u8>>) {
    let mut buffer = [0; KEPT_ERRORS];
    while let Ok(count @ 1..) = stderr.read(&mut buffer) {
        let mut kept = errors.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(&buffer[..count]);
        let surplus = kept.len().saturating_sub(KEPT_ERRORS);
        kept.drain(..surplus);
    }
}

fn text(line: Vec<u8>) -> Result<String, Broken> {
    String::from_utf8(line).map_err(|error| {
        let bytes = error.as_bytes();
        let start = bytes[..bytes.len().min(LETTERS / 2)].escape_ascii();
        Broken::Rubbish { reason: "it is not UTF-8".to_string(), line: format!("\"{start}...\"") }
    })
}

/// Control characters escaped, line breaks kept: what a program says must not move the cursor of a terminal.
pub(super) fn printable(text: &str) -> String {
    let letter = |c: char| -> String {
        // The last two are no characters of XML either.
        if (c.is_control() && c != '\n') || matches!(c, '\u{fffe}' | '\u{ffff}') {
            c.escape_debug().collect()
        } else {
            c.to_string()
        }
    };
    text.chars().map(letter).collect()
}

/// How many of the letters of a line are shown.
const LETTERS: usize = 60;

/// The first letters of a line, what cannot be printed escaped.
pub(super) fn beginning(line: &str) -> String {
    let line = line.trim_end();
    let start: String = line.chars().take(LETTERS).flat_map(char::escape_debug).collect();
    if line.chars().count() > LETTERS { format!("\"{start}...\"") } else { format!("\"{start}\"") }
}
