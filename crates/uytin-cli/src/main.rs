//! The command `uytin`.

mod args;
mod assess;
mod attack;
mod calibrate;
mod contest;
mod document;
mod explain;
mod failure;
mod fairness;
mod html;
mod impact;
mod input;
mod interrupt;
mod output;
mod path;
mod policy;
mod progress;
mod receipt;
mod shortlist;
mod simulate;
mod table;
mod text;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::args::{Cli, Colour, Command, Document, PolicyCommand, Records, To};
use crate::failure::{Failure, Result};
use crate::output::Output;
use crate::progress::Progress;

/// Bad input or usage.
const REFUSED: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let choice = match cli.color {
        Colour::Auto => anstream::ColorChoice::Auto,
        Colour::Always => anstream::ColorChoice::Always,
        Colour::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
    interrupt::watch();
    let code = match run(&cli) {
        Ok(code) => code,
        Err(Failure::ClosedPipe) => 0,
        Err(Failure::Interrupted) => {
            output::say("interrupted");
            interrupt::CODE
        }
        Err(Failure::Faults(faults)) => {
            output::report(&faults);
            REFUSED
        }
    };
    ExitCode::from(code)
}

fn run(cli: &Cli) -> Result<u8> {
    match &cli.command {
        Command::Assess(args) => assess::run(args, cli.quiet),
        Command::Explain(args) => explain::run(args, cli.quiet),
        Command::Impact(args) => impact::run(args, cli.quiet),
        Command::Shortlist(args) => shortlist::run(args, cli.quiet),
        Command::Policy(PolicyCommand::Check { policy }) => policy::check(policy),
        Command::Policy(PolicyCommand::Digest { policy }) => policy::digest(policy),
        Command::Path(args) => path::run(args, cli.quiet),
        Command::Contest(args) => contest::run(args, cli.quiet),
        Command::Statement(args) => contest::statement(args, cli.quiet),
        Command::Policy(PolicyCommand::Diff { from, to_policy, format, language, to }) => {
            policy::diff([from, to_policy], *format, language.get(), to)
        }
        Command::Policy(PolicyCommand::Lint { policy, format, language, to }) => policy::lint(policy, *format, language.get(), to),
        Command::Policy(PolicyCommand::Show { policy, format, language, to }) => policy::show(policy, *format, language.get(), to),
        Command::Calibrate(args) => calibrate::run(args, cli.quiet),
        Command::Fairness(args) => fairness::run(args, cli.quiet),
        Command::Coverage(args) => attack::coverage(args),
        Command::Attack(args) => attack::run(args, cli.quiet),
        Command::Simulate(args) => simulate::run(args, cli.quiet),
        Command::Schema { document, to } => schema(*document, to),
        Command::Merge { records, to } => merge(records, to, cli.quiet),
        Command::Receipt { one, to } => receipt::write(one, to, cli.quiet),
        Command::Verify { receipt, records, policy } => receipt::verify(receipt, records, policy.as_deref(), cli.quiet),
        Command::Completions { shell } => {
            // Into memory, since the generator would panic where the reader has gone.
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "uytin", &mut script);
            Output::to(None)?.write(|out| out.write_all(&script))?;
            Ok(0)
        }
    }
}

fn schema(document: Document, to: &To) -> Result<u8> {
    let schema = match document {
        Document::Policy => uytin::policy_schema(),
        Document::Record => uytin::record_schema(),
        Document::Assessment => uytin::assessment_schema(),
        Document::Receipt => uytin::receipt_schema(),
        Document::Paths => uytin::paths_schema(),
        Document::Contest => uytin::contest_schema(),
        Document::Brief => uytin::brief_schema(),
        Document::Shortlist => uytin::shortlist_schema(),
        Document::Candidate => uytin::candidate_schema(),
        Document::LeftOut => uytin::left_out_schema(),
        Document::Impact => uytin::impact_schema(),
        Document::ImpactChange => uytin::impact_change_schema(),
        Document::PolicyDiff => uytin::policy_diff_schema(),
        Document::PolicyLint => uytin::policy_lint_schema(),
        Document::Calibration => uytin::calibration_schema(),
        Document::Fairness => uytin::fairness_schema(),
        Document::IntervalCoverage => uytin::interval_coverage_schema(),
        Document::Attacks => uytin::attacks_schema(),
    };
    Output::to(to.output.as_deref())?.write(|out| writeln!(out, "{schema:#}"))?;
    Ok(0)
}

fn merge(records: &Records, to: &To, quiet: bool) -> Result<u8> {
    let output = Output::to(to.output.as_deref())?;
    let input = input::read(records, &Progress::new(quiet))?;
    output.write(|out| {
        let mut line = Vec::with_capacity(512);
        for record in input.ledger.records() {
            line.clear();
            record.write_canonical(&mut line);
            line.push(b'\n');
            out.write_all(&line)?;
        }
        Ok(())
    })?;
    Ok(assess::left_out(&input.skipped))
}
