//! The command line: what can be asked, with examples.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use uytin::calibrate::Settings;
use uytin::coverage::CoverageSettings;
use uytin::fairness::FairnessSettings;
use uytin::gaming::AttackSettings;
use uytin::{BOOTSTRAP_REPLICATES_MAX, COVERAGE_REPLICATES_MAX, Date, Language, ROWS_MAX};

use crate::input::InputFormat;

/// Defaults of a calibration, whatever its days.
const CALIBRATION: Settings = Settings::new(Date::MIN, Date::MAX);

#[derive(Debug, Parser)]
#[command(
    name = "uytin",
    version,
    about = "Scores the credibility of influencers from records of evidence, and explains each score",
    long_about = "Scores the credibility of influencers from records of evidence, and explains each score.\n\n\
        Weights and thresholds are those of the policy: the reference policy has this project's defaults, not official \
        weights of the Program. An assessment is a proposal; a person decides.",
    after_help = "Examples:
  uytin assess records.jsonl                          a table of every subject
  uytin assess 2025.jsonl.gz 2026.jsonl -o report.html
  uytin assess population.parquet --sorted -o scores.parquet
  uytin explain records.jsonl --subject creator-1     why the score is what it is
  uytin policy show                                   the reference policy, in words

Exit codes: 0 done; 1 `verify` found a difference; 2 bad input or usage; 3 done, but `--skip-bad` left lines out;
130 stopped by Ctrl-C, with nothing half-written",
    arg_required_else_help = true,
    propagate_version = true
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// When to use colours: auto, always or never; `auto` obeys `NO_COLOR`
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN", hide_possible_values = true)]
    pub color: Colour,
    /// Say nothing on standard error but errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Assess every subject of the records
    Assess(Assess),
    /// Explain the assessment of one subject
    Explain(Explain),
    /// Rank who of a population meets a brief, and say why the others do not
    Shortlist(Shortlist),
    /// Say what a change of policy does to a population: who moves, by how much, and why
    Impact(Impact),
    /// Say what reaches each higher tier: the least further evidence, or the day on which waiting does
    Path(PathTo),
    /// Recompute without some records, and say what changes
    Contest(Contest),
    /// Write a statement of reasons for the person whom an assessment is about
    Statement(Statement),
    /// Check, name, show or compare policies
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Fit priors and half-lives to records, and report how well the policy predicts
    Calibrate(Calibrate),
    /// Compare scores, tiers and restrictions of groups
    Fairness(Fairness),
    /// Simulate what the nominal interval really covers
    Coverage(Coverage),
    /// Simulate attacks on a score beside their bounds
    Attack(Attack),
    /// Make a synthetic population for trials: records about nobody
    Simulate(Simulate),
    /// Print the JSON Schema of a document
    #[command(after_help = "Example:\n  uytin schema record -o record.schema.json")]
    Schema {
        /// The document
        #[arg(value_enum)]
        document: Document,
        #[command(flatten)]
        to: To,
    },
    /// Merge files of records into one, in canonical form and order
    #[command(after_help = "Records merge without conflict: the higher revision wins, whatever the order of the files.\n\n\
        Example:\n  uytin merge hanoi.jsonl saigon.jsonl.gz -o all.jsonl")]
    Merge {
        #[command(flatten)]
        records: Records,
        #[command(flatten)]
        to: To,
    },
    /// Write the receipt of one subject's assessment, so that anybody can recompute it
    #[command(after_help = "Example:\n  uytin receipt records.jsonl --subject creator-1 --as-of 2026-11-21 -o creator-1.receipt.json")]
    Receipt {
        #[command(flatten)]
        one: OneSubject,
        #[command(flatten)]
        to: To,
    },
    /// Recompute a receipt from policy and records, and say what differs
    #[command(after_help = "Exit codes: 0 verified; 1 something differs; 2 bad input\n\n\
        Example:\n  uytin verify creator-1.receipt.json --policy policy.json records.jsonl")]
    Verify {
        /// The receipt; `-` for standard input
        #[arg(value_hint = ValueHint::FilePath)]
        receipt: PathBuf,
        #[command(flatten)]
        records: Records,
        /// The policy [default: the reference policy icp-2026]
        #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        policy: Option<PathBuf>,
    },
    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  uytin completions bash > ~/.local/share/bash-completion/completions/uytin")]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uytin assess records.jsonl
  uytin assess records.jsonl.gz --as-of 2026-11-21 --format jsonl -o november.jsonl
  uytin assess records.jsonl --as-of 2026-12-21 --previous november.jsonl
  zcat *.gz | uytin assess - --policy policy.json --lang vi -o report.html
  uytin assess population.parquet --sorted --threads 4 -o scores.parquet
  uytin assess january.parquet february.csv --with reasons,set-aside -o scores.arrow

