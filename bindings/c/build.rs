//! Names the shared library for the dynamic linker.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let name = if std::env::var_os("CARGO_FEATURE_COLUMNS").is_some() { "uytin-columns" } else { "uytin" };
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,lib{name}.so.0");
    }
}
