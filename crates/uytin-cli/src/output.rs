//! Results out: to standard output, or to a file that is whole or not there; and what is said on standard error.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, adapter::strip_str};
use anstyle::{AnsiColor, Style};
use tempfile::NamedTempFile;
use terminal_size::{Width, terminal_size_of};

use crate::failure::{Failure, Result};
use crate::input::quote_path;
use crate::interrupt::Partial;

const BUFFER_BYTES: usize = 128 << 10;
/// The width of a text that is for no terminal.
const WIDTH: usize = 100;

/// Where the result goes; nothing is written before [`Output::write`].
pub struct Output(Target);

enum Target {
    Standard,
    /// Written beside, and renamed.
    File {
        path: PathBuf,
        name: String,
    },
    /// What cannot be replaced: `/dev/null`, a named pipe.
    Device {
        path: PathBuf,
        name: String,
    },
}

impl Output {
    /// Checks that the output can be.
    pub fn to(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path.filter(|path| path.as_os_str() != "-") else { return Ok(Self(Target::Standard)) };
        let name = quote_path(path);
        if let Ok(metadata) = path.metadata() {
            if metadata.is_dir() {
                return Err(Failure::at(name, "a directory", "a file to write"));
            }
            // Through a link, so that the link stays.
            let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
            return Ok(Self(if metadata.is_file() { Target::File { path, name } } else { Target::Device { path, name } }));
        }
        let folder = folder(path);
        if !folder.is_dir() {
            let found = if folder.exists() { "no folder" } else { "no such folder" };
            return Err(Failure::at(quote_path(folder), found, format_args!("the folder of `{name}`")));
        }
        Ok(Self(Target::File { path: path.to_path_buf(), name }))
    }

    /// Whether a person looks at it.
    pub fn is_terminal(&self) -> bool {
        matches!(self.0, Target::Standard) && io::stdout().is_terminal()
    }

    /// The extension of the file.
    pub fn extension(&self) -> Option<&str> {
        match &self.0 {
            Target::File { path, .. } => path.extension()?.to_str(),
            _ => None,
        }
    }

    /// Columns of the terminal; `COLUMNS` says otherwise.
    pub fn width(&self) -> usize {
        let named = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let real = || terminal_size_of(io::stdout()).filter(|_| self.is_terminal()).map(|(Width(columns), _)| usize::from(columns));
        named.or_else(real).unwrap_or(WIDTH).clamp(40, 200)
    }

    /// Writes the result with `content`: wholly, or, to a file, not at all.
    pub fn write(self, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        let buffered = |writer: &mut dyn Write| {
            let mut writer = BufWriter::with_capacity(BUFFER_BYTES, writer);
            content(&mut writer).and_then(|()| writer.flush())
        };
        match self.0 {
            Target::Standard => buffered(&mut io::stdout().lock()).map_err(|error| Failure::writing("standard output", &error)),
            Target::Device { path, name } => {
                let device = File::options().write(true).open(path);
                device.and_then(|mut device| buffered(&mut device)).map_err(|error| Failure::writing(name, &error))
            }
            Target::File { path, name } => replace(&path, buffered).map_err(|error| Failure::writing(name, &error)),
        }
    }

    /// Has `content` write a file at the path it is given, and puts that in its place: wholly or not at all.
    pub fn write_by_path(self, content: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let name = self.name().to_owned();
        let failed = |error: io::Error| Failure::writing(&name, &error);
        let beside = if let Target::File { path, .. } = &self.0 { folder(path).to_path_buf() } else { std::env::temp_dir() };
        let room = tempfile::Builder::new().prefix(".uytin-").tempdir_in(beside).map_err(failed)?;
        let partial = Partial::new(room.path());
        let written = room.path().join("result");
        content(&written)?;
        if let Target::File { path, .. } = &self.0 {
            if let Ok(present) = fs::metadata(path) {
                fs::set_permissions(&written, present.permissions()).map_err(failed)?;
            }
            return partial.complete(|| fs::rename(&written, path)).map_err(failed);
        }
        let mut result = File::open(&written).map_err(failed)?;
        self.write(|out| io::copy(&mut result, out).map(drop))
    }

    /// The output as messages name it.
    pub fn name(&self) -> &str {
        match &self.0 {
            Target::Standard => "standard output",
            Target::File { name, .. } | Target::Device { name, .. } => name,
        }
    }

    /// Writes a text with colours, which go to a terminal only, and not against the will of `NO_COLOR`.
    pub fn write_text(self, text: &str) -> Result<()> {
        if let Target::Standard = self.0 {
            let mut out = AutoStream::auto(io::stdout().lock());
            return out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| Failure::writing("standard output", &error));
        }
        self.write(|out| out.write_all(strip_str(text).to_string().as_bytes()))
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn replace(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut temporary = beside(folder(path))?;
    let partial = Partial::new(temporary.path());
    content(&mut temporary)?;
    if let Ok(present) = fs::metadata(path) {
        temporary.as_file().set_permissions(present.permissions())?;
    }
    partial.complete(|| temporary.persist(path).map(drop).map_err(|error| error.error))
}

fn beside(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".uytin-");
    // As any other new file: the user's mask takes its part away.
    #[cfg(unix)]
    builder.permissions(<fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Says something on standard error; that nobody listens is no fault.
pub fn say(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Reports faults, one a line.
pub fn report(faults: &[String]) {
    label("error", AnsiColor::Red, faults);
}

pub fn warn(messages: &[String]) {
    label("warning", AnsiColor::Yellow, messages);
}

fn label(word: &str, colour: AnsiColor, messages: &[String]) {
    let style = Style::new().bold().fg_color(Some(colour.into()));
    messages.iter().for_each(|message| say(&format!("{style}{word}:{style:#} {message}")));
}
