//! `uytin impact`: what a change of policy does to a population, as tables, JSON or a page with pictures.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use uytin::impact::{Change, GroupMoves, Plan, StepImpact, Test, Verdict};
use uytin::{Code, Error, Fault, Impact, Points, Policy, Section, quote};
use uytin_columns::{ChangeSink, Groups, ImpactOf, Job, Summary};

use crate::args::{self, ReportFormat};
use crate::assess::{day, left_out};
use crate::failure::{Failure, Result};
use crate::html::escaped;
use crate::input::{self, Skipped};
use crate::output::{self, Output};
use crate::progress::Progress;
use crate::table::{self, Stop, Stream, groups_of_records, groups_of_table, say_set_aside, set, with_batches};
use crate::text::{BOLD, CARE, Column, GAIN, LOSS, Line, PLAIN, Page, SOFT, Words};

pub fn run(args: &args::Impact, quiet: bool) -> Result<u8> {
    input::read_once(args.records.files.iter().chain(&args.from).chain([&args.to]).chain(&args.previous).chain(&args.groups))?;
    let output = Output::to(args.output.output.as_deref())?;
    let format = args.format.unwrap_or_else(|| match output.extension() {
        Some("html" | "htm") => ReportFormat::Html,
        Some("json") => ReportFormat::Json,
        _ => ReportFormat::Text,
    });
    let changes = args.changes.as_deref().map(|path| Output::to(Some(path))).transpose()?;
    let as_of = day(args.as_of)?;
    let [from, to] = input::policies(args.from.as_deref(), &args.to)?;
    let plan = Plan::new(&from, &to);
    let words = Words::of(args.language.get());
    let progress = Progress::new(quiet);
    let apart = args.group_column.as_deref().filter(|_| args.groups.is_none());
    let groups = match (&args.groups, apart) {
        (Some(path), _) => Some(groups_of_table(path, args.group_column.as_deref())?),
        (None, Some(column)) => Some(groups_of_records(&args.records, &from, as_of, column)?),
        (None, None) => None,
    };
    let work = Work { args, plan: &plan, groups: groups.as_ref(), as_of, progress: &progress, apart };
    let write = |impact: &Impact, synthetic: bool, output: Output| write(output, format, &Sheet { impact, words: &words, synthetic });
    let (summary, skipped) = match changes {
        None => {
            let (impact, summary, skipped, synthetic) = work.run(None)?;
            write(&impact, synthetic, output)?;
            (summary, skipped)
        }
        Some(changes) => {
            let mut made = None;
            let name = changes.name().to_owned();
            let is_csv = changes.extension() == Some("csv");
            changes.write_by_path(|path| {
                let failed = |error: &io::Error| Failure::writing(&name, error);
                let file = BufWriter::new(File::create(path).map_err(|error| failed(&error))?);
                let mut rows = Rows::new(file, is_csv, &plan).map_err(|error| failed(&error))?;
                let mut broken = None;
                let mut sink = |subject: &str, group: Option<&str>, change: &Change| {
                    if !change.is_any() {
                        return Ok(());
                    }
                    rows.add(subject, group, change).map_err(|error| {
                        let fault = Fault::new(Code::Io, "", quote(&error.to_string()), "a file that can be written");
                        broken = Some(error);
                        Error::from(fault)
                    })
                };
                let result = work.run(Some(&mut sink));
                if let Some(error) = broken {
                    return Err(failed(&error));
                }
                let (impact, summary, skipped, synthetic) = result?;
                rows.finish().map_err(|error| failed(&error))?;
                // Both or neither.
                write(&impact, synthetic, output)?;
                made = Some((summary, skipped));
                Ok(())
            })?;
            made.ok_or_else(|| Failure::new("the impact was not found"))?
        }
    };
    if !quiet {
        say_set_aside(&summary, &words);
        if format != ReportFormat::Text {
            output::say(words.of_policy(&to.document().notice));
        }
    }
    Ok(left_out(&skipped))
}

struct Work<'a> {
    args: &'a args::Impact,
    plan: &'a Plan,
    groups: Option<&'a Groups>,
    as_of: uytin::Date,
    progress: &'a Progress,
    apart: Option<&'a str>,
}

