//! Instruction-set profiles. Times belong to the native one, counts to what valgrind's fixed CPU offers.

/// What native code can use.
pub fn native() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        let has_avx512 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl");
        if has_avx512 {
            return "x86_64-avx512";
        }
        if is_x86_feature_detected!("avx2") { "x86_64-avx2" } else { "x86_64-v2" }
    }
    #[cfg(target_arch = "aarch64")]
    {
        "aarch64-neon"
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        "other"
    }
}

/// What code sees under valgrind: never AVX-512, SHA or VAES.
pub fn counted() -> &'static str {
    match native() {
        "x86_64-avx512" => "x86_64-avx2",
        other => other,
    }
}
