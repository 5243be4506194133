//! The engine of the npm package `uytin`: documents come in as JSON text and go out as JSON text.
//!
//! Text is what the core reads and writes, so unknown fields, duplicate keys and ranges are checked by the core alone, and
//! the bytes that leave are the core's. The classes that people use are in `js/`.

#[cfg(feature = "tools")]
use uytin::calibrate::Calibration;
#[cfg(feature = "tools")]
use uytin::coverage::{CoverageSettings, simulate};
#[cfg(feature = "tools")]
use uytin::fairness::{Fairness, FairnessSettings, Member};
#[cfg(feature = "tools")]
use uytin::gaming::{AttackSettings, Base, attack};
#[cfg(feature = "tools")]
use uytin::impact::{GroupOf, Plan, of_ledger};
use uytin::{BoundSubject, Date, Difference, Error, Fault, Ledger, Limits, Policy, Receipt, Record};
#[cfg(feature = "tools")]
use uytin::{Brief, Language, PolicyDiff, StatementDetails, StatementFormat};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(raw_module = "../error.js")]
extern "C" {
    /// The JavaScript error of these faults, a JSON list.
    #[wasm_bindgen(js_name = errorOf)]
    fn error_of(faults: &str) -> JsValue;
}

fn thrown(error: &Error) -> JsValue {
    let fault = |fault: &Fault| {
        object(&[("code", fault.code.as_str()), ("path", &fault.path), ("found", &fault.found), ("expected", &fault.expected)])
    };
    error_of(&list(error.faults().map(fault)))
}

/// A JSON string; serializers of whole types would cost more bytes than all of this.
fn text(text: &str) -> String {
    // Only a writer can fail, and this is none.
    serde_json::to_string(text).unwrap_or_default()
}

/// A JSON object of texts.
fn object(fields: &[(&str, &str)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(key, value)| text(key) + ":" + &text(value)).collect();
    "{".to_owned() + &fields.join(",") + "}"
}

/// A JSON list of JSON.
fn list(items: impl Iterator<Item = String>) -> String {
    "[".to_owned() + &items.collect::<Vec<_>>().join(",") + "]"
}

/// Days since 1970-01-01 of a date as text.
#[wasm_bindgen]
pub fn day(text: &str) -> Result<i32, JsValue> {
    Date::parse(text).map(Date::days).map_err(|fault| thrown(&fault.at("asOf").into()))
}

/// The version of the engine.
#[wasm_bindgen]
pub fn version() -> JsValue {
    uytin::VERSION.into()
}

/// The catalogue of codes and their texts, JSON.
#[wasm_bindgen]
pub fn catalogue() -> JsValue {
    uytin::catalogue().into()
}

/// A valid policy.
#[wasm_bindgen]
pub struct RawPolicy(Policy);

#[wasm_bindgen]
impl RawPolicy {
    /// The reference policy.
    pub fn reference() -> Self {
        Self(Policy::reference())
    }

    /// Reads a policy.
    pub fn read(json: &[u8]) -> Result<Self, JsValue> {
        Policy::from_bytes(json, &Limits::DEFAULT).map(Self).map_err(|error| thrown(&error))
    }

    /// SHA-256 of the canonical form.
    pub fn digest(&self) -> JsValue {
        self.0.digest().to_string().into()
    }

    /// The RFC 8785 form of the document as read.
    pub fn canonical(&self) -> JsValue {
        self.0.canonical().into()
    }

    /// The ids of the tiers, as a JSON list, by the numbers that [`RawBound::score`] gives.
    pub fn tiers(&self) -> JsValue {
        list(tiers(&self.0).map(text)).into()
    }
}

#[cfg(feature = "tools")]
#[wasm_bindgen]
impl RawPolicy {
    /// What differs from this policy to another, as JSON.
    pub fn diff(&self, other: &Self) -> JsValue {
        PolicyDiff::of(&self.0, &other.0).to_json().into()
    }

