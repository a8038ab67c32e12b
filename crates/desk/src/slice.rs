//! What a domain gives to the site: plain data with function pointers.

use axum::Router;

use crate::site::Site;

/// One domain of the site. A slice is a value in a list; it has no behaviour of its own.
#[derive(Debug)]
pub struct Slice {
    /// Its name: the first part of its URLs and of its texts' keys.
    pub name: &'static str,
    /// Its pages.
    pub pages: fn() -> Router<Site>,
    /// Its entries in the side menu.
    pub menu: &'static [Entry],
    /// Its sentences: the text of its `texts.toml`.
    pub texts: &'static str,
}

/// One line of the side menu.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Where it leads.
    pub href: &'static str,
    /// The key of its label.
    pub label: &'static str,
    /// Its icon, by the name in `assets/icons.svg`.
    pub icon: &'static str,
}
