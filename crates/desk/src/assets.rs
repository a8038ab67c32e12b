//! Style sheet, fonts and pictures, carried inside the program.
//!
//! The table is made by `build.rs` from the folder `assets`. A file's served name holds a hash of
//! its bytes, so a browser may keep it for ever.

/// One file.
#[derive(Debug)]
pub(crate) struct Asset {
    /// Its name in the folder.
    pub(crate) name: &'static str,
    /// Its name in a URL.
    pub(crate) served: &'static str,
    /// Its media type.
    pub(crate) media: &'static str,
    /// The file.
    pub(crate) bytes: &'static [u8],
}

static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The file served under this name.
pub(crate) fn find(served: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.served == served)
}

/// Where a file of the folder is served.
pub(crate) fn href(name: &str) -> String {
    let served = ASSETS.iter().find(|asset| asset.name == name).map_or(name, |asset| asset.served);
    format!("/assets/{served}")
}

/// The names of the icons in the set.
pub(crate) fn icons() -> Vec<&'static str> {
    let set = ASSETS.iter().find(|asset| asset.name == "icons.svg");
    let text = set.and_then(|asset| std::str::from_utf8(asset.bytes).ok()).unwrap_or_default();
    text.split("<symbol id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_the_style_sheet_names_is_there() {
        let css = ASSETS.iter().find(|asset| asset.name == "desk.css").unwrap();
        let css = std::str::from_utf8(css.bytes).unwrap();
        let named: Vec<&str> =
            css.split("url(").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        assert!(named.len() > 100, "the fonts are in the style sheet");
        for name in named {
            assert!(find(name).is_some(), "{name}");
        }
    }

    #[test]
    fn the_program_stays_light() {
        let total: usize = ASSETS.iter().map(|asset| asset.bytes.len()).sum();
        assert!(total < 6_500_000, "{total} bytes");
    }
}
