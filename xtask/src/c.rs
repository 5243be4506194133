//! The C library: header, written-down ABI, installation, and its tests in C and C++.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::run::{command, output, root};

fn folder() -> PathBuf {
    root().join("bindings/c")
}

/// The sources in the order in which the header declares their items.
const SOURCES: [&str; 7] = ["status", "text", "policy", "ledger", "score", "assessment", "receipt"];

/// The header as the sources give it.
fn header_text() -> Result<String> {
    let config = cbindgen::Config::from_file(folder().join("cbindgen.toml")).map_err(anyhow::Error::msg)?;
    let builder = SOURCES.iter().fold(cbindgen::Builder::new().with_config(config), |builder, source| {
        builder.with_src(folder().join("src").join(source).with_extension("rs"))
    });
    let mut text = Vec::new();
    builder.generate()?.write(&mut text);
    Ok(String::from_utf8(text)?)
}

/// Writes `include/uytin.h` and `abi.txt`.
pub fn header() -> Result<()> {
    let text = header_text()?;
    std::fs::write(folder().join("include/uytin.h"), &text)?;
    std::fs::write(folder().join("abi.txt"), abi(&text)?)?;
    println!("wrote bindings/c/include/uytin.h and bindings/c/abi.txt");
    Ok(())
}

/// The header without comments and conditions.
fn without_comments(header: &str) -> String {
    let after_opening = header.split_once("*/").map_or(header, |(_, after)| after);
    let lines = after_opening.lines().filter(|line| !line.trim_start().starts_with("//"));
    let lines = lines.filter(|line| line.is_empty() || !line.starts_with('#') || line.starts_with("#define UYTIN_ABI"));
    lines.filter(|line| *line != "  : int32_t").collect::<Vec<_>>().join("\n")
}

/// What programs that were built before rely on: every function, every number, and the layout of every struct, which a
/// C compiler tells.
fn abi(header: &str) -> Result<String> {
    let text = without_comments(header);
    let mut functions = Vec::new();
    let mut numbers = String::new();
    let mut program = String::from("#include <stdio.h>\n#include \"uytin.h\"\nint main(void) {\n");
    let pieces = text.split("\n\n").map(|piece| piece.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|piece| !piece.is_empty());
    for piece in pieces {
        if let Some(body) = piece.strip_prefix("enum ") {
            let (name, _) = body.split_once(' ').context("an enum has a name")?;
            let (_, values) = body.split_once('{').context("an enum has a body")?;
            let values = values.split_once('}').map_or(values, |(values, _)| values);
            for value in values.split(',').map(str::trim).filter(|value| !value.is_empty()) {
                let _ = writeln!(numbers, "{name}: {value}");
            }
        } else if let Some((name, fields)) = piece.strip_prefix("typedef struct ").and_then(|body| body.split_once(" {")) {
            let _ =
                writeln!(program, "  printf(\"struct %s: %zu bytes, alignment %zu\\n\", \"{name}\", sizeof({name}), _Alignof({name}));");
            for field in
                fields.split_once('}').map_or(fields, |(fields, _)| fields).split(';').map(str::trim).filter(|field| !field.is_empty())
            {
                let name_of = field.rsplit([' ', '*']).next().unwrap_or_default();
                let _ = writeln!(program, "  printf(\"  %zu: {field}\\n\", offsetof({name}, {name_of}));");
            }
        } else if piece.contains('(') && piece.ends_with(';') {
            functions.push(piece);
        } else if piece.starts_with("#define UYTIN_ABI") {
            let _ = writeln!(numbers, "{piece}");
        }
    }
    program.push_str("  return 0;\n}\n");
    functions.sort_unstable();
    let scratch = crate::run::target().join("c/abi");
    std::fs::create_dir_all(&scratch)?;
    std::fs::write(scratch.join("uytin.h"), header)?;
    std::fs::write(scratch.join("layout.c"), program)?;
    output(command("gcc").args(["-std=c11", "-Wall", "-Werror", "layout.c", "-o", "layout"]).current_dir(&scratch))?;
    let layouts = String::from_utf8(output(&mut command(scratch.join("layout")))?)?;
    let functions = functions.join("\n");
    Ok(format!(
        "# The ABI of libuytin.so.0 on 64-bit targets; made by `cargo xtask c-header`, compared by the tests.\n\n{functions}\n\n{numbers}\n{layouts}"
    ))
}
