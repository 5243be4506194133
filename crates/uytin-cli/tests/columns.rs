//! Tables through the real binary: Parquet, CSV and Arrow in and out, synthetic populations, and Ctrl-C.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use uytin::{Ledger, Limits};
use uytin_columns::{Format, columns_of};

const DAY: [&str; 4] = ["--as-of", "2026-11-21", "--format", "jsonl"];

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data").join(name)
}

fn uytin() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uytin"));
    command.env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

fn ran(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(!err(&output).contains("panicked"), "{}", err(&output));
    output
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn good(command: &mut Command) -> Output {
    let output = ran(command);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    output
}

/// Writes records as a table.
fn table(records: &Path, folder: &Path, name: &str) -> PathBuf {
    let mut ledger = Ledger::new();
    for line in fs::read_to_string(records).unwrap().lines().filter(|line| !line.trim().is_empty()) {
        ledger.add(uytin::Record::from_bytes(line.as_bytes(), &Limits::DEFAULT).unwrap()).unwrap();
    }
    let batch = columns_of(ledger.records());
    let path = folder.join(name);
    uytin_columns::write(&path, Format::of_path(&path).unwrap(), &batch.schema(), [Ok(batch)]).unwrap();
    path
}

fn simulate(path: &Path, more: &[&str]) {
    let mut command = uytin();
    command.args(["simulate", "--subjects", "50", "--records", "600", "--seed", "7", "--as-of", "2026-11-21", "-q", "-o"]);
    good(command.arg(path).args(more));
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn tables_give_the_bytes_that_json_lines_give() {
    let folder = TempDir::new().unwrap();
    for (name, policy) in [("creators.jsonl", None), ("claims.jsonl", Some("claims-policy.json"))] {
        let assess = |file: &Path, format: &str, more: &[&str]| {
            let mut command = uytin();
            command.arg("assess").arg(file).args(["--as-of", "2019-01-01", "--format", format]).args(more);
            if let Some(policy) = policy {
                command.arg("--policy").arg(data(policy));
            }
            good(&mut command).stdout
        };
        let expected = assess(&data(name), "jsonl", &[]);
        assert!(expected.len() > 1000);
        let stem = name.replace(".jsonl", "");
        for extension in ["parquet", "csv", "arrow"] {
            let file = table(&data(name), folder.path(), &format!("{stem}.{extension}"));
            assert!(assess(&file, "jsonl", &[]) == expected, "{name} as {extension}");
            if extension == "parquet" && policy.is_none() {
                for format in ["csv", "html", "table"] {
                    assert!(assess(&file, format, &[]) == assess(&data(name), format, &[]), "{format}");
                }
                // Records are in order of subject.
                assert!(assess(&file, "jsonl", &["--sorted", "--threads", "1"]) == expected, "sorted");
            }
        }
        if policy.is_none() {
            assert!(assess(&data(name), "jsonl", &["--threads", "2"]) == expected, "JSON Lines through the engine");
        }
    }
}

#[test]
fn simulations_repeat_and_their_tables_agree() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (name, more) in [
        ("a.parquet", &["--ids"][..]),
        ("b.parquet", &["--ids"]),
        ("c.parquet", &["--ids", "--seed", "8"]),
        ("a.csv", &["--ids"]),
        ("a.arrow", &["--ids", "--order", "shuffled"]),
        ("a.jsonl", &[]),
    ] {
        // A seed can be given but once.
        if name == "c.parquet" {
            let mut command = uytin();
            command.args(["simulate", "--subjects", "50", "--records", "600", "--seed", "8", "--as-of", "2026-11-21", "--ids", "-q", "-o"]);
            good(command.arg(path(name)));
        } else {
            simulate(&path(name), more);
        }
    }
    let bytes = |name: &str| fs::read(path(name)).unwrap();
    assert!(bytes("a.parquet") == bytes("b.parquet") && bytes("a.parquet") != bytes("c.parquet"));
    let label = bytes("a.parquet").windows(15).any(|window| window == b"uytin.synthetic");
    assert!(label, "labelled in the file");
    let assess = |name: &str| good(uytin().arg("assess").arg(path(name)).args(DAY)).stdout;
    let expected = assess("a.jsonl");
    assert_eq!(expected.iter().filter(|&&byte| byte == b'\n').count(), 50);
    for name in ["a.parquet", "a.csv", "a.arrow"] {
        assert!(assess(name) == expected, "{name}");
    }
    // Half the rows in each of two formats are the same population.
    let lines = String::from_utf8(bytes("a.csv")).unwrap();
    let (head, rows) = lines.split_once('\n').unwrap();
    let half = rows.match_indices('\n').nth(300).unwrap().0 + 1;
    fs::write(path("one.csv"), format!("{head}\n{}", &rows[..half])).unwrap();
    fs::write(path("two.csv"), format!("{head}\n{}", &rows[half..])).unwrap();
    let both = good(uytin().arg("assess").args([path("one.csv"), path("two.csv")]).args(DAY));
    assert!(both.stdout == expected);
    assert!(err(&both).contains("Records that do not count: "), "{}", err(&both));
    let mixed = good(uytin().arg("assess").args([path("a.arrow"), path("a.csv"), path("a.parquet")]).args(DAY));
    assert!(mixed.stdout == expected, "files of several formats, each record thrice");
}

#[test]
fn columns_go_out_and_come_back_as_previous_tiers() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    simulate(&path("in.parquet"), &["--ids"]);
    simulate(&path("in.jsonl"), &[]);
    let day = ["--as-of", "2026-11-21"];
    for out in ["out.parquet", "out.arrow"] {
        good(uytin().arg("assess").arg(path("in.parquet")).args(day).args(["--with", "set-aside,reasons", "-o"]).arg(path(out)));
        let batches = uytin_columns::read(&path(out), Format::of_path(Path::new(out)).unwrap()).unwrap();
        let bytes = fs::read(path(out)).unwrap();
        assert!(bytes.windows(19).any(|window| window == b"uytin.policy_digest"), "{out} says under which policy");
        assert!(batches.schema.column_with_name("reasons").is_some());
        assert_eq!(batches.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 50);
    }
    for out in ["out.csv", "out.jsonl"] {
        good(uytin().arg("assess").arg(path("in.jsonl")).args(day).arg("-o").arg(path(out)));
    }
    let piped = good(uytin().arg("assess").arg(path("in.jsonl")).args(day).args(["--format", "parquet"])).stdout;
    assert!(piped.starts_with(b"PAR1") && piped.ends_with(b"PAR1"));
    let later = |file: &str, previous: &str| {
        let mut command = uytin();
        command.arg("assess").arg(path(file)).args(["--as-of", "2027-03-01", "--format", "jsonl", "--previous"]);
        good(command.arg(path(previous))).stdout
    };
    let expected = later("in.jsonl", "out.jsonl");
    for previous in ["out.parquet", "out.arrow", "out.csv", "out.jsonl"] {
        assert!(later("in.parquet", previous) == expected, "{previous}");
        assert!(later("in.jsonl", previous) == expected, "{previous}");
    }
}

