#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod batch;
mod engine;
#[cfg(any(feature = "csv", feature = "ipc", feature = "parquet"))]
mod file;
mod ids;
mod impact;
mod order;
mod output;
mod pack;
mod population;
mod previous;
mod row;
mod shortlist;
mod simulate;
mod space;
mod subject;

pub use engine::{Job, Progress, Screening, Summary, Watch};
#[cfg(any(feature = "csv", feature = "ipc", feature = "parquet"))]
pub use file::{Batches, Format, Writer, read, write};
pub use impact::{ChangeSink, Groups, ImpactOf, PreviousOf, impact};
pub use output::{Columns, is_synthetic, labelled, output_schema};
pub use population::{Scored, population, scores};
pub use previous::Previous;
pub use row::columns_of;
pub use shortlist::{LeftOutSink, shortlist};
pub use simulate::{Simulation, SimulationOrder};
