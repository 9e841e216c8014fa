//! The dispatch witness: which instruction set's kernel really ran.

use std::collections::BTreeMap;

/// A kernel holds at least this share of the region's instructions.
const SHARE: f64 = 0.20;

/// How words of a kernel's name begin when it is written for one instruction set.
const INSTRUCTION_SETS: [&str; 11] =
    ["avx", "sse", "ssse3", "neon", "sve", "vaes", "vpclmul", "clmul", "pclmul", "aesni", "armv8"];

/// The function with the most of the region's own instructions among those that are named after an instruction set.
/// `functions` maps names to instructions.
pub fn witness(functions: &BTreeMap<String, f64>) -> Option<String> {
    let total: f64 = functions.values().sum();
    let kernels =
        functions.iter().filter(|(name, own)| **own >= SHARE * total && **own > 0.0 && is_kernel(name));
    kernels.max_by(|a, b| a.1.total_cmp(b.1)).map(|(name, _)| name.clone())
}

fn is_kernel(name: &str) -> bool {
    // libc's own routines (`__memcpy_avx_unaligned_erms`) say nothing of the program's dispatch.
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    !name.starts_with("__") && words.into_iter().any(is_instruction_set)
}

fn is_instruction_set(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    INSTRUCTION_SETS.iter().any(|set| {
        word.strip_prefix(set)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit() || c == 'v'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(functions: &[(&str, f64)]) -> Option<String> {
        witness(&functions.iter().map(|(name, own)| ((*name).to_owned(), *own)).collect())
    }

    #[test]
    fn the_largest_kernel_is_the_witness() {
        let found = of(&[("seal_avx2", 50.0), ("ghash_clmul", 30.0), ("alloc", 20.0)]);
        assert_eq!(found.as_deref(), Some("seal_avx2"));
    }

    #[test]
    fn names_of_the_field_are_known() {
        let kernels = [
            "ring_core_0_17_14__chacha20_poly1305_seal_avx2",
            "blake3_hash_many_avx512",
            "gcm_ghash_avx",
            "ghash_neon_polyval",
            "memchr::arch::x86_64::avx2::memchr::One::find_raw",
            "aes_gcm_enc_update_vaes_avx2",
            "sha256_block_armv8",
            "xxhash_rust::xxh3::accumulate_sse2",
            "ChaCha20_ctr32_ssse3_4x",
        ];
        for kernel in kernels {
            assert!(is_kernel(kernel), "{kernel}");
        }
        for other in
            ["core::str::assert", "net::session::assess", "message::neonate", "__memcpy_avx_unaligned_erms"]
        {
            assert!(!is_kernel(other), "{other}");
        }
    }

    #[test]
    fn a_small_share_is_no_witness() {
        assert_eq!(of(&[("seal_avx2", 19.0), ("rest", 81.0)]), None);
        assert_eq!(of(&[]), None);
    }
}
