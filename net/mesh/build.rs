//! Turns `NET_PLANT=<name>` into `cfg(planted)` and `cfg(planted = "<name>")`: a known defect in the packet build (`src/planted.rs`),
//! there so that the counted gate can be shown to find it.

const KNOWN: [&str; 4] =
    ["build_extra_allocation", "build_more_instructions", "build_payload_copy", "build_locked_operation"];

fn main() {
    println!("cargo:rerun-if-env-changed=NET_PLANT");
    println!("cargo:rerun-if-changed=build.rs");
    println!(
        "cargo:rustc-check-cfg=cfg(planted, values(none(), {}))",
        KNOWN.map(|name| format!("{name:?}")).join(", ")
    );
    let Ok(name) = std::env::var("NET_PLANT") else { return };
    if name.is_empty() {
        return;
    }
    if !KNOWN.contains(&name.as_str()) {
        eprintln!("NET_PLANT={name:?} is not a planted defect; known: {}", KNOWN.join(", "));
        std::process::exit(1);
    }
    println!("cargo:rustc-cfg=planted");
    println!("cargo:rustc-cfg=planted={name:?}");
}
