//! The C library: header, written-down ABI, installation, and its tests in C and C++.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use uytin::{Date, Ledger, Policy, Record, assess};

use crate::run::{command, debian, output, pass, root, run, target};

const ABI: &str = "0";
const PACKAGES: [&str; 12] = [
    "binutils",
    "clang",
    "cmake",
    "g++",
    "gcc",
    "golang-go",
    "libcjson-dev",
    "libsqlite3-dev",
    "make",
    "pkg-config",
    "sqlite3",
    "valgrind",
];
/// The largest that the stripped shared library may be, in bytes.
const LARGEST: u64 = 2_100_000;
/// The same with the batch engine and Arrow in it.
const LARGEST_COLUMNS: u64 = 3_750_000;
/// Seconds of fuzzing in the tests.
const FUZZING: u32 = 20;
const WARNINGS: [&str; 6] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O1", "-g"];

fn folder() -> PathBuf {
    root().join("bindings/c")
}

fn scratch() -> PathBuf {
    target().join("c")
}

/// A library: one has all of the other besides.
struct Library {
    name: &'static str,
    header: &'static str,
    config: &'static str,
    /// The sources in the order in which the header declares their items.
    sources: &'static [&'static str],
    features: &'static [&'static str],
}

const PLAIN: Library = Library {
    name: "uytin",
    header: "uytin.h",
    config: "cbindgen.toml",
    sources: &["status", "text", "policy", "ledger", "score", "assessment", "receipt", "tools"],
    features: &[],
};

const COLUMNS: Library = Library {
    name: "uytin-columns",
    header: "uytin_columns.h",
    config: "cbindgen-columns.toml",
    sources: &["columns"],
    features: &["--features", "columns"],
};

impl Library {
    /// The header as the sources give it.
    fn header_text(&self) -> Result<String> {
        let config = cbindgen::Config::from_file(folder().join(self.config)).map_err(anyhow::Error::msg)?;
        let builder = self.sources.iter().fold(cbindgen::Builder::new().with_config(config), |builder, source| {
            builder.with_src(folder().join("src").join(source).with_extension("rs"))
        });
        let mut text = Vec::new();
        builder.generate()?.write(&mut text);
        Ok(String::from_utf8(text)?)
    }

    /// The functions of its own header and those that it has besides, as written down, sorted.
    fn functions(&self) -> Result<Vec<String>> {
        let written = fs::read_to_string(folder().join("abi.txt"))?;
        let headers = [PLAIN.header, self.header];
        let sections = written.split("\n# ").filter(|section| headers.iter().any(|header| section.starts_with(&format!("{header}\n"))));
        let name = |line: &str| line.split_once('(').and_then(|(before, _)| before.rsplit([' ', '*']).next()).map(str::to_owned);
        let mut names: Vec<String> = sections.flat_map(str::lines).filter(|line| line.ends_with(");")).filter_map(name).collect();
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }
}

/// Writes the headers and `abi.txt`.
pub fn header() -> Result<()> {
    for library in [PLAIN, COLUMNS] {
        fs::write(folder().join("include").join(library.header), library.header_text()?)?;
    }
    fs::write(folder().join("abi.txt"), abi()?)?;
    println!("wrote uytin.h and uytin_columns.h in bindings/c/include, and bindings/c/abi.txt");
    Ok(())
}

/// The header without comments and conditions.
fn without_comments(header: &str) -> String {
    let after_opening = header.split_once("*/").map_or(header, |(_, after)| after);
    let lines = after_opening.lines().filter(|line| !line.trim_start().starts_with("//"));
    let lines = lines
        .filter(|line| line.is_empty() || !line.starts_with('#') || line.starts_with("#define UYTIN_") && line.matches(' ').count() == 2);
    lines.filter(|line| *line != "  : int32_t").collect::<Vec<_>>().join("\n")
}

/// What programs that were built before rely on: every function, every number, and the layout of every struct, which a
/// C compiler tells.
fn abi() -> Result<String> {
    let mut text =
        "The ABI of libuytin.so.0 and libuytin-columns.so.0 on 64-bit targets; made by `cargo xtask c-header`, compared by the tests.\n"
            .to_owned();
    for library in [PLAIN, COLUMNS] {
        let _ = write!(text, "\n# {}\n\n{}", library.header, abi_of(&library)?);
    }
    Ok(text)
}

