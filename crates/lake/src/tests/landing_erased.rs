//! Lines erased from kept files: what is left is read, and held against what was left.

use super::landing::{gz, read, text, without_second_line};
use super::landing_in;
use crate::landing::LandingError;

#[test]
fn a_line_is_erased_in_every_packing_and_the_others_keep_their_numbers() {
    let content = text(50_000);
    let whole = gz(&content);
    let cases = [
        content.clone(),
        whole.clone(),
        zstd::encode_all(content.as_slice(), 3).unwrap(),
        whole[..whole.len() / 2].to_vec(),
    ];
    for received in cases {
        let folder = tempfile::tempdir().unwrap();
        let (landing, _) = landing_in(folder.path());
        let id = landing.keep(&mut received.as_slice(), "x").unwrap().id;
        let (before, was_whole) = read(&landing, id);
        without_second_line(&landing, id, &folder.path().join("aside"));
        let (after, is_whole) = read(&landing, id);
        assert_eq!(was_whole.is_ok(), is_whole.is_ok(), "what was received broken stays so");
        let lines =
            |bytes: &[u8]| bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let (mut before, after) = (lines(&before), lines(&after));
        before[1] = b"{}".to_vec();
        if is_whole.is_err() {
            // The line that was cut off goes.
            before.pop();
            before.push(Vec::new());
        }
        assert!(before == after);
        // What was received is known again, and does not take the place of what is left.
        let again = landing.keep(&mut received.as_slice(), "x").unwrap();
        assert!(again.already_held && again.id == id);
        assert!(read(&landing, id).0.split(|b| *b == b'\n').nth(1) == Some(b"{}"));
    }
}

#[test]
fn a_file_whose_lines_were_erased_is_held_against_what_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let (landing, files) = landing_in(folder.path());
    let content = text(2_000);
    let id = landing.keep(&mut content.as_slice(), "x").unwrap().id;
    let name = id.to_string();
    let path = files.join(&name[..2]).join(format!("{name}.zst"));
    let original = std::fs::read(&path).unwrap();
    without_second_line(&landing, id, &folder.path().join("aside"));
    // A backup put back brings the line back: that is told.
    std::fs::write(&path, original).unwrap();
    assert!(matches!(landing.verify(id), Err(LandingError::Corrupted { .. })));
}
