//! `uytin receipt` and `uytin verify`: what an assessment was made of, and whether it still comes out so.

use std::path::{Path, PathBuf};

use uytin::{Assessment, BoundSubject, Date, Difference, Ledger, quote};

use crate::args::{OneSubject, Records, To};
use crate::assess;
use crate::failure::{Failure, Result};
use crate::input::{self, Skipped};
use crate::output::{self, Output};
use crate::progress::Progress;
use crate::text::{BOLD, GAIN, LOSS, Line, PLAIN, Page, SOFT};

/// Something differs.
const DIFFERS: u8 = 1;

/// Binds the one subject that is asked for.
pub fn bind_one(one: &OneSubject, quiet: bool) -> Result<(BoundSubject, Date, Skipped)> {
    input::read_once(one.records.files.iter().chain(&one.under.policy))?;
    let (policy, as_of) = assess::rules(&one.under)?;
    let input = input::read(&one.records, &Progress::new(quiet))?;
    let subject = subject(&input.ledger, one.subject.as_deref())?;
    Ok((input.ledger.bind_subject(&policy.policy, subject), as_of, input.skipped))
}

/// Assesses the one subject that is asked for.
pub fn assess_one(one: &OneSubject, quiet: bool) -> Result<(Assessment, Skipped)> {
    let (bound, as_of, skipped) = bind_one(one, quiet)?;
    Ok((bound.assess(as_of, one.previous_tier.as_deref()), skipped))
}

/// The subject of that id, or the only one. One without records would be assessed as well, but in files it is a slip
/// of the pen.
pub fn subject<'a>(ledger: &'a Ledger, named: Option<&'a str>) -> Result<&'a str> {
    let Some(named) = named else {
        return ledger.only_subject().map_err(|_| {
            Failure::at("--subject", format_args!("records of {} subjects", ledger.subjects().len()), "the id of one of them")
        });
    };
    if ledger.records_of(named).next().is_some() {
        return Ok(named);
    }
    let mut near: Vec<(f64, &str)> = ledger.subjects().map(|subject| (strsim::jaro_winkler(subject, named), subject)).collect();
    near.retain(|(likeness, _)| *likeness > 0.8);
    near.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let near: Vec<String> = near.into_iter().take(3).map(|(_, subject)| quote(subject)).collect();
    let meant = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(" or ")) };
    let found = format!("{}, of whom there is no record", quote(named));
    Err(Failure::at("--subject", found, format_args!("one of {} subjects{meant}", ledger.subjects().len())))
}

/// Writes a receipt, in the form that is verified.
pub fn write(one: &OneSubject, to: &To, quiet: bool) -> Result<u8> {
    let output = Output::to(to.output.as_deref())?;
    let (assessment, skipped) = assess_one(one, quiet)?;
    output.write(|out| writeln!(out, "{}", assessment.receipt().to_json()))?;
    if !quiet {
        output::say(&assessment.policy().document().notice.en);
    }
    Ok(assess::left_out(&skipped))
}

pub fn verify(receipt: &PathBuf, records: &Records, policy: Option<&Path>, quiet: bool) -> Result<u8> {
    let policy_file = policy.map(Path::to_path_buf);
    input::read_once(records.files.iter().chain([receipt]).chain(&policy_file))?;
    let receipt = input::receipt(receipt)?;
    let policy = input::policy(policy)?;
    let input = input::read(records, &Progress::new(quiet))?;
    let verification = receipt.verify(&policy.policy, &input.ledger);
    let output = Output::to(None)?;
    let mut page = Page::new(output.width());
    let about = format!("{}, {}", quote(receipt.subject()), receipt.as_of());
    if verification.is_verified() {
        page.paragraph(&Line::new("verified  ", GAIN.bold()), &Line::plain(&about));
    } else {
        let count = verification.differences.len();
        let places = if count == 1 { "place" } else { "places" };
        page.paragraph(&Line::new("differs  ", LOSS.bold()), &Line::plain(&format!("{about}, in {count} {places}")));
        let width = verification.differences.iter().map(|difference| difference.path.len()).max().unwrap_or(0).min(page.width / 3);
        for Difference { path, found, expected } in &verification.differences {
            let line = Line::new("receipt ", SOFT).add(found, LOSS).add("  recomputed ", SOFT).add(expected, PLAIN);
            page.paragraph(&Line::new(&format!("  {path:width$}  "), BOLD), &line);
        }
    }
    if verification.engine_version != uytin::VERSION {
        let line = format!("made by engine {}, recomputed by {}", quote(&verification.engine_version), uytin::VERSION);
        page.paragraph(&Line::default(), &Line::new(&line, SOFT));
    }
    output.write_text(&page.into_text())?;
    let left_out = assess::left_out(&input.skipped);
    Ok(if verification.is_verified() { left_out } else { DIFFERS })
}