fn abi_of(library: &Library) -> Result<String> {
    let header = library.header_text()?;
    let text = without_comments(&header);
    let mut functions = Vec::new();
    let mut numbers = String::new();
    let mut program = format!("#include <stdio.h>\n#include <stddef.h>\n#include \"{}\"\nint main(void) {{\n", library.header);
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
                let pointer = field.split_once("(*").and_then(|(_, rest)| rest.split_once(')'));
                let name_of = pointer.map_or_else(|| field.rsplit([' ', '*']).next().unwrap_or_default(), |(name, _)| name);
                let _ = writeln!(program, "  printf(\"  %zu: {field}\\n\", offsetof({name}, {name_of}));");
            }
        } else if piece.contains('(') && piece.ends_with(';') {
            functions.push(piece);
        } else if piece.starts_with("#define UYTIN_") {
            let _ = writeln!(numbers, "{piece}");
        }
    }
    program.push_str("  return 0;\n}\n");
    functions.sort_unstable();
    let scratch = scratch().join("abi");
    fs::create_dir_all(&scratch)?;
    fs::write(scratch.join(PLAIN.header), PLAIN.header_text()?)?;
    fs::write(scratch.join(library.header), header)?;
    fs::write(scratch.join("layout.c"), program)?;
    output(command("gcc").args(["-std=c11", "-Wall", "-Werror", "layout.c", "-o", "layout"]).current_dir(&scratch))?;
    let layouts = String::from_utf8(output(&mut command(scratch.join("layout")))?)?;
    let functions = functions.join("\n");
    Ok(format!("{functions}\n\n{numbers}\n{layouts}"))
}

/// Builds the libraries and puts them, headers, `pkg-config` files and the CMake package below a prefix.
pub fn install(prefix: &Path) -> Result<()> {
    let manifest = fs::read_to_string(folder().join("Cargo.toml"))?;
    let version = manifest.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"')).context("a version")?;
    let fill = |text: &str, name: &str, native: &str| {
        text.replace("@NAME@", name).replace("@VERSION@", version).replace("@ABI@", ABI).replace("@NATIVE@", native)
    };
    for below in ["include", "lib/pkgconfig", "lib/cmake/uytin"] {
        fs::create_dir_all(prefix.join(below))?;
    }
    for library in [PLAIN, COLUMNS] {
        // Only without the Rust library beside them does the optimizer see the whole.
        let types = ["rustc", "--release", "--lib", "--crate-type", "cdylib,staticlib"];
        run(command("cargo").args(types).args(library.features).current_dir(folder()))?;
        let (built, lib, name) = (target().join("release"), prefix.join("lib"), library.name);
        let (real, soname, plain) = (format!("lib{name}.so.{version}"), format!("lib{name}.so.{ABI}"), format!("lib{name}.so"));
        // A library that a program runs from is not written over but replaced.
        for old in [&real, &soname, &plain] {
            let _ = fs::remove_file(lib.join(old));
        }
        fs::copy(built.join("libuytin.so"), lib.join(&real))?;
        symlink(&real, lib.join(&soname))?;
        symlink(&soname, lib.join(&plain))?;
        archive(&library, &built.join("libuytin.a"), &lib.join(format!("lib{name}.a")))?;
        let text = fs::read_to_string(folder().join("install/uytin.pc"))?;
        fs::write(prefix.join(format!("lib/pkgconfig/{name}.pc")), fill(&text, name, &NATIVE.join(" ")))?;
    }
    for name in ["uytin.h", "uytin.hpp", "uytin_columns.h"] {
        fs::copy(folder().join("include").join(name), prefix.join("include").join(name))?;
    }
    for name in ["uytinConfig.cmake", "uytinConfigVersion.cmake"] {
        let text = fs::read_to_string(folder().join("install").join(name))?;
        fs::write(prefix.join("lib/cmake/uytin").join(name), fill(&text, "uytin", &NATIVE.join(";")))?;
    }
    println!("installed libuytin and libuytin-columns {version} below {}", prefix.display());
    Ok(())
}

