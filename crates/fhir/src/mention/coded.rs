//! A term as addresses write it (`%E9%9D%92`), and as it stands somewhere in base64.

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Reads what a sender cut or padded in its own way, too.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// Fewer letters of base64 stand everywhere.
const BASE64_LETTERS_MIN: usize = 4;

/// A text as a part of an address, with large and with small digits; none where it is the same.
pub(super) fn in_addresses(text: &str) -> Vec<String> {
    let stays = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if text.bytes().all(stays) {
        return Vec::new();
    }
    let coded = |digits: fn(u8) -> String| -> String {
        let letters = text.bytes();
        letters
            .map(|byte| if stays(byte) { char::from(byte).to_string() } else { digits(byte) })
            .collect()
    };
    let mut all = vec![coded(|byte| format!("%{byte:02X}")), coded(|byte| format!("%{byte:02x}"))];
    all.dedup();
    all
}

/// The letters of base64 that only this text decides, for each place at which it may begin.
pub(super) fn in_base64(text: &str) -> impl Iterator<Item = String> {
    let letters = (0..3_usize).filter_map(move |before| {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(text.as_bytes());
        let (from, to) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        BASE64.encode(&bytes).get(from..to).map(str::to_owned)
    });
    let letters: Vec<String> =
        letters.filter(|letters| letters.len() >= BASE64_LETTERS_MIN).collect();
    letters.into_iter()
}

/// The texts in base64 in which one of these letters stands, read.
pub(super) fn read_base64(text: &str, letters: &AhoCorasick) -> Vec<String> {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    let (bytes, mut read, mut done) = (text.as_bytes(), Vec::new(), 0);
    for found in letters.find_iter(text) {
        if found.start() < done {
            continue;
        }
        let (before, after) = bytes.split_at(found.start());
        let start = before.iter().rposition(|byte| !is_letter(byte)).map_or(0, |at| at + 1);
        let length = after.iter().position(|byte| !is_letter(byte)).unwrap_or(after.len());
        done = found.start() + length;
        let coded = bytes.get(start..done).unwrap_or_default();
        // One letter alone decides no byte.
        let whole = coded.len() - usize::from(coded.len() % 4 == 1);
        let coded = coded.get(..whole).unwrap_or_default();
        read.extend(BASE64.decode(coded).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_written_in_addresses_only_where_it_differs() {
        assert_eq!(in_addresses("a|b/"), ["a%7Cb%2F", "a%7cb%2f"]);
        assert_eq!(in_addresses("青 "), ["%E9%9D%92%20", "%e9%9d%92%20"]);
        assert_eq!(in_addresses(" "), ["%20"]);
        assert!(in_addresses("022-000.1_~").is_empty());
    }

    #[test]
    fn wherever_a_text_begins_its_letters_stand_in_base64() {
        let all: Vec<String> = in_base64("青葉 花子").collect();
        assert_eq!(all.len(), 3);
        let letters = AhoCorasick::new(&all).unwrap();
        for before in ["", "x", "姉", "xx", "a longer text: "] {
            let text = format!("{before}青葉 花子さん");
            for coded in [BASE64.encode(&text), format!("data:;base64,{}==", BASE64.encode(&text))]
            {
                assert_eq!(read_base64(&coded, &letters), [text.as_str()], "{coded}");
            }
        }
        assert!(read_base64(&BASE64.encode("青葉 太郎"), &letters).is_empty());
        assert_eq!(in_base64("a").count(), 0);
    }
}