Without `--format`, the name of the output decides, then a terminal gets a table and everything else JSON Lines.
Subjects come in the order of their ids. Without `--previous`, no tier is harder to leave than to reach.

Tables (Parquet, CSV, Arrow) have a record a row and the fields of records as columns; rows are counted from 0 in each file.
Tables, JSON Lines of more than 256 MB on disk, Parquet and Arrow outputs, and all runs with `--sorted`, `--threads` or
`--memory-limit` go through the batch engine. The scores are the same.")]
pub struct Assess {
    #[command(flatten)]
    pub records: Records,
    #[command(flatten)]
    pub under: Under,
    /// An earlier run's JSON Lines, CSV, Parquet or Arrow; its tiers are the previous ones
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub previous: Option<PathBuf>,
    /// How to write the assessments
    #[arg(short, long, value_enum)]
    pub format: Option<Format>,
    #[command(flatten)]
    pub language: Lang,
    #[command(flatten)]
    pub to: To,
    /// Further columns of Parquet and Arrow
    #[arg(long, value_enum, value_delimiter = ',', value_name = "COLUMNS")]
    pub with: Vec<With>,
    #[command(flatten)]
    pub engine: Engine,
}

/// How the batch engine works.
#[derive(Debug, Args)]
pub struct Engine {
    /// The records come in ascending order of subject: stream them in constant memory
    #[arg(long)]
    pub sorted: bool,
    /// Threads of the batch engine [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Memory that unsorted records may take, such as 4GiB; more is refused [default: three quarters of what is free]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory_limit: Option<u64>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uytin shortlist population.parquet --brief brief.json
  uytin shortlist population.parquet --brief brief.json --left-out left-out.jsonl -o shortlist.jsonl
  uytin schema brief                                  what a brief may ask

Candidates are ranked by their lower bound, unless the brief says otherwise. Those that the evidence cannot tell from the
first one of their band stand in one band. A brief never sees the size of an audience.")]
pub struct Shortlist {
    #[command(flatten)]
    pub records: Records,
    /// What is asked of candidates; `-` for standard input
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub brief: PathBuf,
    /// Write who is left out, and the first condition that failed, as JSON Lines
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub left_out: Option<PathBuf>,
    #[command(flatten)]
    pub under: Under,
    /// An earlier run's JSON Lines, CSV, Parquet or Arrow; its tiers are the previous ones
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub previous: Option<PathBuf>,
    /// How to write the shortlist [default: by the output's name; table on a terminal, else jsonl]
    #[arg(short, long, value_enum)]
    pub format: Option<ListFormat>,
    #[command(flatten)]
    pub language: Lang,
    #[command(flatten)]
    pub to: To,
    #[command(flatten)]
    pub engine: Engine,
}

/// How a report is written, and where.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// How to write the report [default: by the output's name, else text]
    #[arg(short, long, value_enum)]
    pub format: Option<ReportFormat>,
    #[command(flatten)]
    pub language: Lang,
    #[command(flatten)]
    pub to: To,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For the eye
    Text,
    /// For programs
    Json,
    /// One page with pictures
    Html,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uytin calibrate records.jsonl --policy policy.json --train-to 2014-12-31 --test-from 2015-01-01
  uytin calibrate population.parquet -o fitted-policy.json --report report.html

Priors are Bühlmann's and Straub's estimates, half-lives those that predict best. What the records cannot tell keeps the
policy's own value, and the report says why. A fitted policy is a proposal: a person decides on it.")]
pub struct Calibrate {
    #[command(flatten)]
    pub records: Records,
    #[command(flatten)]
    pub under: Under,
    /// The last day of the records to fit to [default: the day by which seven tenths of the records lie]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub train_to: Option<Date>,
    /// The first day of the records to try the policy on [default: the day after]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub test_from: Option<Date>,
    /// Draws bootstrap replicates and samples
    #[arg(long, value_name = "S", default_value_t = CALIBRATION.seed)]
    pub seed: u64,
    /// Bootstrap replicates
    #[arg(long, value_name = "N", default_value_t = CALIBRATION.replicates, value_parser = whole::<usize, 0, BOOTSTRAP_REPLICATES_MAX>)]
    pub replicates: usize,
    /// Rows that half-lives are sought on, and that predictions are made of, at most: of whole subjects drawn at random
    #[arg(long, value_name = "N", default_value_t = CALIBRATION.test_rows, value_parser = whole::<usize, 1, ROWS_MAX>)]
    pub sample_rows: usize,
    /// Write the fitted policy
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Write the report to a file [default: standard output]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub report: Option<PathBuf>,
    /// How to write the report [default: by its name, else text]
    #[arg(short, long, value_enum)]
    pub format: Option<ReportFormat>,
    #[command(flatten)]
    pub language: Lang,
    #[command(flatten)]
    pub engine: Engine,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uytin fairness scores.parquet --groups groups.csv
  uytin fairness records.jsonl --groups creators.parquet --group-column region -o fairness.html

Groups are a table with the columns `subject` and `group`, and `outcome` where it is known how subjects turned out: 1 well, 0
not. The model never sees the groups.")]
pub struct Fairness {
    /// Scores as `uytin assess` writes them (one file), or records
    #[command(flatten)]
    pub records: Records,
    /// Which subject is of which group: .csv, .parquet or .arrow
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub groups: PathBuf,
    /// The column of the group
    #[arg(long, value_name = "COLUMN", default_value = "group")]
    pub group_column: String,
    /// The column of the outcome [default: `outcome`, where there is one]
    #[arg(long, value_name = "COLUMN")]
    pub outcome_column: Option<String>,
    /// Groups of fewer subjects have no figures of their own
    #[arg(long, value_name = "N", default_value_t = FairnessSettings::default().least, value_parser = whole::<usize, 1, ROWS_MAX>)]
    pub least: usize,
    /// Draws bootstrap replicates
    #[arg(long, value_name = "S", default_value_t = FairnessSettings::default().seed)]
    pub seed: u64,
    /// Bootstrap replicates
    #[arg(long, value_name = "N", default_value_t = FairnessSettings::default().replicates, value_parser = whole::<usize, 0, BOOTSTRAP_REPLICATES_MAX>)]
    pub replicates: usize,
    #[command(flatten)]
    pub under: Under,
    #[command(flatten)]
    pub report: ReportArgs,
    #[command(flatten)]
    pub engine: Engine,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uytin coverage
  uytin coverage --policy policy.json --criterion claim-accuracy --replicates 20000 -o coverage.json")]
pub struct Coverage {
    /// The policy [default: the reference policy icp-2026]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub policy: Option<PathBuf>,
    /// The criterion whose prior, half-life and caps are used [default: the policy's first]
    #[arg(long, value_name = "ID")]
    pub criterion: Option<String>,
    /// Draws the subjects
    #[arg(long, value_name = "S", default_value_t = CoverageSettings::default().seed)]
    pub seed: u64,
    /// Simulated subjects of each figure
    #[arg(long, value_name = "N", default_value_t = CoverageSettings::default().replicates, value_parser = whole::<u32, 1, COVERAGE_REPLICATES_MAX>)]
    pub replicates: u32,
    #[command(flatten)]
    pub report: ReportArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 every bound held; 1 one was exceeded; 2 bad input

Examples:
  uytin attack
  uytin attack --policy policy.json --random 20 -o attacks.html
  uytin attack records.jsonl --subject creator-1")]
pub struct Attack {
    /// Attack these records too: JSON Lines
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub records: Vec<PathBuf>,
    /// The subject of the records; may be left out where they have one
    #[arg(short, long, value_name = "ID", requires = "records")]
    pub subject: Option<String>,
    #[command(flatten)]
    pub under: Under,
    /// How many random ledgers to attack besides the stated one
    #[arg(long, value_name = "N", default_value_t = AttackSettings::default().random_bases)]
    pub random: u16,
    /// Draws the random ledgers
    #[arg(long, value_name = "S", default_value_t = AttackSettings::default().seed)]
    pub seed: u64,
    #[command(flatten)]
    pub report: ReportArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uytin impact --from policy-2026.json --to policy-2027.json population.parquet
  uytin impact --to draft.json population.parquet --groups regions.csv -o impact.html
  uytin impact --to draft.json population.parquet --group-column region --changes moved.csv

Every subject is scored under each policy of a chain that goes from the one to the other section by section; so the parts of
each section sum exactly to the whole. What a section does depends on those before it.")]
pub struct Impact {
    #[command(flatten)]
    pub records: Records,
    /// The policy before [default: the reference policy icp-2026]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub from: Option<PathBuf>,
    /// The policy after
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub to: PathBuf,
    /// The day of assessment [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<Date>,
    /// An earlier run's JSON Lines, CSV, Parquet or Arrow; its tiers are the previous ones
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub previous: Option<PathBuf>,
    /// A table (CSV, Parquet, Arrow) with `subject` and a column of groups
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub groups: Option<PathBuf>,
    /// The column of groups: of `--groups`, or of the tables of records [default: the other column of `--groups`]
    #[arg(long, value_name = "COLUMN")]
    pub group_column: Option<String>,
    /// Write who changes tier or score, with the part of each section: .jsonl or .csv
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub changes: Option<PathBuf>,
    /// How to write the impact [default: by the output's name; else text]
    #[arg(short, long, value_enum)]
    pub format: Option<ReportFormat>,
    #[command(flatten)]
    pub language: Lang,
    #[command(flatten)]
    pub output: To,
    #[command(flatten)]
    pub engine: Engine,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// Aligned columns for the eye
    Table,
    /// One candidate a line
    Jsonl,
    /// The whole shortlist as one document, with brief, counts and notice
    Json,
    /// One row a candidate
    Csv,
}

/// A whole number of a range.
fn whole<T: TryFrom<u64>, const LEAST: u64, const MOST: u64>(text: &str) -> Result<T, String> {
    let number = text.parse::<u64>().ok().filter(|n| (LEAST..=MOST).contains(n)).and_then(|n| T::try_from(n).ok());
    number.ok_or_else(|| format!("found {}, expected a whole number from {LEAST} to {MOST}", uytin::quote(text)))
}

/// Bytes as people write them: `500MB`, `4GiB`, `1000000`.
fn size(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 10] = [
        ("", 1),
        ("b", 1),
        ("kb", 1_000),
        ("mb", 1_000_000),
        ("gb", 1_000_000_000),
        ("tb", 1_000_000_000_000),
        ("kib", 1 << 10),
        ("mib", 1 << 20),
        ("gib", 1 << 30),
        ("tib", 1 << 40),
    ];
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim().to_ascii_lowercase();
    let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    let bytes = number.parse::<u64>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    bytes.ok_or_else(|| "expected a whole number with a unit, such as `500MB` or `4GiB`".to_owned())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum With {
    /// The parts of the score
    Waterfall,
    /// The estimate of each criterion
    Criteria,
    /// The reasons, with points and texts
    Reasons,
    /// How many records do not count, by reason
    SetAside,
    /// The whole assessment as JSON
    Assessment,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uytin simulate --subjects 1000 --records 10000 --seed 7 -o trial.parquet
  uytin simulate --subjects 1000 --records 10000 --seed 7 --order shuffled --ids -o trial.csv

Equal arguments give equal records. Parquet and Arrow files carry `uytin.synthetic` in their metadata.")]
pub struct Simulate {
    /// How many subjects
    #[arg(long, value_name = "N")]
    pub subjects: u64,
    /// How many records, at least one a subject
    #[arg(long, value_name = "M")]
    pub records: u64,
    /// Draws the population; another seed, another population
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// The order of the records
    #[arg(long, value_enum, default_value_t = Order::Sorted)]
    pub order: Order,
    /// Give the records ids, and revise some; JSON Lines always have them
    #[arg(long)]
    pub ids: bool,
    #[command(flatten)]
    pub under: Under,
    /// Write to a file, whole or not at all: .parquet, .arrow, .csv or .jsonl
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Order {
    /// By subject, so that the table can be streamed
    Sorted,
    /// In no order
    Shuffled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns for the eye
    Table,
    /// One assessment a line, with everything
    Jsonl,
    /// One row a subject
    Csv,
    /// One self-contained page with charts
    Html,
    /// Columns, one row a subject; to a file or a pipe
    Parquet,
    /// Arrow IPC, as Parquet
    Arrow,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uytin explain records.jsonl --subject creator-1
  uytin explain records.jsonl --subject creator-1 --previous-tier trusted --lang vi
  uytin explain records.jsonl --subject creator-1 --format json | jq .reasons")]
pub struct Explain {
    #[command(flatten)]
    pub one: OneSubject,
    /// How to write the explanation
    #[arg(short, long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
    /// Show every part and reason, those without effect too
    #[arg(short, long)]
    pub all: bool,
    #[command(flatten)]
    pub language: Lang,
    #[command(flatten)]
    pub to: To,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uytin path records.jsonl --subject creator-1
  uytin path records.jsonl --subject creator-1 --classes press,auditor --as-of 2026-11-21
  uytin path records.jsonl --subject creator-1 --format json | jq '.paths[].waiting'

Further evidence is checks that hold, dated on the day of assessment, by new sources of the classes. With it the tier is
reached; with one check fewer it is not.")]
pub struct PathTo {
    #[command(flatten)]
    pub one: OneSubject,
    /// The source classes that further checks may come from [default: every class that weighs anything]
    #[arg(short, long, value_delimiter = ',', value_name = "CLASSES")]
    pub classes: Vec<String>,
    /// How to write it
    #[arg(short, long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
    #[command(flatten)]
    pub language: Lang,
    #[command(flatten)]
    pub to: To,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  uytin contest records.jsonl --subject creator-1 --without so-vhtt/decision-12 --without bao-a/check-3

A finding among the records is also read as overturned: that gives the same score, and may give other reasons for review.")]
pub struct Contest {
    #[command(flatten)]
    pub one: OneSubject,
    /// A record to leave out; may be given several times
    #[arg(short, long, required = true, value_name = "SOURCE/ID")]
    pub without: Vec<String>,
    /// How to write it
    #[arg(short, long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
    #[command(flatten)]
    pub language: Lang,
    #[command(flatten)]
    pub to: To,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uytin statement records.jsonl --subject creator-1 --contest-at hop-thu@example.vn --contest-by 2026-12-21 -o creator-1.html
  uytin statement records.jsonl --subject creator-1 --lang vi > creator-1.md

Without `--format`, the name of the output decides: .html or .htm is a page, everything else Markdown.
Where to contest and by when are lines to fill in by hand, unless they are given.")]
pub struct Statement {
    #[command(flatten)]
    pub one: OneSubject,
    /// Where to contest: an address
    #[arg(long, value_name = "ADDRESS")]
    pub contest_at: Option<String>,
    /// Until when
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub contest_by: Option<Date>,
    /// Who issues the statement
    #[arg(long, value_name = "NAME")]
    pub issued_by: Option<String>,
    /// How to write it [default: by the output's name, else markdown]
    #[arg(short, long, value_enum)]
    pub format: Option<PageFormat>,
    #[command(flatten)]
    pub language: Lang,
    #[command(flatten)]
    pub to: To,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PageFormat {
    /// CommonMark
    Markdown,
    /// One self-contained page, to be read or printed
    Html,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TextOrJson {
    /// For the eye
    Text,
    /// For programs
    Json,
}

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Report every fault of a policy
    #[command(after_help = "Example:\n  uytin policy check policy.json")]
    Check {
        #[command(flatten)]
        policy: PolicyFile,
    },
    /// Print the digest that receipts name
    #[command(after_help = "Example:\n  uytin policy digest policy.json")]
    Digest {
        #[command(flatten)]
        policy: PolicyFile,
    },
    /// Say what differs between two policies, and what each change makes stricter or laxer
    #[command(after_help = "Example:\n  uytin policy diff icp-2026.json icp-2027.json")]
    Diff {
        /// The policy as it was; `-` for standard input
        #[arg(value_name = "FROM", value_hint = ValueHint::FilePath)]
        from: PathBuf,
        /// The policy as it is to be
        #[arg(value_name = "TO", value_hint = ValueHint::FilePath)]
        to_policy: PathBuf,
        /// How to write it
        #[arg(short, long, value_enum, default_value_t = TextOrJson::Text)]
        format: TextOrJson,
        #[command(flatten)]
        language: Lang,
        #[command(flatten)]
        to: To,
    },
    /// Warn of what is valid in a policy and yet unwise
    #[command(after_help = "Example:\n  uytin policy lint policy.json")]
    Lint {
        #[command(flatten)]
        policy: PolicyFile,
        /// How to write it
        #[arg(short, long, value_enum, default_value_t = TextOrJson::Text)]
        format: TextOrJson,
        #[command(flatten)]
        language: Lang,
        #[command(flatten)]
        to: To,
    },
    /// Show a policy as tables
    #[command(after_help = "Examples:\n  uytin policy show\n  uytin policy show --format json > my-policy.json")]
    Show {
        #[command(flatten)]
        policy: PolicyFile,
        /// How to write the policy
        #[arg(short, long, value_enum, default_value_t = TextOrJson::Text)]
        format: TextOrJson,
        #[command(flatten)]
        language: Lang,
        #[command(flatten)]
        to: To,
    },
}

#[derive(Debug, Args)]
pub struct PolicyFile {
    /// The policy; `-` for standard input [default: the reference policy icp-2026]
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Document {
    /// A policy
    Policy,
    /// A record, one line of a file
    Record,
    /// An assessment, one line of `--format jsonl`
    Assessment,
    /// A receipt
    Receipt,
    /// What reaches each higher tier: `uytin path --format json`
    Paths,
    /// `uytin contest --format json`
    Contest,
    /// The brief of a shortlist
    Brief,
    /// A shortlist: `uytin shortlist --format json`
    Shortlist,
    /// A candidate, one line of `uytin shortlist --format jsonl`
    Candidate,
    /// Who is left out, one line of `uytin shortlist --left-out`
    LeftOut,
    /// The impact of a change of policy: `uytin impact --format json`
    Impact,
    /// Who moves, one line of `uytin impact --changes`
    ImpactChange,
    /// `uytin policy diff --format json`
    PolicyDiff,
    /// `uytin policy lint --format json`
    PolicyLint,
    /// `uytin calibrate --format json`
    Calibration,
    /// `uytin fairness --format json`
    Fairness,
    /// `uytin coverage --format json`
    IntervalCoverage,
    /// `uytin attack --format json`
    Attacks,
}

/// Which records are read, and how.
#[derive(Debug, Args)]
pub struct Records {
    /// Files of records, in any order: JSON Lines, gzip or not; for `assess`, `shortlist`, `impact`, `calibrate` and `fairness` also Parquet, CSV and Arrow; `-` for standard input
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// What the files hold [default: by their names]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub input_format: Option<InputFormat>,
    /// Leave bad lines out, count them, list the first ten and exit with 3
    #[arg(long)]
    pub skip_bad: bool,
    /// The longest record, in bytes of its line
    #[arg(long, value_name = "BYTES", default_value_t = uytin::Limits::DEFAULT.line_bytes)]
    pub max_line: usize,
}

/// By which rules, on which day.
#[derive(Debug, Args)]
pub struct Under {
    /// The policy [default: the reference policy icp-2026]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub policy: Option<PathBuf>,
    /// The day of assessment [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<Date>,
}

#[derive(Debug, Args)]
pub struct OneSubject {
    #[command(flatten)]
    pub records: Records,
    #[command(flatten)]
    pub under: Under,
    /// The subject's id; may be left out where the records have one subject
    #[arg(short, long, value_name = "ID")]
    pub subject: Option<String>,
    /// The tier that the subject had
    #[arg(long, value_name = "TIER")]
    pub previous_tier: Option<String>,
}

/// Where the output goes.
#[derive(Debug, Args)]
pub struct To {
    /// Write to a file, whole or not at all, instead of to standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Lang {
    /// The language
    #[arg(long = "lang", value_enum, default_value_t = Tongue::En, value_name = "LANG")]
    tongue: Tongue,
}

impl Lang {
    pub const fn get(&self) -> Language {
        match self.tongue {
            Tongue::En => Language::English,
            Tongue::Vi => Language::Vietnamese,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Tongue {
    /// English
    En,
    /// Tiếng Việt
    Vi,
}
