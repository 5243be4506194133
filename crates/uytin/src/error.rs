//! One error type for bad input: a stable code, the place, what stood there and what was expected.

use std::fmt;

/// Declares the codes once: variant, stable text and when it is given.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// What kind of fault the input has; [`Code::as_str`] is the same in every language and release.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// Every code, in the order of the catalogue `spec/codes.json`.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable text of the code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

codes! {
    /// The bytes are not UTF-8.
    NotUtf8 = "not-utf8",
    /// The text is not JSON.
    NotJson = "not-json",
    /// The text nests deeper than the limit.
    TooDeep = "too-deep",
    /// The text is longer than the limit.
    TooLong = "too-long",
    /// A value has the wrong JSON type.
    WrongType = "wrong-type",
    /// A number lies outside its range or has more decimals than allowed.
    OutOfRange = "out-of-range",
    /// A text is empty where it may not be.
    Empty = "empty",
    /// A text is none of the values that may stand there.
    UnknownValue = "unknown-value",
    /// A text is no civil date.
    NotADate = "not-a-date",
    /// A required field is missing.
    MissingField = "missing-field",
    /// A field that the format does not have.
    UnknownField = "unknown-field",
    /// A field that belongs to other record types only.
    MisplacedField = "misplaced-field",
    /// A key stands twice in one object.
    DuplicateKey = "duplicate-key",
    /// An id stands twice.
    DuplicateId = "duplicate-id",
    /// A name that nothing defines.
    UnknownName = "unknown-name",
    /// A list that must run in one direction does not.
    NotOrdered = "not-ordered",
    /// Numbers that are each allowed do not go together.
    Inconsistent = "inconsistent",
    /// A limit on size is exceeded.
    TooMany = "too-many",
    /// The subject must be named, because the ledger holds none or several.
    NoSubject = "no-subject",
    /// A receipt and its recomputation differ.
    Mismatch = "mismatch",
    /// A file or stream cannot be read or written.
    Io = "io",
    /// The caller stopped the work.
    Cancelled = "cancelled",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One fault: where, what stood there, what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}found {found}, expected {expected}", Place(path))]
#[non_exhaustive]
pub struct Fault {
    /// The kind of fault.
    pub code: Code,
    /// The JSON path to the culprit, `$` for the whole; empty where the caller names the place.
    pub path: String,
    /// What stood there; user input in backticks, cut where it is long.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

struct Place<'a>(&'a str);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, "{}: ", self.0) }
    }
}

impl Fault {
    /// A fault at a path.
    #[must_use]
    pub fn new(code: Code, path: impl Into<String>, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { code, path: path.into(), found: found.into(), expected: expected.into() }
    }

    /// The same fault at this path.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }
}

/// Why an input was refused: at least one fault, all of them where the document is a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    first: Fault,
    rest: Vec<Fault>,
}

impl Error {
    /// The error of these faults; `None` where there is none.
    #[must_use]
    pub fn of(faults: Vec<Fault>) -> Option<Self> {
        let mut faults = faults.into_iter();
        Some(Self { first: faults.next()?, rest: faults.collect() })
    }

    /// The first fault's code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.first.code
    }

    /// The first fault's JSON path.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.first.path
    }

    /// What stood at the first fault's place.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.first.found
    }

    /// What was expected at the first fault's place.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.first.expected
    }

    /// Every fault, in the order of the document.
    pub fn faults(&self) -> impl ExactSizeIterator<Item = &Fault> {
        Faults { first: Some(&self.first), rest: self.rest.iter() }
    }
}

struct Faults<'a> {
    first: Option<&'a Fault>,
    rest: std::slice::Iter<'a, Fault>,
}

impl<'a> Iterator for Faults<'a> {
    type Item = &'a Fault;

    fn next(&mut self) -> Option<&'a Fault> {
        self.first.take().or_else(|| self.rest.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.rest.len() + usize::from(self.first.is_some());
        (left, Some(left))
    }
}

impl ExactSizeIterator for Faults<'_> {}

impl From<Fault> for Error {
    fn from(first: Fault) -> Self {
        Self { first, rest: Vec::new() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)?;
        self.rest.iter().try_for_each(|fault| write!(f, "\n{fault}"))
    }
}

impl std::error::Error for Error {}

/// User input in backticks: control characters escaped, cut after 60 characters.
#[must_use]
pub fn quote(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut out = String::from("`");
    for (n, c) in text.chars().enumerate() {
        if n == LONGEST {
            out.push('…');
            break;
        }
        if disguises(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out.push('`');
    out
}

/// Whether a character could disguise the text that shows it: controls and marks of direction. Show its escape instead.
#[must_use]
pub fn disguises(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
