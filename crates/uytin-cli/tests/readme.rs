//! What the README and the chapters of `docs/` show is what the command prints.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::path::Path;
use std::process::Command;

#[test]
fn the_readme_and_the_chapters_show_what_the_command_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut chapters = vec![root.join("README.md")];
    if let Ok(folder) = std::fs::read_dir(root.join("docs")) {
        chapters.extend(folder.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "md")));
    }
    let mut calls = 0;
    for chapter in chapters {
        let text = std::fs::read_to_string(&chapter).unwrap();
        for block in text.split("```console\n").skip(1).map(|rest| rest.split("\n```").next().unwrap()) {
            check(&root, &chapter, block);
            calls += 1;
        }
    }
    assert!(calls >= 2);
}

/// Runs the call in the first line of a block, and compares what follows.
fn check(root: &Path, chapter: &Path, block: &str) {
    let (command, expected) = block.split_once('\n').unwrap();
    let words: Vec<&str> = command.strip_prefix("$ uytin ").expect("a call of uytin").split(' ').collect();
    let ran = Command::new(env!("CARGO_BIN_EXE_uytin")).args(words).current_dir(root).env("COLUMNS", "100").output().expect("uytin runs");
    let printed = String::from_utf8(ran.stdout).unwrap() + &String::from_utf8(ran.stderr).unwrap();
    assert!(ran.status.success(), "{}: {command}\n{printed}", chapter.display());
    let mut rest = printed.as_str();
    // `…` stands for any lines.
    for part in expected.split('…').map(|part| part.trim_matches('\n')) {
        let place = rest.find(part).unwrap_or_else(|| panic!("{}: {command}\nprints no\n{part}\nbut\n{printed}", chapter.display()));
        rest = &rest[place + part.len()..];
    }
}
