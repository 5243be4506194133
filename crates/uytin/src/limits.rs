//! Sizes beyond which input is refused with a clear error instead of being worked on.

/// Public, adjustable limits; [`Limits::default`] suits a service that reads strangers' input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest record, as bytes of its JSON line (1 MiB).
    pub line_bytes: usize,
    /// The most records of one subject in a ledger (16,777,216).
    pub records_per_subject: usize,
    /// The longest policy, as bytes of JSON (1 MiB).
    pub policy_bytes: usize,
    /// The deepest nesting of a policy or receipt (32).
    pub depth: usize,
}

impl Limits {
    /// The default limits.
    pub const DEFAULT: Self = Self { line_bytes: 1 << 20, records_per_subject: 1 << 24, policy_bytes: 1 << 20, depth: 32 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