/// Makes one object of the static library in which nothing but the ABI is visible: two libraries of Rust then go into one
/// program, and it needs a fifth of the room.
fn archive(library: &Library, whole: &Path, to: &Path) -> Result<()> {
    let object = scratch().join("uytin.o");
    fs::create_dir_all(scratch())?;
    let mut link = command("ld");
    link.args(["-r", "--gc-sections"]).args(library.functions()?.iter().map(|name| format!("--undefined={name}")));
    output(link.arg("-o").arg(&object).arg(whole))?;
    // The compiler's intermediate form would only confuse tools.
    let mut hide = command("objcopy");
    hide.args(["--wildcard", "--keep-global-symbol=uytin_*", "--strip-unneeded", "--remove-section=.llvmbc", "--remove-section=.llvmcmd"]);
    output(hide.arg(&object))?;
    let _ = fs::remove_file(to);
    output(command("ar").arg("rcs").arg(to).arg(&object)).map(|_| ())
}

/// What the border costs: `uytin_score` beside the Rust call.
pub fn bench() -> Result<()> {
    let prefix = scratch().join("prefix");
    install(&prefix)?;
    let bench = ["bench", "--quiet", "--bench", "score"];
    run(command("cargo").args(bench).current_dir(folder()).env("UYTIN_LIBRARY", prefix.join("lib/libuytin.so")))
}

/// What the static library needs besides (`rustc --print native-static-libs`).
const NATIVE: [&str; 7] = ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"];

/// Everything that the C library promises.
pub fn test() -> Result<()> {
    debian(&PACKAGES)?;
    fs::create_dir_all(scratch())?;
    rust_side()?;
    header_is_current()?;
    let prefix = scratch().join("prefix");
    install(&prefix)?;
    library_is_sound(&prefix)?;
    let expected = scratch().join("expected.jsonl");
    fs::write(&expected, expected_lines()?)?;
    programs(&prefix, &expected)?;
    prefix_serves(&prefix)?;
    examples(&prefix)?;
    crate::fuzz::fuzz(&folder().join("fuzz"), "abi", FUZZING)
}

fn rust_side() -> Result<()> {
    run(command("cargo").args(["fmt", "--check"]).current_dir(folder()))?;
    run(command("cargo").args(["clippy", "--all-targets", "--all-features", "--quiet", "--", "-D", "warnings"]).current_dir(folder()))?;
    run(command("cargo").args(["clippy", "--quiet", "--", "-D", "warnings"]).current_dir(folder()))?;
    pass("format and lints of bindings/c");
    run(command("cargo").args(["test", "--quiet"]).current_dir(folder()))
}

fn header_is_current() -> Result<()> {
    for library in [PLAIN, COLUMNS] {
        let committed = fs::read_to_string(folder().join("include").join(library.header))?;
        ensure!(committed == library.header_text()?, "{} is not what the sources give: `cargo xtask c-header`", library.header);
        pass(&format!("{} is what the sources give", library.header));
    }
    let (written, found) = (fs::read_to_string(folder().join("abi.txt"))?, abi()?);
    let changed = written.lines().zip(found.lines()).find(|(old, new)| old != new);
    ensure!(written == found, "the ABI differs from abi.txt, first at {changed:?}; where it may, `cargo xtask c-header`");
    pass("the ABI is the one that is written down");
    Ok(())
}

/// Exported symbols, soname and size.
fn library_is_sound(prefix: &Path) -> Result<()> {
    for library in [PLAIN, COLUMNS] {
        let declared = library.functions()?;
        let (shared, fixed) = (format!("lib{}.so", library.name), format!("lib{}.a", library.name));
        for (name, options) in [(&shared, &["-D"][..]), (&fixed, &["-g"])] {
            let list = ["--defined-only", "--format=just-symbols", "--no-sort", "--quiet"];
            let symbols = String::from_utf8(output(command("nm").args(options).args(list).arg(prefix.join("lib").join(name)))?)?;
            let mut exported: Vec<&str> = symbols.lines().filter(|line| !line.is_empty() && !line.ends_with(':')).collect();
            exported.sort_unstable();
            ensure!(exported == declared, "{name} exports {exported:?}, declared are {declared:?}");
            pass(&format!("{name} exports the functions of its headers, and nothing else"));
        }
        let path = prefix.join("lib").join(&shared);
        let dynamic = String::from_utf8(output(command("readelf").arg("-d").arg(&path))?)?;
        ensure!(dynamic.contains(&format!("[{shared}.{ABI}]")), "no soname: {dynamic}");
        pass(&format!("soname of {shared}"));
        let (size, largest) = (fs::metadata(&path)?.len(), if library.features.is_empty() { LARGEST } else { LARGEST_COLUMNS });
        ensure!(size <= largest, "{shared} has {size} bytes, more than {largest}");
        pass(&format!("{shared} has {size} bytes, at most {largest}"));
    }
    Ok(())
}

