//! The dispatch witness: which instruction set's kernel really ran.

use std::collections::BTreeMap;

/// The kernels of one instruction set hold at least this share of the region's instructions.
const SHARE: f64 = 0.20;

/// How words of a kernel's name begin when it is written for one instruction set.
const INSTRUCTION_SETS: [&str; 11] =
    ["avx", "sse", "ssse3", "neon", "sve", "vaes", "vpclmul", "clmul", "pclmul", "aesni", "armv8"];

/// The largest function of the instruction set whose functions hold the most of the region's own instructions. Some
/// kernels are one function, others are spread over many. `functions` maps names to instructions.
pub fn witness(functions: &BTreeMap<String, f64>) -> Option<String> {
    let mut sets: BTreeMap<String, Vec<(&str, f64)>> = BTreeMap::new();
    for (name, own) in functions.iter().filter(|(_, own)| **own > 0.0) {
        if let Some(set) = instruction_set(name) {
            sets.entry(set).or_default().push((name, *own));
        }
    }
    let sum = |kernels: &[(&str, f64)]| kernels.iter().map(|(_, own)| own).sum::<f64>();
    let kernels = sets.into_values().max_by(|a, b| sum(a).total_cmp(&sum(b)))?;
    let total: f64 = functions.values().sum();
    let largest = kernels.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (sum(&kernels) >= SHARE * total).then(|| largest.0.to_owned())
}

/// The word of a function's name that names an instruction set, in lower case.
fn instruction_set(name: &str) -> Option<String> {
    // libc's own routines (`__memcpy_avx_unaligned_erms`) say nothing of the program's dispatch.
    if name.starts_with("__") {
        return None;
    }
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase);
    words.into_iter().find(|word| is_instruction_set(word))
}

fn is_instruction_set(word: &str) -> bool {
    let ends_well = |rest: &str| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit());
    INSTRUCTION_SETS.iter().any(|set| word.strip_prefix(set).is_some_and(ends_well))
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
    fn a_kernel_spread_over_functions_is_known_by_its_largest() {
        let found =
            of(&[("aead::avx2::inner", 15.0), ("mac::avx2::mul", 14.0), ("new", 21.0), ("rest", 50.0)]);
        assert_eq!(found.as_deref(), Some("aead::avx2::inner"));
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
            assert!(instruction_set(kernel).is_some(), "{kernel}");
        }
        for other in
            ["core::str::assert", "net::session::assess", "message::neonate", "__memcpy_avx_unaligned_erms"]
        {
            assert!(instruction_set(other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_small_share_is_no_witness() {
        assert_eq!(of(&[("seal_avx2", 19.0), ("rest", 81.0)]), None);
        assert_eq!(of(&[]), None);
    }
}