impl Work<'_> {
    fn run(&self, each: Option<&mut ChangeSink<'_>>) -> Result<(Impact, Summary, Skipped, bool)> {
        let Self { args, plan, groups, as_of, progress, apart } = *self;
        let Some(from) = plan.policies().next() else { return Err(Failure::new("no policy")) };
        let work = |stream: Stream<'_>| {
            let integers = stream.integers;
            let of_input = |failure: Failure| {
                let found = match failure {
                    Failure::Faults(faults) => faults.join("; "),
                    Failure::ClosedPipe | Failure::Interrupted => "an end".to_owned(),
                };
                Error::from(Fault::new(Code::Io, "", found, "a file that can be read for each policy"))
            };
            let previous = |policy: &Policy| -> std::result::Result<uytin_columns::Previous, Error> {
                match &args.previous {
                    Some(path) => table::previous(path, policy, integers).map_err(of_input),
                    None => Ok(uytin_columns::Previous::default()),
                }
            };
            if args.previous.is_some() {
                // What is wrong with it, in its own words.
                args.previous.as_deref().map(|path| table::previous(path, from, integers)).transpose()?;
            }
            progress.scoring(stream.rows.unwrap_or_default());
            let tell = |done: uytin_columns::Progress| progress.at(done.rows, done.subjects);
            let mut job = Job::new(from, as_of);
            set(&mut job, &args.engine);
            // What cannot be read again is kept in memory.
            job.sorted &= table::can_be_read_again(&args.records);
            job.progress = Some(&tell);
            job.rows_total = stream.rows;
            let mut first = Some(stream.batches);
            let input = || match first.take() {
                Some(batches) => Ok(batches),
                None => {
                    let tables = table::again(&args.records, from, as_of, apart).map_err(of_input)?;
                    Ok(Box::new(tables) as Box<dyn Iterator<Item = _> + Send>)
                }
            };
            let of = ImpactOf { plan, groups, previous: args.previous.as_ref().map(|_| &previous as &uytin_columns::PreviousOf<'_>) };
            let (impact, summary) = uytin_columns::impact(&job, of, input, each)?;
            Ok::<_, Stop>((impact, summary, stream.synthetic))
        };
        let ((impact, summary, synthetic), skipped) = with_batches(&args.records, from, as_of, apart, work)?;
        progress.clear();
        Ok((impact, summary, skipped, synthetic))
    }
}

/// Who changes, a row each.
enum Rows<'p, W: Write> {
    Lines(W, &'p Plan),
    /// And how many steps there are.
    Csv(Box<csv::Writer<W>>, usize),
}

impl<'p, W: Write> Rows<'p, W> {
    fn new(out: W, is_csv: bool, plan: &'p Plan) -> io::Result<Self> {
        if !is_csv {
            return Ok(Self::Lines(out, plan));
        }
        let mut csv = csv::Writer::from_writer(out);
        let head = ["subject", "group", "tier_from", "tier_to", "score_from", "score_to", "change"].map(str::to_owned);
        let parts = plan.steps().iter().map(|step| names(&step.sections).join("+"));
        csv.write_record(head.into_iter().chain(parts))?;
        Ok(Self::Csv(Box::new(csv), plan.steps().len()))
    }

    fn add(&mut self, subject: &str, group: Option<&str>, change: &Change) -> io::Result<()> {
        match self {
            Self::Lines(out, plan) => writeln!(out, "{}", change.to_json(subject, group, plan)),
            Self::Csv(csv, steps) => {
                let [tier_from, tier_to] = &change.tiers;
                let texts = [subject, group.unwrap_or_default(), tier_from, tier_to].map(str::to_owned);
                // Who is not rated has no score.
                let text = |points: Option<Points>| points.map_or_else(String::new, |points| points.to_string());
                let [score_from, score_to] = change.scores.map(text);
                let parts = (0..*steps).map(|n| text(change.parts.get(n).copied()));
                csv.write_record(texts.into_iter().chain([score_from, score_to, text(change.points())]).chain(parts))?;
                Ok(())
            }
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Lines(mut out, _) => out.flush(),
            Self::Csv(mut csv, _) => csv.flush(),
        }
    }
}

fn names(sections: &[Section]) -> Vec<&'static str> {
    sections.iter().map(|section| section.as_str()).collect()
}

fn write(output: Output, format: ReportFormat, sheet: &Sheet<'_>) -> Result<()> {
    let impact = sheet.impact;
    match format {
        ReportFormat::Json => output.write(|out| writeln!(out, "{}", impact.to_json())),
        ReportFormat::Html => output.write(|out| out.write_all(sheet.html().as_bytes())),
        ReportFormat::Text => {
            let mut page = Page::new(output.width());
            sheet.text(&mut page);
            output.write_text(&page.into_text())
        }
    }
}