    /// What is valid yet unwise, as JSON.
    pub fn lint(&self) -> JsValue {
        self.0.lint_json().into()
    }

    /// Compares groups, as JSON. Groups (a text or null, which is left out) and tiers are JSON lists; of outcomes 1 is well, 2 badly.
    pub fn fairness(
        &self,
        groups: &str,
        tiers: &str,
        scores: &[f64],
        coverages: &[f64],
        outcomes: &[u8],
        settings: &[u8],
    ) -> Result<JsValue, JsValue> {
        let settings = FairnessSettings::from_json(settings).map_err(|error| thrown(&error))?;
        let mut fairness = Fairness::new(&self.0, settings);
        // JavaScript has checked that they are lists of texts.
        let groups: Vec<Option<String>> = serde_json::from_str(groups).unwrap_or_default();
        let tiers: Vec<String> = serde_json::from_str(tiers).unwrap_or_default();
        let rows = groups.iter().zip(&tiers).zip(scores.iter().zip(coverages).zip(outcomes)).enumerate();
        for (place, ((group, tier), ((&score, &coverage), outcome))) in rows {
            let Some(group) = group else { continue };
            let outcome = match outcome {
                1 => Some(true),
                2 => Some(false),
                _ => None,
            };
            fairness.add_checked(place, &Member { group, score, coverage, tier, outcome }).map_err(|error| thrown(&error))?;
        }
        Ok(fairness.report().to_json().into())
    }

    /// Attacks the subjects of a ledger besides the stated base and random ones, as JSON.
    pub fn attacks(&self, ledger: &RawLedger, as_of: i32, settings: &[u8]) -> Result<JsValue, JsValue> {
        let (settings, as_of) = (AttackSettings::from_json(settings).map_err(|error| thrown(&error))?, date(as_of));
        let mut bases = settings.bases(&self.0, as_of);
        bases.extend(Base::each(&ledger.0));
        Ok(attack(&self.0, as_of, &bases).to_json().into())
    }

    /// What the interval covers by simulation, as JSON.
    pub fn coverage(&self, settings: &[u8]) -> Result<JsValue, JsValue> {
        let report = CoverageSettings::from_json(settings).and_then(|settings| simulate(&self.0, &settings));
        report.map(|report| report.to_json().into()).map_err(|error| thrown(&error))
    }
}

/// The tiers' ids, by number.
fn tiers(policy: &Policy) -> impl Iterator<Item = &str> {
    let tiers = &policy.document().tiers;
    let earned = tiers.earned.iter().map(|tier| &*tier.id);
    earned.chain(["standard", "unrated"]).chain(tiers.imposed.iter().map(|tier| &*tier.id))
}

/// A ledger: it does not change, adding gives a new one that shares its records.
#[wasm_bindgen]
pub struct RawLedger(Ledger);

#[wasm_bindgen]
impl RawLedger {
    /// Reads JSON Lines.
    pub fn read(bytes: &[u8]) -> Result<Self, JsValue> {
        Ledger::from_json_lines(bytes, &Limits::DEFAULT).map(Self).map_err(|error| thrown(&error))
    }

    /// The ledger of the records of both.
    pub fn merge(&self, other: &Self) -> Result<Self, JsValue> {
        self.0.merge(&other.0).map(Self).map_err(|error| thrown(&error))
    }

    /// How many records there are.
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// The subjects, as a JSON list.
    pub fn subjects(&self) -> JsValue {
        list(self.0.subjects().map(text)).into()
    }

    /// The canonical JSON Lines.
    #[wasm_bindgen(js_name = toBytes)]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    /// The records of a subject, or of all, as a JSON list.
    pub fn records(&self, subject: Option<String>) -> JsValue {
        let mut out = vec![b'['];
        let mut push = |record: &Record| {
            if out.len() > 1 {
                out.push(b',');
            }
            record.write_canonical(&mut out);
        };
        match subject {
            Some(subject) => self.0.records_of(&subject).for_each(&mut push),
            None => self.0.records().for_each(&mut push),
        }
        out.push(b']');
        String::from_utf8(out).unwrap_or_default().into()
    }

