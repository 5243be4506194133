//! A progress bar on standard error, on a terminal only, and only where the work is long.

use std::io::{self, IsTerminal, Read};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that is done before this shows no bar.
const PATIENCE: Duration = Duration::from_millis(400);

pub struct Progress {
    bar: ProgressBar,
    start: Instant,
    wanted: bool,
}

impl Progress {
    pub fn new(quiet: bool) -> Self {
        Self { wanted: !quiet && io::stderr().is_terminal(), ..Self::hidden() }
    }

    pub fn hidden() -> Self {
        Self { bar: ProgressBar::hidden(), start: Instant::now(), wanted: false }
    }

    /// So many bytes are to be read; 0 where nobody knows.
    pub fn reading(&self, bytes: u64) {
        let template = if bytes == 0 {
            "{spinner} reading {bytes} {bytes_per_sec}"
        } else {
            "{bar:32.cyan/dim} reading {bytes} of {total_bytes}, {eta} left"
        };
        self.start(bytes, template);
    }

    /// So many subjects are to be assessed.
    pub fn assessing(&self, subjects: usize) {
        self.start(
            u64::try_from(subjects).unwrap_or(u64::MAX),
            "{bar:32.cyan/dim} assessing {human_pos} of {human_len} subjects, {eta} left",
        );
    }

    /// So many rows are to be scored; 0 where nobody knows.
    pub fn scoring(&self, rows: u64) {
        let template = if rows == 0 {
            "{spinner} {human_pos} rows, {msg} subjects"
        } else {
            "{bar:32.cyan/dim} {human_pos} of {human_len} rows, {msg} subjects"
        };
        self.bar.set_message("0");
        self.start(rows, template);
    }

    /// How far the engine is.
    pub fn at(&self, rows: u64, subjects: u64) {
        if !self.wanted {
            return;
        }
        if subjects > 0 {
            self.bar.set_message(indicatif::HumanCount(subjects).to_string());
        }
        // Rows are passed over twice where they come unsorted.
        self.add(rows.saturating_sub(self.bar.position()));
    }

    /// So many records are to be made.
    pub fn making(&self, records: u64) {
        self.start(records, "{bar:32.cyan/dim} {human_pos} of {human_len} records, {eta} left");
    }

    fn start(&self, length: u64, template: &str) {
        if length > 0 {
            self.bar.set_length(length);
        }
        self.bar.set_position(0);
        self.bar.reset_eta();
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style.progress_chars("━╸─"));
        }
    }

    pub fn add(&self, more: u64) {
        if !self.wanted {
            return;
        }
        if self.bar.is_hidden() && self.start.elapsed() >= PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        }
        self.bar.inc(more);
    }

    pub fn clear(&self) {
        self.bar.finish_and_clear();
        self.bar.set_draw_target(ProgressDrawTarget::hidden());
        self.bar.reset();
    }

    /// Counts the bytes that are read from `inner`.
    pub fn counted(&self, inner: Box<dyn Read>) -> Counted {
        Counted { inner, progress: Self { bar: self.bar.clone(), ..*self } }
    }
}

pub struct Counted {
    inner: Box<dyn Read>,
    progress: Progress,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.progress.add(u64::try_from(read).unwrap_or_default());
        Ok(read)
    }
}
