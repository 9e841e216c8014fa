//! 32 bytes as 64 lowercase hex digits and back.
//!
//! Cost: straight loops over fixed arrays that the compiler turns into vector instructions; no table, no branch on the
//! data. Reading looks at all digits before it says whether one was bad.

/// The bytes that `digits` spell; `None` where one is not `0-9` or `a-f`.
#[inline]
pub(crate) fn decode(digits: &[u8; 64]) -> Option<[u8; 32]> {
    let mut nibbles = [0; 64];
    let mut bad = false;
    for (nibble, &digit) in nibbles.iter_mut().zip(digits) {
        let number = digit.wrapping_sub(b'0');
        let letter = digit.wrapping_sub(b'a');
        *nibble = if number < 10 { number } else { letter.wrapping_add(10) };
        bad |= number >= 10 && letter >= 6;
        if cfg!(planted = "ron_content_id_upper_case") && digit.is_ascii_uppercase() && digit <= b'F' {
            *nibble = digit - b'A' + 10;
            bad = false;
        }
    }
    let mut bytes = [0; 32];
    for (byte, [high, low]) in bytes.iter_mut().zip(nibbles.as_chunks().0) {
        *byte = high << 4 | low;
    }
    (!bad).then_some(bytes)
}

/// The digits of `bytes`.
#[inline]
pub(crate) fn encode(bytes: &[u8; 32]) -> [u8; 64] {
    let mut digits = [0; 64];
    for ([high, low], byte) in digits.as_chunks_mut().0.iter_mut().zip(bytes) {
        *high = digit(byte >> 4);
        *low = digit(byte & 15);
    }
    digits
}

#[inline]
fn digit(nibble: u8) -> u8 {
    // 39 lies between '9' + 1 and 'a'.
    nibble + b'0' + if nibble > 9 { 39 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_is_told_good_or_bad() {
        for place in 0..64 {
            for byte in 0..=u8::MAX {
                let mut digits = [b'0'; 64];
                digits[place] = byte;
                let good = matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                assert_eq!(decode(&digits).is_some(), good, "{byte:#x} at {place}");
            }
        }
    }

    #[test]
    fn digits_come_back() {
        for first in 0..=u8::MAX {
            let bytes = std::array::from_fn(|at| first.wrapping_add(7 * at as u8));
            let digits = encode(&bytes);
            let expected: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(digits, expected.as_bytes());
            assert_eq!(decode(&digits), Some(bytes));
        }
    }
}
