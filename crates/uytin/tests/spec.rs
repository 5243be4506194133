//! What `spec/` publishes is what the code does: schemas, catalogue, policies.
#![cfg(feature = "schema")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::fs;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value, json};
use uytin::{Date, Ledger, Limits, Policy, Record, assess};

fn spec(path: &str) -> String {
    format!("{}/../../spec/{path}", env!("CARGO_MANIFEST_DIR"))
}

fn published(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(spec(&format!("schemas/{name}.schema.json"))).expect("a schema")).expect("JSON")
}

struct Validator(Schemas, SchemaIndex);

impl Validator {
    fn new(name: &str) -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        let location = format!("mem:///{name}");
        compiler.add_resource(&location, published(name)).unwrap();
        let index = compiler.compile(&location, &mut schemas).unwrap();
        Self(schemas, index)
    }

    fn accepts(&self, value: &Value) -> bool {
        self.0.validate(value, self.1).is_ok()
    }
}

/// `UYTIN_BLESS=1` writes them anew.
#[test]
fn published_schemas_are_those_of_the_types() {
    for (name, schema) in [
        ("policy", uytin::policy_schema()),
        ("record", uytin::record_schema()),
        ("assessment", uytin::assessment_schema()),
        ("receipt", uytin::receipt_schema()),
        ("paths", uytin::paths_schema()),
        ("contest", uytin::contest_schema()),
        ("brief", uytin::brief_schema()),
        ("shortlist", uytin::shortlist_schema()),
        ("candidate", uytin::candidate_schema()),
        ("left-out", uytin::left_out_schema()),
        ("impact", uytin::impact_schema()),
        ("impact-change", uytin::impact_change_schema()),
        ("policy-diff", uytin::policy_diff_schema()),
        ("policy-lint", uytin::policy_lint_schema()),
        ("calibration", uytin::calibration_schema()),
        ("fairness", uytin::fairness_schema()),
        ("interval-coverage", uytin::interval_coverage_schema()),
        ("attacks", uytin::attacks_schema()),
    ] {
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        let path = spec(&format!("schemas/{name}.schema.json"));
        if std::env::var_os("UYTIN_BLESS").is_some() {
            fs::create_dir_all(spec("schemas")).unwrap();
            fs::write(&path, &text).unwrap();
        }
        assert!(fs::read_to_string(&path).unwrap_or_default() == text, "{path} differs: cargo xtask spec writes it anew");
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    }
}

#[test]
fn schemas_accept_what_the_vectors_hold() {
    let (records, policies, assessments) = (Validator::new("record"), Validator::new("policy"), Validator::new("assessment"));
    let mut handles = std::collections::BTreeMap::new();
    for entry in fs::read_dir(spec("vectors/policies")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        assert!(policies.accepts(&serde_json::from_str(&text).unwrap()), "{}", path.display());
        handles.insert(path.file_stem().unwrap().to_str().unwrap().to_owned(), Policy::from_json(&text).unwrap());
    }
    for case in fs::read_to_string(spec("vectors/cases.jsonl")).unwrap().lines() {
        let case: Value = serde_json::from_str(case).unwrap();
        let mut ledger = Ledger::new();
        for record in case["records"].as_array().unwrap() {
            assert!(records.accepts(record), "{record}");
            ledger.add(Record::from_json(&record.to_string()).unwrap()).unwrap();
        }
        let as_of = Date::parse(case["as_of"].as_str().unwrap()).unwrap();
        let policy = &handles[case["policy"].as_str().unwrap()];
        let assessment = assess(policy, &ledger, case["subject"].as_str().unwrap(), as_of, case["previous_tier"].as_str());
        let json: Value = serde_json::from_str(&assessment.to_json()).unwrap();
        assert!(assessments.accepts(&json), "{json}");
    }
}

