//! `libuytin`: the C ABI of the credibility score. `include/uytin.h` is made from this source, comments included.
//!
//! Each entry converts, calls the core and converts back; no rule of the model is written here.
#![allow(non_camel_case_types, reason = "the names of C")]

mod assessment;
#[cfg(feature = "columns")]
mod columns;
mod entry;
mod ledger;
mod policy;
mod receipt;
mod score;
mod status;
mod text;
mod tools;

pub use assessment::*;
#[cfg(feature = "columns")]
pub use columns::*;
pub use ledger::*;
pub use policy::*;
pub use receipt::*;
pub use score::*;
pub use status::*;
pub use text::*;
pub use tools::*;