    /// Binds a subject to a policy; a ledger of one subject needs no name.
    pub fn bind(&self, policy: &RawPolicy, subject: Option<String>) -> Result<RawBound, JsValue> {
        let subject = match &subject {
            Some(subject) => subject,
            None => self.0.only_subject().map_err(|error| thrown(&error))?,
        };
        Ok(RawBound { bound: self.0.bind_subject(&policy.0, subject), out: [0.0; 5] })
    }

    /// Recomputes a receipt from policy and ledger; what it found, as JSON.
    pub fn verify(&self, policy: &RawPolicy, receipt: &[u8]) -> Result<JsValue, JsValue> {
        let receipt = Receipt::from_bytes(receipt).map_err(|error| thrown(&error))?;
        let found = receipt.verify(&policy.0, &self.0);
        let difference = |difference: &Difference| {
            object(&[("path", &difference.path), ("found", &difference.found), ("expected", &difference.expected)])
        };
        let differences = list(found.differences.iter().map(difference));
        Ok((r#"{"engineVersion":"#.to_owned() + &text(&found.engine_version) + r#","differences":"# + &differences + "}").into())
    }
}

/// A text for each subject that has one, from a JSON object, which JavaScript has checked.
#[cfg(feature = "tools")]
fn by_subject(json: &str) -> std::collections::BTreeMap<String, String> {
    serde_json::from_str(json).unwrap_or_default()
}

#[cfg(feature = "tools")]
#[wasm_bindgen]
impl RawLedger {
    /// Ranks the subjects that meet a brief, as JSON; `previous` has the tiers that subjects had.
    pub fn shortlist(&self, policy: &RawPolicy, brief: &[u8], as_of: i32, previous: &str) -> Result<JsValue, JsValue> {
        let (brief, previous) = (Brief::from_bytes(brief, &policy.0).map_err(|error| thrown(&error))?, by_subject(previous));
        Ok(uytin::shortlist(&brief, &self.0, date(as_of), |subject| previous.get(subject).map(String::as_str)).0.to_json().into())
    }

    /// The subjects that do not meet a brief, each with the first condition that it fails, as a JSON list.
    #[wasm_bindgen(js_name = leftOut)]
    pub fn left_out(&self, policy: &RawPolicy, brief: &[u8], as_of: i32, previous: &str) -> Result<JsValue, JsValue> {
        let (brief, previous) = (Brief::from_bytes(brief, &policy.0).map_err(|error| thrown(&error))?, by_subject(previous));
        let (_, left_out) = uytin::shortlist(&brief, &self.0, date(as_of), |subject| previous.get(subject).map(String::as_str));
        Ok(list(left_out.iter().map(|one| one.to_json(&brief))).into())
    }

    /// What a change of policy does to the subjects, as JSON; `groups` has the group that a subject belongs to.
    pub fn impact(&self, from: &RawPolicy, to: &RawPolicy, as_of: i32, groups: Option<String>, previous: &str) -> JsValue {
        let (groups, previous) = (groups.map(|json| by_subject(&json)), by_subject(previous));
        let group = |subject: &str| groups.as_ref()?.get(subject).map(|group| group.as_str().into());
        let groups = groups.as_ref().map(|_| ("group", &group as &GroupOf<'_>));
        let previous = |subject: &str| previous.get(subject).map(String::as_str);
        of_ledger(&Plan::new(&from.0, &to.0), &self.0, date(as_of), previous, groups, |_, _| ()).to_json().into()
    }

    /// Fits a policy to the records: the report and the fitted policy, as JSON.
    pub fn calibrate(&self, policy: &RawPolicy, settings: &[u8]) -> Result<JsValue, JsValue> {
        let made = Calibration::of_ledger(&self.0, &policy.0, settings).map_err(|error| thrown(&error))?;
        Ok((r#"{"report":"#.to_owned() + &made.to_json() + r#","fitted":"# + made.fitted.canonical() + "}").into())
    }
}

/// The records of one subject, bound to a policy.
#[wasm_bindgen]
pub struct RawBound {
    bound: BoundSubject,
    /// What `score` gave last: score, lower, upper, coverage, tier.
    out: [f64; 5],
}

#[wasm_bindgen]
impl RawBound {
    /// Computes score, lower, upper, coverage and the tier's number, and says where in memory they stand.
    pub fn score(&mut self, as_of: i32, previous_tier: Option<String>) -> *const f64 {
        let policy = self.bound.policy();
        let score = self.bound.score(date(as_of), previous_tier.as_deref());
        let tier = (0u32..).zip(tiers(policy)).find(|(_, id)| *id == score.tier).map_or(0, |(place, _)| place);
        self.out = [score.score.value(), score.lower.value(), score.upper.value(), score.coverage, f64::from(tier)];
        self.out.as_ptr()
    }

    /// The assessment, as JSON.
    pub fn assess(&self, as_of: i32, previous_tier: Option<String>) -> JsValue {
        self.bound.assess(date(as_of), previous_tier.as_deref()).to_json().into()
    }

    /// What reaches each tier above, by checks of these source classes (a JSON list), as JSON.
    #[cfg(feature = "tools")]
    pub fn paths(&self, as_of: i32, previous_tier: Option<String>, classes: &str) -> Result<JsValue, JsValue> {
        // JavaScript has checked that it is a list of texts.
        let classes: Vec<String> = serde_json::from_str(classes).unwrap_or_default();
        let paths = self.bound.paths(date(as_of), previous_tier.as_deref(), &classes).map_err(|error| thrown(&error))?;
        Ok(paths.to_json().into())
    }

    /// The assessment without some records (a JSON list of `source/id`), and what differs, as JSON.
    #[cfg(feature = "tools")]
    pub fn contest(&self, as_of: i32, previous_tier: Option<String>, without: &str) -> Result<JsValue, JsValue> {
        let without: Vec<String> = serde_json::from_str(without).unwrap_or_default();
        let contest = self.bound.contest(date(as_of), previous_tier.as_deref(), &without).map_err(|error| thrown(&error))?;
        Ok(contest.to_json().into())
    }

    /// The statement of reasons, as Markdown or as a page.
    #[cfg(feature = "tools")]
    #[expect(clippy::too_many_arguments, reason = "options of one call")]
    pub fn statement(
        &self,
        as_of: i32,
        previous_tier: Option<String>,
        issued_by: Option<String>,
        contest_at: Option<String>,
        contest_by: Option<String>,
        vietnamese: bool,
        html: bool,
    ) -> Result<JsValue, JsValue> {
        let day = |text: String| Date::parse(&text).map_err(|fault| thrown(&fault.at("contestBy").into()));
        let details = StatementDetails { issued_by, contest_at, contest_by: contest_by.map(day).transpose()? };
        let language = if vietnamese { Language::Vietnamese } else { Language::English };
        let format = if html { StatementFormat::Html } else { StatementFormat::Markdown };
        Ok(self.bound.statement(date(as_of), previous_tier.as_deref(), &details, language, format).into())
    }

    /// The receipt, in its canonical form.
    pub fn receipt(&self, as_of: i32, previous_tier: Option<String>) -> JsValue {
        self.bound.assess(date(as_of), previous_tier.as_deref()).receipt().to_json().into()
    }
}

/// The date of a number that [`day`] gave.
fn date(days: i32) -> Date {
    Date::from_days(days).unwrap_or(Date::MAX)
}
