//! The three streams of a program, each with a thread of its own, so that no pipe that fills up can stop this process.
//! Nobody waits for those threads.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// How much of the end of the standard error is kept.
const KEPT_ERRORS: usize = 4096;
/// What is written at once.
const PIECE: usize = 4096;

/// What comes from the standard output.
pub enum Event {
    /// A line.
    Line(Vec<u8>),
    /// The last line, without its end.
    CutOff(Vec<u8>),
    /// A line that is longer than this.
    TooLong(usize),
    /// The end of the output.
    End,
}

/// How far a question has got into the program's standard input.
#[derive(Debug, Default)]
pub struct Delivery {
    /// Bytes that the pipe has taken.
    pub taken: AtomicUsize,
    /// Bytes of the whole question.
    pub whole: AtomicUsize,
    /// Whether the program has closed its end.
    pub closed: AtomicBool,
}

impl Delivery {
    /// What is known of a program that did not read all of the question.
    pub fn unread(&self) -> String {
        let (taken, whole) = (self.taken.load(Ordering::Relaxed), self.whole.load(Ordering::Relaxed));
        if self.closed.load(Ordering::Relaxed) {
            ": it has closed its standard input".to_string()
        } else if taken < whole {
            format!(
                ": it does not read its standard input, which took {taken} of the {whole} bytes of the question"
            )
        } else {
            String::new()
        }
    }
}

/// Runs one of them.
pub fn spawn(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name("conform".to_string()).spawn(work).map(drop)
}

/// Writes questions until there are no more of them.
pub fn write_questions(mut stdin: impl Write, questions: &Receiver<String>, delivery: &Delivery) {
    while let Ok(question) = questions.recv() {
        delivery.taken.store(0, Ordering::Relaxed);
        delivery.whole.store(question.len(), Ordering::Relaxed);
        for piece in question.as_bytes().chunks(PIECE) {
            if stdin.write_all(piece).and_then(|()| stdin.flush()).is_err() {
                // Noticed by the answer that is missing.
                delivery.closed.store(true, Ordering::Relaxed);
                return;
            }
            delivery.taken.fetch_add(piece.len(), Ordering::Relaxed);
        }
    }
}

/// Hands on line by line, none of which is longer than `longest` is at the time.
pub fn read_lines(stdout: impl Read, found: &SyncSender<Event>, longest: &AtomicUsize) {
    let mut reader = BufReader::new(stdout);
    loop {
        let event = line(&mut reader, longest);
        let last = !matches!(event, Event::Line(_));
        if found.send(event).is_err() || last {
            return;
        }
    }
}

fn line(reader: &mut impl BufRead, longest: &AtomicUsize) -> Event {
    let mut line = Vec::new();
    loop {
        let piece = match reader.fill_buf() {
            Ok([]) if line.is_empty() => return Event::End,
            Ok([]) => return Event::CutOff(line),
            Ok(piece) => piece,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return Event::End,
        };
        let end = piece.iter().position(|byte| *byte == b'\n');
        let count = end.map_or(piece.len(), |end| end + 1);
        line.extend_from_slice(&piece[..count]);
        reader.consume(count);
        let limit = longest.load(Ordering::Relaxed);
        if line.len() > limit {
            return Event::TooLong(limit);
        }
        if end.is_some() {
            return Event::Line(line);
        }
    }
}

/// Keeps the end of what comes, with dots where the rest was.
pub fn keep_end(mut stderr: impl Read, errors: &Arc<Mutex<Vec<u8>>>) {
    let mut buffer = [0; KEPT_ERRORS];
    while let Ok(count @ 1..) = stderr.read(&mut buffer) {
        let mut kept = errors.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(&buffer[..count]);
        if let Some(surplus @ 1..) = kept.len().checked_sub(KEPT_ERRORS) {
            kept.splice(..surplus + DOTS.len(), DOTS.iter().copied());
        }
    }
}

const DOTS: &[u8] = b"...";