#[test]
fn the_schema_of_briefs_is_that_of_their_reader() {
    let (briefs, policy) = (Validator::new("brief"), Policy::reference());
    for (text, valid) in [
        ("{}", true),
        (r#"{"title": null, "tier_at_least": "standard", "order": "score", "limit": 10}"#, true),
        (r#"{"criteria": [{"criterion": "ad-disclosure", "lower_at_least": 60}], "no_findings": [{"within_days": 365}]}"#, true),
        (r#"{"followers_at_least": 10000}"#, false),
        (r#"{"order": "reach"}"#, false),
        (r#"{"limit": 0}"#, false),
        (r#"{"coverage_at_least": 1.5}"#, false),
        (r#"{"no_findings": [{}]}"#, false),
        (r#"{"criteria": [{"criterion": "ad-disclosure"}]}"#, false),
    ] {
        assert_eq!(briefs.accepts(&serde_json::from_str(text).unwrap()), valid, "{text}");
        assert_eq!(uytin::Brief::from_json(text, &policy).is_ok(), valid, "{text}");
    }
}

fn data(name: &str) -> String {
    fs::read_to_string(spec(&format!("../examples/data/{name}"))).unwrap()
}

/// Every object of a document, and every scalar, as pointers.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        // The first items of a list stand for all of them.
        Value::Array(items) => items.iter().take(2).enumerate().for_each(|(n, item)| places(item, &format!("{at}/{n}"), out)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| places(value, &format!("{at}/{key}"), out)),
        _ => {}
    }
}

/// An answer is accepted; and with a field less, a foreign field, or a value of another type anywhere, it is not. Fields that may be
/// missing, or may hold anything, are named as the ends of their pointers.
fn holds(validator: &Validator, json: &str, may_miss: &[&str], free: &[&str]) {
    let answer: Value = serde_json::from_str(json).unwrap();
    if let Err(error) = validator.0.validate(&answer, validator.1) {
        panic!("{error:#}\n{json}");
    }
    let mut all = Vec::new();
    places(&answer, "", &mut all);
    let is_free = |at: &str| free.iter().any(|end| at.ends_with(end) || at.contains(&format!("{end}/")));
    for at in all.iter().filter(|at| !is_free(at)) {
        let refused = |what: &str, change: &dyn Fn(&mut Value)| {
            let mut wrong = answer.clone();
            change(wrong.pointer_mut(at).unwrap());
            assert!(!validator.accepts(&wrong), "{at}: {what}");
        };
        match answer.pointer(at).unwrap() {
            Value::Object(fields) => {
                refused("a foreign field", &|value| value["foreign"] = json!(1));
                for key in fields.keys().filter(|key| !may_miss.iter().any(|end| format!("{at}/{key}").ends_with(end))) {
                    refused(&format!("without {key}"), &|value| drop(value.as_object_mut().unwrap().remove(key)));
                }
            }
            _ => refused("an object in its place", &|value| *value = json!({"foreign": 1})),
        }
    }
}

/// The population of claims about statements, a part of it.
fn claims(lines: usize) -> (Policy, Ledger) {
    let text: String = data("claims.jsonl").lines().take(lines).map(|line| format!("{line}\n")).collect();
    let policy = Policy::from_json(&data("claims-policy.json")).unwrap();
    (policy, Ledger::from_json_lines(text.as_bytes(), &Limits::DEFAULT).unwrap())
}

#[test]
fn schemas_hold_shortlists_and_impacts() {
    let ledger = Ledger::from_json_lines(data("creators.jsonl").as_bytes(), &Limits::DEFAULT).unwrap();
    let (policy, as_of) = (Policy::reference(), Date::parse("2026-11-21").unwrap());
    assert!(Validator::new("brief").accepts(&serde_json::from_str(&data("brief.json")).unwrap()));
    let every = r#"{"lower_at_least": 50, "coverage_at_least": 0.9}"#;
    let tiers = r#"{"tier_at_least": "trusted", "criteria": [{"criterion": "respect", "lower_at_least": 99}]}"#;
    let mut conditions = std::collections::BTreeSet::new();
    for text in [
        "{}",
        &data("brief.json"),
        every,
        tiers,
        r#"{"no_findings": [{"within_days": 9999}]}"#,
        r#"{"criteria": [{"criterion": "respect", "lower_at_least": 99}]}"#,
    ] {
        let brief = uytin::Brief::from_json(text, &policy).unwrap();
        for ledger in [&ledger, &Ledger::new()] {
            let (list, left_out) = uytin::shortlist(&brief, ledger, as_of, |_| None);
            holds(&Validator::new("shortlist"), &list.to_json(), &[], &[]);
            let candidates = Validator::new("candidate");
            list.lines().take(4).for_each(|line| holds(&candidates, &line, &[], &[]));
            let left = Validator::new("left-out");
            for one in left_out {
                let line = one.to_json(&brief);
                conditions.insert(serde_json::from_str::<Value>(&line).unwrap()["condition"].as_str().unwrap().to_owned());
                holds(&left, &line, &[], &[]);
            }
        }
    }
    let conditions: Vec<&str> = conditions.iter().map(String::as_str).collect();
    assert_eq!(conditions, ["coverage_at_least", "criteria[0]", "lower_at_least", "no_findings[0]", "tier_at_least"]);
    let plan = uytin::impact::Plan::new(&policy, &Policy::from_json(&data("policy-draft.json")).unwrap());
    let group = |subject: &str| subject.split('-').nth(1).map(std::sync::Arc::from);
    let changes = Validator::new("impact-change");
    for (ledger, groups) in [(&ledger, Some(("niche", &group as &uytin::impact::GroupOf<'_>))), (&Ledger::new(), None)] {
        let impact = uytin::impact::of_ledger(
            &plan,
            ledger,
            as_of,
            |_| None,
            groups,
            |subject, change| {
                holds(&changes, &change.to_json(subject, None, &plan), &[], &[]);
                holds(&changes, &change.to_json(subject, Some("food"), &plan), &["/group"], &[]);
            },
        );
        holds(&Validator::new("impact"), &impact.to_json(), &[], &[]);
    }
}

#[test]
fn schemas_hold_what_is_said_of_one_subject() {
    let ledger = Ledger::from_json_lines(data("creators.jsonl").as_bytes(), &Limits::DEFAULT).unwrap();
    let (policy, as_of) = (Policy::reference(), Date::parse("2026-11-21").unwrap());
    let [assessments, receipts, paths, contests] = ["assessment", "receipt", "paths", "contest"].map(Validator::new);
    let everybody = ledger.subjects().chain(["nobody"]);
    let mut obstacles = std::collections::BTreeSet::new();
    for (n, subject) in everybody.enumerate() {
        let bound = ledger.bind_subject(&policy, subject);
        let previous = ["standard", "trusted"].get(n).copied();
        let assessment = bound.assess(as_of, previous);
        let source = &["/source", "/until"];
        holds(&assessments, &assessment.to_json(), source, &[]);
        let receipt = assessment.receipt().to_json();
        holds(&receipts, &receipt, source, &[]);
        for classes in [&["auditor", "press", "court"] as &[&str], &["self"], &[]] {
            let json = bound.paths(as_of, previous, classes).unwrap().to_json();
            let answer: Value = serde_json::from_str(&json).unwrap();
            let codes = answer["paths"].as_array().unwrap().iter().flat_map(|path| path["obstacles"].as_array().unwrap());
            obstacles.extend(codes.map(|obstacle| obstacle["code"].as_str().unwrap().to_owned()));
            holds(&paths, &json, &[], &[]);
        }
        let names: Vec<String> = bound.records().map(|record| format!("{}/{}", record.source, record.id)).collect();
        for without in [&names[..0], &names[..names.len().min(1)], &names] {
            holds(&contests, &bound.contest(as_of, previous, without).unwrap().to_json(), &["/source"], &[]);
        }
    }
    assert!(obstacles.len() >= 4, "{obstacles:?}");
}

/// An obstacle has the fields of its code, and no others.
#[test]
fn an_obstacle_has_what_its_code_says() {
    let paths = Validator::new("paths");
    let bound = Ledger::new().bind_subject(&Policy::reference(), "nobody");
    let answer = bound.paths(Date::parse("2026-11-21").unwrap(), None, &["self"]).unwrap().to_json();
    let with = |obstacle: Value| {
        let mut answer: Value = serde_json::from_str(&answer).unwrap();
        let mut whole = obstacle;
        whole["text"] = json!({"en": "", "vi": ""});
        answer["paths"][0]["obstacles"] = json!([whole]);
        paths.accepts(&answer)
    };
    for (obstacle, accepted) in [
        (json!({"code": "no-source"}), true),
        (json!({"code": "no-source", "most": 1}), false),
        (json!({"code": "bound-out-of-reach", "most": 50.5, "needed": 60}), true),
        (json!({"code": "bound-out-of-reach", "most": 50.5}), false),
        (json!({"code": "bound-out-of-reach", "most": 100.5, "needed": 60}), false),
        (json!({"code": "evidence-imposes", "most": 50.5, "needed": 60}), false),
        (json!({"code": "evidence-imposes", "tier": "caution", "most": 50.5, "needed": 60}), true),
        (json!({"code": "finding-in-force", "until": "2027-01-01", "findings": [{"source": "a", "id": "b"}]}), true),
        (json!({"code": "finding-in-force", "until": "soon", "findings": []}), false),
        (json!({"code": "bad-luck"}), false),
    ] {
        assert_eq!(with(obstacle.clone()), accepted, "{obstacle}");
    }
}

#[test]
fn schemas_hold_what_is_said_of_policies() {
    let (reference, draft) = (Policy::reference(), Policy::from_json(&data("policy-draft.json")).unwrap());
    let claims = Policy::from_json(&data("claims-policy.json")).unwrap();
    let (diffs, lints) = (Validator::new("policy-diff"), Validator::new("policy-lint"));
    for (from, to) in [(&reference, &draft), (&reference, &reference), (&draft, &claims), (&claims, &reference)] {
        // Of JSON that stands in a policy anything may stand there.
        holds(&diffs, &uytin::PolicyDiff::of(from, to).to_json(), &[], &["/id", "0/from", "1/from", "0/to", "1/to"]);
    }
    let warned = [&reference, &draft, &claims].map(|policy| {
        holds(&lints, &policy.lint_json(), &[], &[]);
        policy.lint().len()
    });
    assert!(warned.iter().any(|&warnings| warnings > 0), "{warned:?}");
}

#[test]
fn schemas_hold_statistics() {
    use uytin::calibrate::{Population, Settings, calibrate};
    use uytin::fairness::{Fairness, FairnessSettings, Member};
    use uytin::gaming::{Base, attack};
    let (calibrations, fairnesses, coverages, attacks) =
        (Validator::new("calibration"), Validator::new("fairness"), Validator::new("interval-coverage"), Validator::new("attacks"));
    for (lines, until) in [(0, "2014-12-31"), (1, "2007-12-31"), (3000, "2010-06-30"), (3000, "2024-12-31")] {
        let (policy, ledger) = claims(lines);
        let until = Date::parse(until).unwrap();
        let settings = Settings { replicates: 40, ..Settings::new(until, until.plus(1)) };
        let calibration = calibrate(&Population::of(&ledger, &policy), &policy, &settings).unwrap();
        holds(&calibrations, &calibration.to_json(), &[], &[]);
    }
    let policy = Policy::reference();
    for groups in [&[] as &[(&str, u32)], &[("a", 1)], &[("a", 40), ("b", 1), ("c", 4)], &[("a", 30), ("b", 30)]] {
        let mut fairness = Fairness::new(&policy, FairnessSettings { replicates: 40, ..FairnessSettings::default() });
        for (group, size) in groups {
            for n in 0..*size {
                let tier = ["standard", "unrated", "caution"][n as usize % 3];
                fairness.add(&Member { group, score: f64::from(n), coverage: 0.5, tier, outcome: (n % 4 > 0).then_some(n % 2 == 0) });
            }
        }
        holds(&fairnesses, &fairness.report().to_json(), &[], &[]);
    }
    let settings = uytin::coverage::CoverageSettings { replicates: 40, ..Default::default() };
    holds(&coverages, &uytin::coverage::simulate(&policy, &settings).unwrap().to_json(), &[], &[]);
    let as_of = Date::parse("2026-11-21").unwrap();
    holds(&attacks, &attack(&policy, as_of, &[Base::stated(&policy, as_of)]).to_json(), &[], &[]);
    holds(&attacks, &attack(&policy, as_of, &[]).to_json(), &[], &[]);
    let of_claims = claims(0).0;
    holds(&attacks, &attack(&of_claims, as_of, &[Base::stated(&of_claims, as_of), Base::random(&of_claims, as_of, 2)]).to_json(), &[], &[]);
}

/// What the reader refuses, the schema refuses too, as far as a schema can say it.
#[test]
fn schemas_refuse_what_the_reader_refuses() {
    let records = Validator::new("record");
    let good = json!({"type": "finding", "id": "a", "subject": "s", "source": "s", "source_class": "court", "criterion": "c",
        "date": "2026-01-01", "severity": "minor", "status": "upheld", "passed": null});
    assert!(records.accepts(&good) && Record::from_json(&good.to_string()).is_ok());
    for (key, value) in [
        ("type", json!("opinion")),
        ("id", json!("")),
        ("id", json!(null)),
        ("date", json!("2026-1-1")),
        ("status", json!("guilty")),
        ("reach", json!(-1)),
        ("reach", json!(9_007_199_254_740_992_u64)),
        ("revision", json!(4_294_967_296_u64)),
        ("withdrawn", json!("yes")),
        ("passed", json!(1)),
        ("followers", json!(10)),
        ("religion", json!("none")),
    ] {
        let mut bad = good.clone();
        bad[key] = value;
        assert!(!records.accepts(&bad), "{bad}");
        assert!(Record::from_json(&bad.to_string()).is_err(), "{bad}");
    }
    let policies = Validator::new("policy");
    let policy: Value = serde_json::from_str(Policy::reference_json()).unwrap();
    for (path, value) in [
        ("/confidence", json!(0.85)),
        ("/horizon_days", json!(0)),
        ("/pillars/0/weight", json!(0)),
        ("/pillars/0/criteria/0/prior/mean", json!(1)),
        ("/pillars/0/criteria/0/prior/strength", json!(0.001)),
        ("/findings/max_weight", json!(1)),
        ("/tiers/hysteresis", json!(101)),
        ("/sources/court/reliability", json!(1.5)),
        ("/pillars", json!([])),
        ("/measures/0/when", json!({})),
    ] {
        let mut bad = policy.clone();
        *bad.pointer_mut(path).unwrap() = value;
        assert!(!policies.accepts(&bad), "{path}");
        assert!(Policy::from_json(&bad.to_string()).is_err(), "{path}");
    }
}

/// Every fault of a policy is reported at once, each at its place.
#[test]
fn twelve_faults_are_twelve_faults() {
    let mut policy: Value = serde_json::from_str(Policy::reference_json()).unwrap();
    let mut expected = Vec::new();
    let mut fault = |pointer: &str, value: Value, path: &str, code: &str| {
        match policy.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => {
                let (parent, key) = pointer.rsplit_once('/').unwrap();
                policy.pointer_mut(parent).unwrap()[key] = value;
            }
        }
        expected.push((path.to_owned(), code.to_owned()));
    };
    fault("/confidence", json!(0.5), "$.confidence", "out-of-range");
    fault("/horizon_days", json!("long"), "$.horizon_days", "wrong-type");
    fault("/secret", json!(1), "$.secret", "unknown-field");
    fault("/sources/press/adjudicates", json!("grave"), "$.sources.press.adjudicates", "unknown-name");
    fault("/sources/self/adjudicates", json!("minor"), "$.sources.self.adjudicates", "inconsistent");
    fault("/pillars/1/id", json!("transparency"), "$.pillars[1].id", "duplicate-id");
    fault("/pillars/0/criteria/0/prior/mean", json!(1), "$.pillars[0].criteria[0].prior.mean", "out-of-range");
    fault("/credits/0/max", json!(0.5), "$.credits", "inconsistent");
    fault("/findings/severities/1/weight", json!(0.01), "$.findings.severities[1].weight", "not-ordered");
    fault("/findings/reach/0/from", json!(5), "$.findings.reach[0].from", "not-ordered");
    fault("/tiers/earned/0/sectors_at_least", json!(9), "$.tiers.earned[0].sectors_at_least", "inconsistent");
    fault(
        "/measures/0/when/criterion_upper_below/criterion",
        json!("charm"),
        "$.measures[0].when.criterion_upper_below.criterion",
        "unknown-name",
    );
    let error = Policy::from_json(&policy.to_string()).unwrap_err();
    let mut found: Vec<(String, String)> = error.faults().map(|fault| (fault.path.clone(), fault.code.to_string())).collect();
    found.sort();
    // A class of reliability 0 without a sector breaks two rules.
    expected.push(("$.sources.self.adjudicates".into(), "inconsistent".into()));
    expected.sort();
    assert_eq!(found, expected, "{error}");
}

#[test]
fn what_depends_on_a_fault_is_not_judged() {
    let mut policy: Value = serde_json::from_str(Policy::reference_json()).unwrap();
    policy["findings"]["severities"][0]["id"] = json!(7);
    policy["pillars"] = json!("none");
    policy["tiers"]["imposed"][0] = json!(null);
    let error = Policy::from_json(&policy.to_string()).unwrap_err();
    let found: Vec<&str> = error.faults().map(|fault| &*fault.path).collect();
    assert_eq!(found, ["$.pillars", "$.findings.severities[0].id", "$.tiers.imposed[0]"], "{error}");
}

#[test]
fn limits_refuse_before_work() {
    let limits = Limits { line_bytes: 200, records_per_subject: 1, policy_bytes: 100, depth: 3 };
    assert_eq!(Policy::from_json_within(Policy::reference_json(), &limits).unwrap_err().code().as_str(), "too-long");
    let deep = Limits { policy_bytes: 1 << 20, ..limits };
    assert_eq!(Policy::from_json_within(Policy::reference_json(), &deep).unwrap_err().code().as_str(), "too-deep");
    let record = r#"{"type":"exemption","id":"1","subject":"s","source":"s","source_class":"court","criterion":"c","date":"2026-01-01"}"#;
    let mut ledger = Ledger::new();
    ledger.add_within(Record::from_json_within(record, &limits).unwrap(), &limits).unwrap();
    let second = Record::from_json(&record.replace(r#""id":"1""#, r#""id":"2""#)).unwrap();
    assert_eq!(ledger.add_within(second, &limits).unwrap_err().code().as_str(), "too-many");
    assert_eq!(ledger.len(), 1);
    let mut none = Ledger::new();
    let record = Record::from_json(record).unwrap();
    assert_eq!(none.add_within(record, &Limits { records_per_subject: 0, ..limits }).unwrap_err().code().as_str(), "too-many");
    assert_eq!((none.len(), none.subjects().len(), none == Ledger::new()), (0, 0, true));
    let nested = "[".repeat(200_000);
    assert_eq!(Policy::from_json(&nested).unwrap_err().code().as_str(), "too-deep");
    assert!(Record::from_json(&nested).is_err());
    let long = format!("{{\"id\":\"{}\"}}", "x".repeat(2 << 20));
    assert_eq!(Record::from_json(&long).unwrap_err().code().as_str(), "too-long");
}

/// The receipt says what differs.
#[test]
fn a_receipt_names_what_differs() {
    let line = r#"{"type":"observation","id":"1","subject":"s","source":"a","source_class":"auditor","criterion":"respect","date":"2026-01-01","passed":5,"failed":1}"#;
    let (policy, as_of) = (Policy::reference(), Date::new(2026, 11, 21).unwrap());
    let ledger = Ledger::from_json_lines(line.as_bytes(), &Limits::DEFAULT).unwrap();
    let receipt = assess(&policy, &ledger, "s", as_of, Some("trusted")).receipt();
    assert!(receipt.verify(&policy, &ledger).is_verified());
    assert_eq!((receipt.subject(), receipt.as_of(), receipt.previous_tier()), ("s", as_of, Some("trusted")));
    let other = Ledger::from_json_lines(line.replace("\"failed\":1", "\"failed\":2").as_bytes(), &Limits::DEFAULT).unwrap();
    let differences = receipt.verify(&policy, &other).differences;
    assert!(differences.iter().any(|difference| difference.path == "$.ledger_digest"));
    assert!(differences.iter().any(|difference| difference.path == "$.assessment.score"), "{differences:?}");
    let mut document: Value = serde_json::from_str(Policy::reference_json()).unwrap();
    document["version"] = json!("2026.2");
    let newer = Policy::from_json(&document.to_string()).unwrap();
    let differences = receipt.verify(&newer, &ledger).differences;
    assert!(
        differences
            .iter()
            .any(|difference| difference.path == "$.policy.version" && difference.found == "`2026.1`" && difference.expected == "`2026.2`")
    );
    // Pretty-printed, it is not the canonical form.
    let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&receipt.to_json()).unwrap()).unwrap();
    assert_eq!(uytin::Receipt::from_bytes(pretty.as_bytes()).unwrap_err().code().as_str(), "mismatch");
}

#[test]
fn kinds_of_parts_are_named_as_documents_name_them() {
    use uytin::PartKind::{Baseline, Credit, Criterion, Finding};
    for kind in [Baseline, Criterion, Credit, Finding] {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
}