/// The JSON that Rust gives for each vector.
fn expected_lines() -> Result<String> {
    let spec = root().join("spec/vectors");
    let mut lines = String::new();
    for line in fs::read_to_string(spec.join("cases.jsonl"))?.lines() {
        let case: Value = serde_json::from_str(line)?;
        let text = |key: &str| case[key].as_str();
        let policy = fs::read_to_string(spec.join(format!("policies/{}.json", text("policy").context("a policy")?)))?;
        let mut ledger = Ledger::new();
        for record in case["records"].as_array().context("records")? {
            ledger.add(Record::from_json(&record.to_string())?)?;
        }
        let (subject, as_of) = (text("subject").context("a subject")?, Date::parse(text("as_of").context("a date")?)?);
        lines += &assess(&Policy::from_json(&policy)?, &ledger, subject, as_of, text("previous_tier")).to_json();
        lines.push('\n');
    }
    Ok(lines)
}

/// `pkg-config` that knows the prefix.
fn flags(prefix: &Path, words: &[&str], library: &Library) -> Result<Vec<String>> {
    let mut query = command("pkg-config");
    query.args(words).arg(library.name).env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
    Ok(String::from_utf8(output(&mut query)?)?.split_whitespace().map(str::to_owned).collect())
}

/// A program that finds the library below the prefix.
fn program(prefix: &Path, path: impl AsRef<Path>) -> Command {
    let mut program = command(path.as_ref());
    program.env("LD_LIBRARY_PATH", prefix.join("lib"));
    program
}

/// Compiles a test program against the prefix.
fn compile(prefix: &Path, compiler: &[&str], more: &[&str], source: &str) -> Result<PathBuf> {
    let (first, words) = compiler.split_first().context("a compiler")?;
    let name = format!("{}-{}", source.replace('.', "-"), compiler.iter().chain(more).copied().collect::<String>().replace(['=', ','], ""));
    let program = scratch().join(name);
    let library = if source == "columns.c" { COLUMNS } else { PLAIN };
    let mut call = command(first);
    call.args(words).args(WARNINGS).args(more).args(flags(prefix, &["--cflags"], &library)?).arg("-o").arg(&program);
    call.arg(folder().join("tests").join(source)).args(flags(prefix, &["--libs"], &library)?).args(["-lcjson", "-lm", "-lpthread"]);
    output(&mut call)?;
    Ok(program)
}

fn programs(prefix: &Path, expected: &Path) -> Result<()> {
    let spec = root().join("spec/vectors");
    let arguments = |source: &str| match source {
        "vectors.c" | "columns.c" => vec![spec.join("cases.jsonl"), spec.join("policies"), expected.to_owned()],
        _ => vec![],
    };
    const C: [&str; 4] = ["api.c", "vectors.c", "threads.c", "columns.c"];
    const COMPILERS: [(&[&str], &[&str]); 6] = [
        (&["gcc", "-std=c99"], &C),
        (&["clang", "-std=c99"], &C),
        (&["gcc", "-std=c17"], &C),
        (&["g++", "-std=c++17"], &["face.cpp"]),
        (&["clang++", "-std=c++17"], &["face.cpp"]),
        (&["g++", "-std=c++20"], &["face.cpp"]),
    ];
    for (compiler, sources) in COMPILERS {
        for source in sources {
            let built = compile(prefix, compiler, &[], source)?;
            run(program(prefix, built).args(arguments(source)))?;
        }
    }
    // Writers of one ledger: Helgrind does not know Rust's locks.
    run(program(prefix, scratch().join("threads-c-gcc-stdc99")).arg("one ledger"))?;
    for (compiler, sources) in [COMPILERS[0], COMPILERS[3]] {
        for source in sources {
            let built = compile(prefix, compiler, &["-fsanitize=address,undefined", "-fno-sanitize-recover=all"], source)?;
            run(program(prefix, built).args(arguments(source)).env("ASAN_OPTIONS", "detect_leaks=1"))?;
            pass(&format!("{source} under the address, leak and undefined-behaviour sanitizers"));
            let mut valgrind = program(prefix, "valgrind");
            // What the core keeps once for all counts as possibly lost: its hash tables are held by inner pointers.
            valgrind.args(["--quiet", "--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=definite,indirect"]);
            valgrind.arg("--errors-for-leak-kinds=definite,indirect");
            let plain = scratch().join(format!("{}-{}", source.replace('.', "-"), compiler.concat().replace('=', "")));
            run(valgrind.arg(plain).args(arguments(source)))?;
            pass(&format!("{source} under Valgrind"));
        }
    }
    run(program(prefix, "valgrind")
        .args(["--tool=helgrind", "--quiet", "--error-exitcode=9"])
        .arg(scratch().join("threads-c-gcc-stdc99")))?;
    pass("eight threads under Helgrind");
    Ok(())
}

