use super::{FitCode, Method, Population, Settings, calibrate};
use crate::{Body, Code, Date, Ledger, Limits, Policy, Record};

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn settings() -> Settings {
    Settings { replicates: 100, ..Settings::new(date("2014-12-31"), date("2015-01-01")) }
}

fn claims_policy() -> Policy {
    Policy::from_json(include_str!("../../../../examples/data/claims-policy.json")).unwrap()
}

/// A ledger of (subject, day from 2013-01-01, passed, failed).
fn ledger(rows: &[(u32, u32, u32, u32)]) -> Ledger {
    let mut ledger = Ledger::new();
    for (n, &(subject, day, passed, failed)) in rows.iter().enumerate() {
        ledger
            .add(Record {
                id: format!("r-{n}"),
                revision: 0,
                withdrawn: false,
                subject: format!("s-{subject}"),
                source: "paper".into(),
                source_class: "press".into(),
                criterion: "claim-accuracy".into(),
                date: date("2013-01-01").plus(day),
                context: None,
                body: Body::Observation { passed, failed },
            })
            .unwrap();
    }
    ledger
}

fn fit(rows: &[(u32, u32, u32, u32)]) -> super::Calibration {
    let policy = claims_policy();
    let calibration = calibrate(&Population::of(&ledger(rows), &policy), &policy, &settings()).unwrap();
    let json = calibration.to_json();
    assert!(!json.contains("NaN") && !json.contains("inf"), "{json}");
    assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
    calibration
}

/// What cannot be told keeps the policy's own value, with a word on why.
#[test]
fn a_population_that_tells_nothing_keeps_the_policy() {
    let each = |n: u32, of: &dyn Fn(u32) -> (u32, u32, u32, u32)| (0..n).map(of).collect::<Vec<_>>();
    let cases = [
        (vec![], FitCode::NoChecks, FitCode::NoChecks),
        (vec![(1, 0, 0, 0)], FitCode::NoChecks, FitCode::NoChecks),
        (each(9, &|n| (1, n, n % 2, 1 - n % 2)), FitCode::OneSubject, FitCode::TooFewPredictions),
        (each(40, &|n| (n % 4, n, n / 2 % 2, 1 - n / 2 % 2)), FitCode::TooFewSubjects, FitCode::TooFewPredictions),
        (each(40, &|n| (n, n, n % 2, 1 - n % 2)), FitCode::NoRepeats, FitCode::TooFewPredictions),
        (each(900, &|n| (n % 90, n % 700, 1, 0)), FitCode::Constant, FitCode::Constant),
        // Every subject has three of each.
        (each(540, &|n| (n % 90, n, n / 90 % 2, 1 - n / 90 % 2)), FitCode::NoDifferences, FitCode::Fitted),
        // Each subject always the same: no variance within.
        (each(540, &|n| (n % 90, n, u32::from(n % 90 < 45), u32::from(n % 90 >= 45))), FitCode::OutOfRange, FitCode::Fitted),
    ];
    for (rows, prior, half_life) in cases {
        let calibration = fit(&rows);
        let fit = &calibration.criteria[0];
        assert_eq!(fit.prior, prior, "{rows:?}");
        assert_eq!(fit.half_life.code.is_fitted(), half_life.is_fitted(), "{prior:?} {:?}", fit.half_life);
        assert!(half_life.is_fitted() || fit.half_life.code == half_life, "{prior:?} {:?}", fit.half_life.code);
        assert_eq!((fit.mean, fit.strength), ([0.55; 2], [8.0; 2]));
        assert_eq!(calibration.fitted.name(), "claims-fitted");
        assert_eq!(calibration.evaluation.caution, Some("no-predictions"));
    }
}

#[test]
fn a_trial_of_one_outcome_or_one_subject_says_so() {
    let constant: Vec<_> = (0..400).map(|n| (n % 40, n * 3, 1, 0)).collect();
    let calibration = fit(&constant);
    assert_eq!(calibration.evaluation.caution, Some("constant"));
    assert!(calibration.evaluation.methods.iter().all(|method| method.auc.estimate.is_none() && method.brier.estimate.is_some()));
    let one: Vec<_> = (0..400).map(|n| (1, n * 3, n % 3 % 2, 1 - n % 3 % 2)).collect();
    let calibration = fit(&one);
    assert_eq!(calibration.evaluation.caution, Some("one-subject"));
    assert!(calibration.evaluation.methods.iter().all(|method| method.brier.lower.is_none() && method.brier.estimate.is_some()));
}