#[test]
fn bad_tables_are_refused_with_file_row_column_and_value() {
    const HEAD: &str = "subject,source,source_class,criterion,date,passed,failed\n";
    const ROW: &str = "a,s,auditor,ad-disclosure,2026-11-01,4,1\n";
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out.jsonl");
    let good_file = folder.path().join("good.csv");
    fs::write(&good_file, format!("{HEAD}{ROW}{ROW}")).unwrap();
    let cases = [
        (format!("{HEAD}{ROW}{}", ROW.replace(",4,", ",-4,")), "bad.csv: row 1: $.passed: found `-4`, expected a whole number"),
        (format!("{HEAD}{ROW}{}", ROW.replace(",4,", ",many,")), "bad.csv: row 1: $.passed: found `many`, expected a number"),
        (format!("{HEAD}{}", ROW.replace("11-01", "02-30")), "bad.csv: row 0: $.date: found `2026-02-30`"),
        (format!("{HEAD}{}", ROW.replace("a,s,", ",s,")), "bad.csv: row 0: $.subject: found `null`"),
        (format!("{HEAD}{ROW}").replace("passed", "likes"), "bad.csv: $.likes: found `likes`, expected a column of records"),
        (format!("{HEAD}{ROW}").replace("source_class,", "").replace("auditor,", ""), "bad.csv: $.source_class: found no such column"),
        (String::new(), "bad.csv: "),
    ];
    for (content, expected) in cases {
        let file = folder.path().join("bad.csv");
        fs::write(&file, &content).unwrap();
        let refused = ran(uytin().arg("assess").arg(&good_file).arg(&file).args(DAY).arg("-o").arg(&out));
        assert_eq!(refused.status.code(), Some(2), "{content}: {}", err(&refused));
        assert!(err(&refused).contains(expected), "{} should say {expected}", err(&refused));
        assert_eq!(names(folder.path()), ["bad.csv", "good.csv"]);
    }
    fs::write(folder.path().join("bad.parquet"), "no Parquet").unwrap();
    for (file, expected) in [("bad.parquet", "expected a Parquet file"), ("absent.arrow", "found no such file or directory")] {
        let refused = ran(uytin().arg("assess").arg(folder.path().join(file)).args(DAY));
        assert_eq!(refused.status.code(), Some(2));
        assert!(err(&refused).contains(file) && err(&refused).contains(expected), "{}", err(&refused));
    }
    let unsorted = folder.path().join("unsorted.csv");
    fs::write(&unsorted, format!("{HEAD}{}{ROW}", ROW.replace("a,s", "b,s"))).unwrap();
    let refused = ran(uytin().arg("assess").arg(&unsorted).args(DAY).arg("--sorted"));
    assert!(err(&refused).contains("unsorted.csv: row 1: $.subject: found `a` after `b`"), "{}", err(&refused));
    let small = ran(uytin().arg("assess").arg(&unsorted).args(DAY).args(["--memory-limit", "10B"]));
    assert_eq!(small.status.code(), Some(2));
    assert!(err(&small).contains("raise the memory limit"), "{}", err(&small));
    // No rows are no fault: there is nobody to assess.
    fs::write(&good_file, HEAD).unwrap();
    assert_eq!(good(uytin().arg("assess").arg(&good_file).args(DAY)).stdout, b"");
    let explained = ran(uytin().arg("explain").arg(&good_file));
    assert!(err(&explained).contains("found a table, expected JSON Lines"), "{}", err(&explained));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_work_and_leaves_nothing() {
    use std::time::{Duration, Instant};

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    let folder = TempDir::new().unwrap();
    let input = folder.path().join("in.parquet");
    let mut simulate = uytin();
    simulate.args(["simulate", "--subjects", "4000", "--records", "40000", "--as-of", "2026-11-21", "-q", "--ids", "-o"]);
    good(simulate.arg(&input));
    let lines = folder.path().join("in.jsonl");
    let mut simulate = uytin();
    simulate.args(["simulate", "--subjects", "4000", "--records", "40000", "--as-of", "2026-11-21", "-q", "-o"]);
    good(simulate.arg(&lines));
    let simulated: &[&str] = &["simulate", "--subjects", "100000", "--records", "100000000", "-o"];
    let (input, lines) = (input.to_str().unwrap(), lines.to_str().unwrap());
    // Of the same file many times over there is enough to do.
    let many = |file: &str, more: &[&str]| -> Vec<String> {
        let files = std::iter::repeat_n(file, 200).map(str::to_owned);
        ["assess".to_owned()].into_iter().chain(files).chain(more.iter().map(|&word| word.to_owned())).collect()
    };
    for (words, out) in [
        (many(input, &["-o"]), "out.jsonl"),
        (many(input, &["-o"]), "out.parquet"),
        (many(lines, &["-o"]), "out.jsonl"),
        (simulated.iter().map(|&word| word.to_owned()).collect(), "out.parquet"),
    ] {
        let out = folder.path().join(out);
        let child = uytin().args(words).arg(&out).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(700));
        let start = Instant::now();
        kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGINT).unwrap();
        let ended = child.wait_with_output().unwrap();
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        assert_eq!(ended.status.code(), Some(130), "{}", err(&ended));
        assert_eq!(names(folder.path()), ["in.jsonl", "in.parquet"], "nothing is left of {}", out.display());
    }
}
