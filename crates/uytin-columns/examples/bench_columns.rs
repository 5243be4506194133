//! Times the engine for the comparison with peers, as `benches/peers/peers.py` calls it:
//! `bench_columns bench-columns --input FILE.arrow --as-of DATE --repeat N [--sorted] [--dictionary] [--no-pillars] [--threads N] --json
//! [--dump FILE]`.

use std::error::Error;
use std::fs::File;
use std::time::Instant;

use arrow_array::RecordBatch;
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::FileWriter;
use uytin::{Date, Policy};
use uytin_columns::{Columns, Job};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| words.iter().zip(words.iter().skip(1)).find(|(word, _)| *word == name).map(|(_, value)| value.clone());
    let flag = |name: &str| words.iter().any(|word| word == name);
    let input = value("--input").ok_or("--input FILE is missing")?;
    let as_of: Date = value("--as-of").ok_or("--as-of DATE is missing")?.parse()?;
    let repeat: u32 = value("--repeat").map_or(Ok(1), |text| text.parse())?;
    let policy = Policy::reference();
    let batches = FileReader::try_new(File::open(&input)?, None)?.collect::<Result<Vec<RecordBatch>, _>>()?;
    let columns = Columns { pillars: !flag("--no-pillars"), dictionary: flag("--dictionary"), ..Columns::default() };
    let job = Job {
        sorted: flag("--sorted"),
        columns,
        threads: value("--threads").map_or(Ok(0), |text| text.parse())?,
        ..Job::new(&policy, as_of)
    };
    let loaded = status("VmRSS:");
    let mut runs = Vec::new();
    let mut result = None;
    for _ in 0..repeat.max(1) {
        drop(result.take());
        let (cpu, start) = (cpu_seconds(), Instant::now());
        let done = job.run(&batches)?;
        runs.push((start.elapsed().as_secs_f64(), cpu_seconds() - cpu));
        result = Some(done);
    }
    let peak = status("VmHWM:");
    let (out, summary) = result.ok_or("nothing was run")?;
    if let Some(path) = value("--dump")
        && let Some(first) = out.first()
    {
        let mut writer = FileWriter::try_new(File::create(path)?, &first.schema())?;
        out.iter().try_for_each(|batch| writer.write(batch))?;
        writer.finish()?;
    }
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (seconds, cpu) = runs.get(runs.len() / 2).copied().unwrap_or_default();
    println!(
        "{{\"seconds\": {seconds}, \"cpu_seconds\": {cpu}, \"peak_bytes\": {peak}, \"loaded_bytes\": {loaded}, \"rows\": {}, \"subjects\": {}}}",
        summary.rows, summary.subjects
    );
    Ok(())
}

/// A size of this process in bytes, as Linux says it; 0 elsewhere.
fn status(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().map_or(0, |kilobytes| kilobytes * 1024)
}

/// User and system time of this process so far, as Linux says it in hundredths; 0 elsewhere.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    #[expect(clippy::cast_precision_loss, reason = "a duration")]
    let seconds = ticks as f64 / 100.0;
    seconds
}