/// The static library by `pkg-config --static`, and both by CMake, which must find them.
fn prefix_serves(prefix: &Path) -> Result<()> {
    let readme = fs::read_to_string(folder().join("README.md"))?;
    let (_, code) = readme.split_once("```c\n").context("a program in C")?;
    let source = scratch().join("readme.c");
    fs::write(&source, code.split_once("```").map_or(code, |(code, _)| code))?;
    let built = scratch().join("readme");
    let mut call = command("gcc");
    call.arg("-std=c99").args(WARNINGS).arg(&source).arg("-o").arg(&built).args(flags(prefix, &["--cflags", "--libs"], &PLAIN)?);
    output(&mut call)?;
    let said = output(&mut program(prefix, &built))?;
    ensure!(said == b"not rated (46.0 to 84.2 possible)\n", "the program of README.md says {}", String::from_utf8_lossy(&said));
    pass("the program of README.md");
    let native = flags(prefix, &["--libs", "--static"], &PLAIN)?;
    ensure!(NATIVE.iter().all(|flag| native.iter().any(|word| word == flag)), "pkg-config --static gives {native:?}");
    let built = scratch().join("api-static");
    let mut call = command("gcc");
    call.args(["-std=c99"])
        .args(WARNINGS)
        .args(flags(prefix, &["--cflags"], &PLAIN)?)
        .arg("-o")
        .arg(&built)
        .arg(folder().join("tests/api.c"));
    output(call.arg(prefix.join("lib/libuytin.a")).args(NATIVE))?;
    run(&mut command(&built))?;
    pass("the static library");
    let build = scratch().join("cmake");
    let _ = fs::remove_dir_all(&build);
    output(
        command("cmake")
            .arg("-S")
            .arg(folder().join("tests"))
            .arg("-B")
            .arg(&build)
            .arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display())),
    )?;
    output(command("cmake").arg("--build").arg(&build))?;
    for name in ["api-shared", "api-static", "face"] {
        run(&mut command(build.join(name)))?;
    }
    pass("the CMake package");
    Ok(())
}

const AS_OF: &str = "2026-11-21";