/// A cell of a table: its text and its style.
struct Cell(String, anstyle::Style);

/// A table of either surface.
struct Grid {
    /// The heads; whether the column holds numbers.
    head: Vec<(String, bool)>,
    rows: Vec<Vec<Cell>>,
}

/// What text and page say alike.
struct Sheet<'a> {
    impact: &'a Impact,
    words: &'a Words,
    /// Whether the records are about nobody.
    synthetic: bool,
}

/// The most groups that are shown.
const GROUPS_SHOWN: usize = 40;

impl Sheet<'_> {
    fn count(&self, n: u64) -> String {
        self.words.count(usize::try_from(n).unwrap_or(usize::MAX))
    }

    fn with(&self, key: &'static str, parameters: &[(&str, String)]) -> String {
        let parameters: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.words.with(key, &parameters)
    }

    /// A mean with its sign, to the hundredth of a point.
    fn real(&self, x: f64) -> String {
        let text = self.words.decimals(x, 2);
        if x > 0.0 && text != self.words.decimals(0.0, 2) { format!("+{text}") } else { text }
    }

    /// A sum of points, which may be greater than a score.
    fn sum(&self, tenths: i64) -> String {
        let sign = match tenths {
            0 => "",
            tenths if tenths < 0 => "−",
            _ => "+",
        };
        let text = format!("{}.{}", tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
        format!("{sign}{}", self.words.language().decimal(text))
    }

    /// A tier's title, by the policy that has it.
    fn tier(&self, id: &str) -> String {
        let [from, to] = self.impact.policies();
        let known = |policy: &Policy| {
            let tiers = &policy.document().tiers;
            tiers.earned.iter().map(|tier| &tier.id).chain(tiers.imposed.iter().map(|tier| &tier.id)).any(|own| **own == *id)
        };
        self.words.tier(if known(to) { to } else { from }, id).0
    }

    fn under(&self) -> String {
        let named = |policy: &Policy| format!("{} {}", policy.name(), policy.version());
        let [from, to] = self.impact.policies().map(named);
        self.with("fromTo", &[("from", from), ("to", to)])
    }

    fn notes(&self) -> Vec<&'static str> {
        let note = |note: &'static str| match note {
            "empty" => self.words.get("note_empty"),
            "one-subject" => self.words.get("note_one-subject"),
            "nobody-compared" => self.words.get("note_nobody-compared"),
            "no-change" => self.words.get("note_no-change"),
            "nobody-grouped" => self.words.get("note_nobody-grouped"),
            _ => self.words.get("note_merged"),
        };
        let synthetic = self.synthetic.then(|| self.words.get("synthetic"));
        synthetic.into_iter().chain(self.impact.notes().into_iter().map(note)).collect()
    }

    fn tier_moves(&self) -> String {
        let tiers = self.impact.tiers;
        let numbers = [("n", tiers.all()), ("total", self.impact.subjects), ("up", tiers.up), ("down", tiers.down), ("level", tiers.level)];
        self.with("tierMoves", &numbers.map(|(name, n)| (name, self.count(n))))
    }

    fn score_moves(&self) -> Vec<String> {
        let scores = &self.impact.scores;
        let same = scores.compared - scores.moved.up - scores.moved.down;
        let numbers = [("n", scores.compared), ("up", scores.moved.up), ("down", scores.moved.down), ("same", same)];
        let mut lines = vec![self.with("scoreMoves", &numbers.map(|(name, n)| (name, self.count(n))))];
        let at = |share: f64| scores.quantile(share).map_or_else(String::new, |points| self.words.signed(points));
        let end = |pair: Option<&(i32, u64)>| pair.map_or_else(String::new, |(change, _)| self.words.signed(Points::from_tenths(*change)));
        if let Some(mean) = scores.mean() {
            let numbers = [
                ("mean", self.real(mean)),
                ("median", at(0.5)),
                ("low", at(0.05)),
                ("high", at(0.95)),
                ("least", end(scores.by_change.first())),
                ("greatest", end(scores.by_change.last())),
            ];
            lines.push(self.with("scoreStats", &numbers));
        }
        lines
    }

    /// Who goes from which tier to which: rows before, columns after, best first.
    fn flows(&self) -> Grid {
        let [from, to] = self.impact.policies().map(|policy| crate::text::tiers(policy).map(str::to_owned).collect::<Vec<_>>());
        let flows = &self.impact.flows;
        let from: Vec<&String> = from.iter().filter(|id| flows.iter().any(|flow| *flow.from == ***id)).collect();
        let to: Vec<&String> = to.iter().filter(|id| flows.iter().any(|flow| *flow.to == ***id)).collect();
        let head = [(self.words.get("beforeAfter").to_owned(), false)].into_iter().chain(to.iter().map(|id| (self.tier(id), true)));
        let rows = from.iter().map(|before| {
            let cells = to.iter().map(|after| {
                let flow = flows.iter().find(|flow| *flow.from == ***before && *flow.to == ***after);
                let style = if before == after { SOFT } else { BOLD };
                Cell(flow.map_or_else(|| "·".to_owned(), |flow| self.count(flow.subjects)), if flow.is_some() { style } else { SOFT })
            });
            [Cell(self.tier(before), PLAIN)].into_iter().chain(cells).collect()
        });
        Grid { rows: rows.collect(), head: head.collect() }
    }

    fn section(&self, section: Section) -> &'static str {
        self.words.get(match section {
            Section::Texts => "sec_texts",
            Section::Contexts => "sec_contexts",
            Section::Horizon => "sec_horizon",
            Section::Sources => "sec_sources",
            Section::Pillars => "sec_pillars",
            Section::Credits => "sec_credits",
            Section::Findings => "sec_findings",
            Section::Confidence => "sec_confidence",
            Section::Tiers => "sec_tiers",
            Section::Measures => "sec_measures",
            Section::Validity => "sec_validity",
        })
    }

    fn sections(&self, sections: &[Section], between: &str) -> String {
        sections.iter().map(|section| self.section(*section)).collect::<Vec<_>>().join(between)
    }

    fn causes(&self) -> Grid {
        let keys = ["section", "meanChange", "sumChange", "rise", "fall", "tierUp", "tierDown"];
        let head = keys.map(|key| (self.words.get(key).to_owned(), key != "section"));
        let compared = self.impact.scores.compared;
        let mean = |tenths: i64| if compared == 0 { "–".to_owned() } else { self.real(float(tenths) / 10.0 / float_of(compared)) };
        let row = |title: String, tenths: i64, scores: [u64; 2], tiers: [u64; 2], style| {
            let numbers = [mean(tenths), self.sum(tenths)].into_iter().chain(scores.into_iter().chain(tiers).map(|n| self.count(n)));
            [title].into_iter().chain(numbers).map(|text| Cell(text, style)).collect::<Vec<Cell>>()
        };
        let step = |step: &StepImpact| {
            let title = self.sections(&step.sections, " + ");
            row(title, step.total, [step.scores.up, step.scores.down], [step.tiers.up, step.tiers.down], PLAIN)
        };
        let mut rows: Vec<Vec<Cell>> = self.impact.steps.iter().map(step).collect();
        let (scores, tiers) = (&self.impact.scores, self.impact.tiers);
        let whole = self.words.get("whole").to_owned();
        rows.push(row(whole, scores.total, [scores.moved.up, scores.moved.down], [tiers.up, tiers.down], BOLD));
        Grid { head: head.into(), rows }
    }

    fn causes_notes(&self) -> Vec<String> {
        let mut notes = vec![self.words.get("causesNote").to_owned()];
        if !self.impact.plan().inert().is_empty() {
            notes.push(self.with("inert", &[("sections", self.sections(self.impact.plan().inert(), ", "))]));
        }
        notes
    }

    fn word(&self, test: &Test) -> &'static str {
        self.words.get(match test.verdict {
            Verdict::Above => "w_above",
            Verdict::Below => "w_below",
            Verdict::NoneShown => "w_none-shown",
            Verdict::OneSubject => "w_one-subject",
            Verdict::TooFew => "w_too-few",
            Verdict::Alone => "w_alone",
        })
    }

    fn groups(&self) -> Option<(String, Grid, Vec<String>)> {
        let groups = self.impact.groups.as_ref()?;
        let keys = ["group", "subjects", "groupMean", "againstOthers", "tierShare", "shows"];
        let head = keys.map(|key| {
            let text = self.words.get(key);
            let upper: String = text.chars().take(1).flat_map(char::to_uppercase).chain(text.chars().skip(1)).collect();
            (upper, !matches!(key, "group" | "shows"))
        });
        let differs = |group: &GroupMoves| {
            [group.score.verdict, group.tier.verdict].iter().any(|word| matches!(word, Verdict::Above | Verdict::Below))
        };
        let few = groups.groups.len() <= GROUPS_SHOWN;
        let shown: Vec<&GroupMoves> = groups.groups.iter().filter(|group| few || differs(group)).take(GROUPS_SHOWN).collect();
        let hidden = groups.groups.len() - shown.len();
        let tenths = |x: f64| self.words.decimals(100.0 * x, 1);
        let rows = shown.into_iter().map(|group| {
            let against = match (group.score.difference, group.score.lower, group.score.upper) {
                (Some(difference), Some(lower), Some(upper)) => {
                    format!("{} ({} … {})", self.real(difference), self.real(lower), self.real(upper))
                }
                _ => "–".to_owned(),
            };
            let tested = |test: &Test| matches!(test.verdict, Verdict::Above | Verdict::Below | Verdict::NoneShown);
            let (score, tier) = (self.word(&group.score), self.word(&group.tier));
            let word = match (tested(&group.score), tested(&group.tier)) {
                _ if score == tier => score.to_owned(),
                _ => {
                    let score = self.words.with("scoreWord", &[("word", score)]);
                    format!("{score}; {}", self.words.with("tierWord", &[("word", tier)]))
                }
            };
            let range = format!("{} % ({} … {})", tenths(group.share), tenths(group.share_lower), tenths(group.share_upper));
            vec![
                Cell(group.group.to_string(), BOLD),
                Cell(self.count(group.subjects), PLAIN),
                Cell(group.mean_change.map_or_else(|| "–".to_owned(), |mean| self.real(mean)), PLAIN),
                Cell(against, PLAIN),
                Cell(range, PLAIN),
                Cell(word, if differs(group) { CARE } else { SOFT }),
            ]
        });
        let rows = rows.collect();
        let mut notes = vec![self.words.get("groupsNote").to_owned()];
        if groups.ungrouped > 0 {
            notes.push(self.with("ungrouped", &[("n", self.count(groups.ungrouped))]));
        }
        if hidden > 0 {
            notes.push(self.with("moreGroups", &[("n", self.words.count(hidden))]));
        }
        Some((self.with("groupsOf", &[("column", groups.column.clone())]), Grid { head: head.into(), rows }, notes))
    }

    fn text(&self, page: &mut Page) {
        let note = |page: &mut Page, text: &str| page.paragraph(&Line::default(), &Line::new(text, SOFT));
        page.paragraph(&Line::default(), &Line::new(&self.under(), BOLD));
        let as_of = format!("{}: {}", self.words.get("date"), self.impact.as_of);
        note(page, &as_of);
        for text in self.notes() {
            page.paragraph(&Line::default(), &Line::new(text, CARE));
        }
        page.heading(self.words.get("tiers"));
        page.paragraph(&Line::default(), &Line::plain(&self.tier_moves()));
        if self.impact.subjects > 0 {
            page.gap();
            grid(page, &self.flows());
        }
        page.heading(self.words.get("scoresOf"));
        for line in self.score_moves() {
            page.paragraph(&Line::default(), &Line::plain(&line));
        }
        page.heading(self.words.get("causes"));
        grid(page, &self.causes());
        self.causes_notes().iter().for_each(|text| note(page, text));
        if let Some((title, table, notes)) = self.groups() {
            page.heading(&title);
            if !table.rows.is_empty() {
                grid(page, &table);
            }
            notes.iter().for_each(|text| note(page, text));
        }
        page.gap();
        note(page, self.words.of_policy(&self.impact.policies()[1].document().notice));
    }

    /// One page that is complete in itself.
    fn html(&self) -> String {
        const STYLE: &str = include_str!("report/impact.css");
        let words = self.words;
        let title = escaped(words.get("impactTitle"));
        let mut out = format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n\
             <link rel=\"icon\" href=\"data:,\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n",
            words.language().as_str()
        );
        let paragraph = |class: &str, text: &str| format!("<p class=\"{class}\">{}</p>\n", escaped(text));
        let [from, to] = self.impact.policies();
        out += &format!("<h1>{title}</h1>\n");
        out += &paragraph("lead", &self.under());
        out += &paragraph("soft", &format!("{}: {}", words.get("date"), self.impact.as_of));
        out += &paragraph("note", words.of_policy(&to.document().notice));
        for text in self.notes() {
            out += &paragraph("care", text);
        }
        out += &format!("<section>\n<h2>{}</h2>\n", escaped(words.get("tiers")));
        out += &paragraph("", &self.tier_moves());
        if self.impact.subjects > 0 {
            out += &format!(
                "<figure>{}<figcaption>{}</figcaption></figure>\n",
                self.impact.flows_svg(&|id| self.tier(id)),
                escaped(words.get("flowsPicture"))
            );
            out += &html_grid(&self.flows(), false);
        }
        out += &format!("</section>\n<section>\n<h2>{}</h2>\n", escaped(words.get("scoresOf")));
        for line in self.score_moves() {
            out += &paragraph("", &line);
        }
        if self.impact.scores.compared > 0 {
            out += &format!(
                "<figure>{}</figure>\n",
                self.impact.changes_svg([words.get("changeAxis"), words.get("unchanged")], words.language())
            );
        }
        out += &format!("</section>\n<section>\n<h2>{}</h2>\n", escaped(words.get("causes")));
        out += &html_grid(&self.causes(), true);
        for text in self.causes_notes() {
            out += &paragraph("soft", &text);
        }
        out += "</section>\n";
        if let Some((title, table, notes)) = self.groups() {
            out += &format!("<section>\n<h2>{}</h2>\n", escaped(&title));
            if !table.rows.is_empty() {
                out += &html_grid(&table, false);
            }
            for text in notes {
                out += &paragraph("soft", &text);
            }
            out += "</section>\n";
        }
        for (key, policy) in [("before", from), ("after", to)] {
            let name = format!("{} {} {}", policy.name(), policy.version(), policy.digest());
            out += &format!("<p class=\"digest\">{}: {}</p>\n", escaped(words.get(key)), escaped(&name));
        }
        let by = format!("uytin {}", uytin::VERSION);
        out += &paragraph("soft", &words.with("generated", &[("by", &by)]));
        out + "</main>\n</body>\n</html>\n"
    }
}

