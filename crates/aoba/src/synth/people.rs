//! The files of the twelve people and of the hospital they go to.

/// Gives the path, below a folder of their own, and the bytes of each file.
pub(crate) fn files() -> impl Iterator<Item = (String, &'static [u8])> {
    let people = synth::people().iter().map(|person| (person.folder, person.files));
    people.chain([("hospital", synth::house())]).flat_map(|(folder, files)| {
        files.iter().map(move |(name, bytes)| (format!("{folder}/{name}"), *bytes))
    })
}