#[test]
fn a_trial_before_the_end_of_the_fit_is_refused() {
    let policy = claims_policy();
    let wrong = Settings::new(date("2015-01-01"), date("2015-01-01"));
    let error = calibrate(&Population::default(), &policy, &wrong).unwrap_err();
    assert_eq!((error.code(), error.path()), (Code::OutOfRange, "$.test_from"));
}

/// Subjects drawn from a known structure: the estimates find it.
#[test]
fn a_known_structure_is_found() {
    let mut draw = crate::draw::Draw::new(&[5]);
    let mut rows = Vec::new();
    for subject in 0..1500 {
        let share = draw.beta(0.7, 6.0);
        for n in 0..2 + subject % 12 {
            let checks = 1 + subject % 3;
            let held = draw.held(checks, share);
            rows.push((subject, n * 50, held, checks - held));
        }
    }
    let fit = fit(&rows).criteria.remove(0);
    assert_eq!(fit.prior, FitCode::Fitted);
    let undecayed = fit.undecayed;
    // Within four standard errors; s² = E[Θ(1 − Θ)] = p(1 − p)·k/(k + 1), a = p(1 − p)/(k + 1)
    let near = |found: Option<f64>, error: Option<f64>, truth: f64| {
        let (found, error) = (found.unwrap(), error.unwrap());
        assert!((found - truth).abs() < 4.0 * error && error < 0.2 * truth, "{found} ± {error}, truly {truth}");
    };
    near(undecayed.within, undecayed.within_error, 0.21 * 6.0 / 7.0);
    near(undecayed.between, undecayed.between_error, 0.21 / 7.0);
    near(undecayed.strength, undecayed.strength_error, 6.0);
    near(undecayed.mean, undecayed.mean_error, 0.7);
}

/// The order in which subjects come is of no matter.
#[test]
fn order_is_of_no_matter() {
    let policy = claims_policy();
    let rows: Vec<_> = (0..3000).map(|n| (n * 7 % 130, n % 1100, u32::from(n * n % 130 % 7 > n % 3), 1)).collect();
    let ledger = ledger(&rows);
    let straight = Population::of(&ledger, &policy);
    let mut reverse = Population::default();
    for subject in ledger.subjects().collect::<Vec<_>>().into_iter().rev() {
        reverse.add(subject, ledger.bind_subject(&policy, subject).rows().masses);
    }
    reverse.sort();
    let report = |population: &Population| calibrate(population, &policy, &settings()).unwrap().to_json();
    assert_eq!(report(&straight), report(&reverse));
}

/// The figures that docs/calibration.md publishes.
#[test]
fn the_claims_are_predicted_as_published() {
    let policy = claims_policy();
    let ledger = Ledger::from_json_lines(include_bytes!("../../../../examples/data/claims.jsonl"), &Limits::DEFAULT).unwrap();
    let calibration = calibrate(&Population::of(&ledger, &policy), &policy, &settings()).unwrap();
    let evaluation = &calibration.evaluation;
    assert_eq!((evaluation.checks, evaluation.caution), (5604, None));
    let figures = |method: Method| {
        let of = evaluation.methods.iter().find(|one| one.method == method).unwrap();
        [of.auc, of.brier, of.log_loss].map(|one| (one.estimate.unwrap(), one.lower.unwrap(), one.upper.unwrap()))
    };
    let [(auc, ..), (brier, ..), (log_loss, ..)] = figures(Method::RawMean);
    assert_eq!([auc, brier, log_loss].map(|x| (x * 1000.0).round() / 1000.0), [0.686, 0.237, 0.880]);
    let [auc, brier, log_loss] = figures(Method::Fitted);
    assert!(auc.0 >= 0.698 && brier.0 <= 0.219 && log_loss.0 <= 0.625, "{auc:?} {brier:?} {log_loss:?} {:?}", calibration.criteria[0]);
    // Much better would be a look at the day that is predicted.
    assert!(auc.0 < 0.7 && brier.0 > 0.217 && log_loss.0 > 0.62, "{auc:?} {brier:?} {log_loss:?}");
    for (estimate, lower, upper) in [auc, brier, log_loss] {
        assert!(lower < estimate && estimate < upper);
    }
    let of = |method: Method| evaluation.versus.iter().find(|one| one.method == method).unwrap();
    assert!(of(Method::RawMean).cannot_tell_apart_by.is_empty());
    assert!(!of(Method::Given).cannot_tell_apart_by.is_empty());
    let document = calibration.fitted.document();
    assert_eq!((document.name.as_str(), document.version.as_str()), ("claims-fitted", "1+fitted-2014-12-31"));
    assert!(document.notice.en.contains("not official"));
    assert_eq!(Policy::from_json(calibration.fitted.canonical()).unwrap(), calibration.fitted);
    assert_ne!(calibration.fitted.digest(), policy.digest());
}
