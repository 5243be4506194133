//! Why the command stops.

use std::fmt::Display;
use std::io;

use uytin::Error;

use crate::interrupt;

/// What a command gives: its exit code, or why it stops.
pub type Result<T> = std::result::Result<T, Failure>;

#[derive(Debug)]
pub enum Failure {
    /// Bad input or usage: one message a fault.
    Faults(Vec<String>),
    /// Whoever read our output has gone: the end of the work, and nothing to report.
    ClosedPipe,
    /// The user asked to stop: nothing is left of the output.
    Interrupted,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self::Faults(vec![message.into()])
    }

    /// What stood at a place, and what was expected there.
    pub fn at(place: impl Display, found: impl Display, expected: impl Display) -> Self {
        Self::new(format!("{place}: found {found}, expected {expected}"))
    }

    /// The faults of a document, each with the document's name.
    pub fn of(name: impl Display, error: &Error) -> Self {
        Self::Faults(error.faults().map(|fault| format!("{name}: {fault}")).collect())
    }

    /// The faults of settings that options give: `$.test_from` is `--test-from`.
    pub fn of_options(error: &Error) -> Self {
        let place = |path: &str| path.trim_start_matches("$.").replace('_', "-");
        Self::Faults(
            error.faults().map(|fault| format!("--{}: found {}, expected {}", place(&fault.path), fault.found, fault.expected)).collect(),
        )
    }

    /// What the system says of an output.
    pub fn writing(name: impl Display, error: &io::Error) -> Self {
        if interrupt::is_asked() {
            Self::Interrupted
        } else if error.kind() == io::ErrorKind::BrokenPipe {
            Self::ClosedPipe
        } else {
            Self::new(format!("{name}: cannot write: {}", plain(error)))
        }
    }
}

/// What the system says, in the form of the other messages: `no such file or directory`.
pub fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error ").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