fn grid(page: &mut Page, table: &Grid) {
    let last = table.head.len().saturating_sub(1);
    let column = |(n, (head, right)): (usize, &'_ (String, bool))| -> (usize, String, bool) { (n, head.clone(), *right) };
    let heads: Vec<(usize, String, bool)> = table.head.iter().enumerate().map(column).collect();
    let columns: Vec<Column<'_>> = heads
        .iter()
        .map(|(n, head, right)| match (right, *n == last || *n == 0) {
            (true, _) => Column::right(head).down_to(8),
            (false, true) => Column::left(head).down_to(16),
            (false, false) => Column::left(head),
        })
        .collect();
    let rows: Vec<Vec<Line>> = table.rows.iter().map(|row| row.iter().map(|Cell(text, style)| Line::new(text, *style)).collect()).collect();
    page.table(&columns, &rows);
}

/// `last_is_sum` sets the last row apart.
fn html_grid(table: &Grid, last_is_sum: bool) -> String {
    let mut out = String::from("<div class=\"scroll\"><table>\n<thead><tr>");
    for (head, right) in &table.head {
        out += &format!("<th{}>{}</th>", if *right { " class=\"n\"" } else { "" }, escaped(head));
    }
    out += "</tr></thead>\n<tbody>\n";
    for (n, row) in table.rows.iter().enumerate() {
        out += if last_is_sum && n + 1 == table.rows.len() { "<tr class=\"sum\">" } else { "<tr>" };
        for (Cell(text, style), (_, right)) in row.iter().zip(&table.head) {
            let mut classes = Vec::new();
            if *right {
                classes.push("n");
            }
            match *style {
                style if style == BOLD => classes.push("b"),
                style if style == SOFT => classes.push("soft"),
                style if style == CARE || style == GAIN || style == LOSS => classes.push("mark"),
                _ => {}
            }
            out += &format!("<td class=\"{}\">{}</td>", classes.join(" "), escaped(text));
        }
        out += "</tr>\n";
    }
    out + "</tbody>\n</table></div>\n"
}

#[expect(clippy::cast_precision_loss, reason = "sums of tenths are below 2^53")]
const fn float(n: i64) -> f64 {
    n as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts are below 2^53")]
const fn float_of(n: u64) -> f64 {
    n as f64
}
