//! The population that the engine collects is that of the ledger, and its scores are those of the ledger.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use uytin::calibrate::{Population, Settings, calibrate};
use uytin::{Date, Ledger, Policy, Record};
use uytin_columns::{Job, Simulation, SimulationOrder, columns_of, population, scores};

fn as_of() -> Date {
    Date::parse("2026-11-21").unwrap()
}

fn simulation(order: SimulationOrder) -> Vec<arrow_array::RecordBatch> {
    let simulation = Simulation { policy: Policy::reference(), as_of: as_of(), subjects: 60, records: 4000, seed: 3, order, ids: true };
    simulation.batches().unwrap().collect()
}

#[test]
fn the_engine_collects_what_the_ledger_holds() {
    let policy = Policy::reference();
    let settings = Settings { replicates: 20, ..Settings::new(Date::parse("2025-12-31").unwrap(), Date::parse("2026-01-01").unwrap()) };
    let text = include_str!("../../../examples/data/creators.jsonl");
    let ledger = Ledger::from_json_lines(text.as_bytes(), &uytin::Limits::DEFAULT).unwrap();
    let records: Vec<Record> = ledger.records().cloned().collect();
    let (found, summary) = population(&Job::new(&policy, Date::parse("2027-12-31").unwrap()), [Ok(columns_of(&records))]).unwrap();
    assert_eq!(summary.subjects, 8);
    let report = |population: &Population| calibrate(population, &policy, &settings).unwrap().to_json();
    assert!(report(&found) == report(&Population::of(&ledger, &policy)), "reports differ");
}

#[test]
fn order_and_threads_are_of_no_matter() {
    let policy = Policy::reference();
    let settings = Settings { replicates: 20, ..Settings::new(Date::parse("2026-03-31").unwrap(), Date::parse("2026-04-01").unwrap()) };
    let mut reports = Vec::new();
    for (order, threads, sorted) in
        [(SimulationOrder::Sorted, 1, false), (SimulationOrder::Sorted, 3, true), (SimulationOrder::Shuffled, 2, false)]
    {
        let job = Job { threads, sorted, ..Job::new(&policy, as_of()) };
        let (population, _) = population(&job, simulation(order).into_iter().map(Ok)).unwrap();
        reports.push(calibrate(&population, &policy, &settings).unwrap().to_json());
        let mut subjects = Vec::new();
        scores(&job, simulation(order).into_iter().map(Ok), |scored| {
            assert!((0.0..=100.0).contains(&scored.score) && (0.0..=1.0).contains(&scored.coverage) && !scored.tier.is_empty());
            subjects.push(scored.subject.to_owned());
        })
        .unwrap();
        assert_eq!(subjects.len(), 60);
        assert!(subjects.is_sorted());
    }
    assert!(reports.iter().all(|report| *report == reports[0]), "reports differ");
    assert!(reports[0].contains("\"fitted\""));
}