/// The examples, built as their first lines say, against what Rust says of the same records.
fn examples(prefix: &Path) -> Result<()> {
    let data = root().join("examples/data/creators.jsonl");
    let ledger = Ledger::from_json_lines(&fs::read(&data)?, &uytin::Limits::DEFAULT)?;
    let (policy, as_of) = (Policy::reference(), Date::parse(AS_OF)?);
    let assessments: Vec<_> = ledger.subjects().map(|subject| assess(&policy, &ledger, subject, as_of, None)).collect();
    let mut lines: Vec<String> = assessments.iter().map(ToString::to_string).collect();
    lines.push(policy.document().notice.en.clone());

    // Built in a copy, so that nothing stays in the tree.
    let copy = |name: &str| -> Result<PathBuf> {
        let (from, to) = (root().join("examples").join(name), scratch().join("examples").join(name));
        let _ = fs::remove_dir_all(&to);
        fs::create_dir_all(&to)?;
        for entry in fs::read_dir(&from)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), to.join(entry.file_name()))?;
            }
        }
        Ok(to)
    };
    copy("data")?;
    let in_folder = |folder: &Path, name: &str| {
        let mut command = program(prefix, name);
        command.current_dir(folder).env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
        command
    };
    let says = |name: &str, out: Vec<u8>, expected: &[String]| -> Result<()> {
        let text = String::from_utf8(out)?;
        let missing: Vec<&String> = expected.iter().filter(|line| !text.lines().any(|found| found == line.as_str())).collect();
        ensure!(missing.is_empty(), "examples/{name} does not say {missing:?}, but:\n{text}");
        pass(&format!("examples/{name}"));
        Ok(())
    };

    let folder = copy("c")?;
    output(&mut in_folder(&folder, "make"))?;
    says("c", output(in_folder(&folder, "./score").args(["../data/creators.jsonl", AS_OF]))?, &lines)?;
    let refused = in_folder(&folder, "./score").args(["../data/PROVENANCE.md", AS_OF]).output()?;
    let message = String::from_utf8_lossy(&refused.stderr).into_owned();
    ensure!(!refused.status.success() && message.contains("line 1: $: found"), "bad input gives {message}");

    let folder = copy("go")?;
    let cache = scratch().join("go");
    let mut go = in_folder(&folder, "go");
    go.args(["build", "-o", "score", "."]).env("GOCACHE", &cache).env("GOFLAGS", "-mod=mod").env("GOTOOLCHAIN", "local");
    output(&mut go)?;
    let vet = output(in_folder(&folder, "go").args(["vet", "."]).env("GOCACHE", &cache));
    vet.context("go vet")?;
    says("go", output(in_folder(&folder, "./score").args(["../data/creators.jsonl", AS_OF]))?, &lines)?;

    let folder = copy("sqlite")?;
    output(&mut in_folder(&folder, "make"))?;
    let mut words = lines.clone();
    for assessment in &assessments {
        // Of an unrated subject the score is NULL.
        let score = if assessment.is_rated() { assessment.score.to_string() } else { String::new() };
        words.push(format!("{}|{score}", assessment.subject));
        words.extend(assessment.human_review.iter().map(|reason| format!("{}|{}", assessment.subject, reason.code.as_str())));
    }
    let mut sqlite = in_folder(&folder, "sqlite3");
    sqlite.args(["-bail", "-cmd", ".load ./uytin_sqlite", ":memory:"]);
    says("sqlite", output(sqlite.arg(".read demo.sql"))?, &words)?;
    let mut sqlite = in_folder(&folder, "sqlite3");
    sqlite.args(["-bail", "-cmd", ".load ./uytin_sqlite", ":memory:"]);
    let refused = sqlite.arg("SELECT uytin_score('[{\"type\": \"opinion\"}]', '2026-11-21')").output()?;
    let message = String::from_utf8_lossy(&refused.stderr).into_owned();
    ensure!(!refused.status.success() && message.contains("$[0].type: found `opinion`"), "bad input gives {message}");

    let folder = copy("cpp")?;
    output(
        command("cmake").args(["-S", ".", "-B", "build"]).arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display())).current_dir(&folder),
    )?;
    output(command("cmake").args(["--build", "build"]).current_dir(&folder))?;
    // A stream with one bad record in its midst.
    let records = fs::read_to_string(&data)?;
    let (first, second) = records.split_at(records.find('\n').map_or(0, |at| at + 1));
    let stream = folder.join("stream.jsonl");
    fs::write(&stream, format!("{first}{{\"type\": \"observation\", \"followers\": 9}}\n{second}"))?;
    let shown = in_folder(&folder, "build/moderate").arg(AS_OF).stdin(fs::File::open(&stream)?).output()?;
    let message = String::from_utf8_lossy(&shown.stderr).into_owned();
    ensure!(shown.status.code() == Some(1) && message.contains("record 2: line 1: $.followers: found"), "{message}");
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    for measure in assessments.iter().flat_map(|assessment| &assessment.measures) {
        ensure!(text.contains(&format!("  proposed: {}", measure.id)), "examples/cpp does not propose {}:\n{text}", measure.id);
    }
    ensure!(text.contains("  a person must look: "), "examples/cpp asks nobody to look:\n{text}");
    says("cpp", shown.stdout, &lines)
}
