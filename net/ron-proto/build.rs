//! Turns `NET_PLANT=ron_<name>` into `cfg(planted = "ron_<name>")`: a known defect in a decoder, there so that the tests
//! can be shown to find it (`scripts/planted-ron-proto`). Names of other crates' defects are theirs to know.

const KNOWN: [&str; 7] = [
    "ron_manifest_trailing_bytes",
    "ron_manifest_chunk_offset",
    "ron_cbor_non_minimal",
    "ron_content_id_upper_case",
    "ron_frame_limit_after_payload",
    "ron_frame_reserves_promise",
    "ron_verify_prefix",
];

fn main() {
    println!("cargo:rerun-if-env-changed=NET_PLANT");
    println!("cargo:rerun-if-changed=build.rs");
    println!(
        "cargo:rustc-check-cfg=cfg(planted, values({}))",
        KNOWN.map(|name| format!("{name:?}")).join(", ")
    );
    let Ok(name) = std::env::var("NET_PLANT") else { return };
    if !name.starts_with("ron_") {
        return;
    }
    if !KNOWN.contains(&name.as_str()) {
        eprintln!("NET_PLANT={name:?} is not a planted defect; known: {}", KNOWN.join(", "));
        std::process::exit(1);
    }
    println!("cargo:rustc-cfg=planted={name:?}");
}
