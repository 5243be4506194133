//! Ctrl-C: asks the work to stop, and sees to it that it ends soon, with nothing half-written left.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Exit code of work that the user stopped.
pub const CODE: u8 = 130;

/// Set when the user asks to stop; the batch engine looks at it too.
pub static ASKED: AtomicBool = AtomicBool::new(false);
/// Files and folders that are no results yet.
static PARTIAL: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// How long the work has to end by itself: a read may wait for ever.
const PATIENCE: Duration = Duration::from_millis(600);

/// From now on Ctrl-C is seen; where that cannot be, it ends the process as ever.
pub fn watch() {
    let _ = ctrlc::set_handler(|| {
        ASKED.store(true, Ordering::Relaxed);
        std::thread::sleep(PATIENCE);
        // The lock is kept, so that no result is put in its place any more.
        let partial = partial();
        for path in partial.iter() {
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
        std::process::exit(CODE.into());
    });
}

pub fn is_asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// An error where the user asked to stop.
pub fn check() -> io::Result<()> {
    if is_asked() { Err(io::Error::other("interrupted")) } else { Ok(()) }
}

fn partial() -> MutexGuard<'static, Vec<PathBuf>> {
    PARTIAL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is no result before [`Partial::complete`].
pub struct Partial(PathBuf);

impl Partial {
    pub fn new(path: &Path) -> Self {
        partial().push(path.to_path_buf());
        Self(path.to_path_buf())
    }

    /// Puts the result in its place, unless the user asked to stop before.
    pub fn complete(self, place: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let _held = partial();
        check()?;
        place()
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        partial().retain(|path| *path != self.0);
    }
}
