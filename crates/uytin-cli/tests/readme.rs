//! What the README shows is what the command prints.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::path::Path;
use std::process::Command;

#[test]
fn the_readme_shows_what_the_command_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("README.md")).expect("README.md");
    let blocks: Vec<&str> = readme.split("```console\n").skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect();
    assert!(blocks.len() >= 2);
    for block in blocks {
        let (command, expected) = block.split_once('\n').unwrap();
        let words: Vec<&str> = command.strip_prefix("$ uytin ").expect("a call of uytin").split(' ').collect();
        let ran =
            Command::new(env!("CARGO_BIN_EXE_uytin")).args(words).current_dir(&root).env("COLUMNS", "100").output().expect("uytin runs");
        assert!(ran.status.success());
        let printed = String::from_utf8(ran.stdout).unwrap() + &String::from_utf8(ran.stderr).unwrap();
        let mut rest = printed.as_str();
        // `…` stands for any lines.
        for part in expected.split('…').map(|part| part.trim_matches('\n')) {
            let place = rest.find(part).unwrap_or_else(|| panic!("{command}\nprints no\n{part}\nbut\n{printed}"));
            rest = &rest[place + part.len()..];
        }
    }
}
