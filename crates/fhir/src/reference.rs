//! Which resource a reference means: the one place where keys are decided.
//!
//! The key of a resource is its `id`; of a contained resource `Type/id#cid`, after what contains
//! it; of a Bundle's entry without an `id`, what its `fullUrl` ends in. A reference gives the same
//! key, or says why it cannot. Nothing here looks outside the file: a conditional or a logical
//! reference is handed back for whoever can look an identifier up.
//!
//! # Source
//! SQL-on-FHIR 3.0.0-ballot, `getResourceKey` and `getReferenceKey`; FHIR R4, References and
//! Bundle, "Resolving references in Bundles".

use std::borrow::Cow;
use std::collections::HashMap;

use crate::model;

/// Where a resource was read, and what its references may mean there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin<'a> {
    /// The file, as the caller counts files.
    pub file: u32,
    /// The line in the file, from 1; in a Bundle, the entry's number.
    pub line: u64,
    /// The resource's key where it is not its `id`: it is contained, or has no `id`.
    pub key: Option<&'a str>,
    /// For a contained resource: type and key of what contains it.
    pub parent: Option<(&'a str, &'a str)>,
    /// For a contained resource: local id and type of each resource contained beside it.
    pub siblings: &'a [(String, String)],
    /// What the full URLs of the Bundle mean; absent outside a Bundle.
    pub references: Option<&'a BundleKeys>,
    /// Addresses whose resources are this house's own, such as `https://fhir.example.jp/r4`.
    pub own_bases: &'a [String],
}

/// What a reference means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved<'t> {
    /// There is none.
    None,
    /// A resource with a key, which may or may not have been loaded.
    Key {
        /// Its type; absent where the reference does not tell.
        resource_type: Option<Cow<'t, str>>,
        /// Its key.
        key: Cow<'t, str>,
    },
    /// `#cid`: a resource contained in the same outermost resource; [`within`] gives its key.
    Contained(&'t str),
    /// A resource of somebody else.
    Foreign,
    /// Something that cannot be told, such as a `urn:uuid:` that no entry of the Bundle has.
    Unresolved,
    /// `Patient?identifier=system|value`: whoever has this identifier.
    Conditional {
        /// The type.
        resource_type: &'t str,
        /// The identifier's system; empty where the reference has none.
        system: String,
        /// The identifier's value.
        value: String,
    },
    /// An `identifier` in place of an address.
    Logical {
        /// The type, where the reference tells.
        resource_type: Option<&'t str>,
        /// The identifier's system; empty where it has none.
        system: &'t str,
        /// The identifier's value.
        value: &'t str,
    },
}

impl Resolved<'_> {
    /// The key, if the resource is of the wanted type or no type is wanted.
    #[must_use]
    pub fn key_of(&self, wanted: Option<&str>) -> Option<&str> {
        let Self::Key { resource_type, key } = self else { return None };
        let fits = match (wanted, resource_type) {
            (None, _) => true,
            (Some(wanted), Some(found)) => wanted == found,
            (Some(_), None) => false,
        };
        fits.then_some(key.as_ref())
    }
}

/// Tells what the text of `Reference.reference` means.
///
/// # Cost
/// `Type/id` is answered without copying or looking anything up.
///
/// ```
/// use fhir::reference::{Origin, resolve};
/// let origin = Origin::default();
/// assert_eq!(resolve("Patient/7", &origin).key_of(Some("Patient")), Some("7"));
/// assert_eq!(resolve("Patient/7/_history/2", &origin).key_of(None), Some("7"));
/// assert_eq!(resolve("Patient/7", &origin).key_of(Some("Group")), None);
/// ```
#[must_use]
pub fn resolve<'t>(reference: &'t str, origin: &Origin<'t>) -> Resolved<'t> {
    if let Some((resource_type, key)) = type_and_id(reference) {
        let key = Cow::Borrowed(key);
        return Resolved::Key { resource_type: Some(Cow::Borrowed(resource_type)), key };
    }
    other_than_relative(reference.trim(), origin)
}

/// `Type/id` or `Type/id/_history/version`, nothing else.
#[inline]
fn type_and_id(reference: &str) -> Option<(&str, &str)> {
    let (resource_type, rest) = reference.split_once('/')?;
    let id = match rest.split_once('/') {
        None => rest,
        Some((id, version)) if version.starts_with("_history/") => id,
        Some(_) => return None,
    };
    let type_like = resource_type.starts_with(|first: char| first.is_ascii_uppercase())
        && resource_type.bytes().all(|byte| byte.is_ascii_alphabetic());
    let id_like = !id.is_empty() && !id.bytes().any(|byte| matches!(byte, b'#' | b'?' | b' '));
    (type_like && id_like).then_some((resource_type, id))
}

fn other_than_relative<'t>(reference: &'t str, origin: &Origin<'t>) -> Resolved<'t> {
    if reference.is_empty() {
        return Resolved::None;
    }
    if let Some(local) = reference.strip_prefix('#') {
        return Resolved::Contained(local);
    }
    if let Some(keys) = origin.references
        && let Some((resource_type, key)) = keys.get(without_version(reference))
    {
        let resource_type = Some(Cow::Borrowed(resource_type));
        return Resolved::Key { resource_type, key: Cow::Borrowed(key) };
    }
    if starts_with_scheme(reference, "urn:") {
        return Resolved::Unresolved;
    }
    let relative = match of_own_base(reference, origin.own_bases) {
        Some(relative) => relative,
        None if is_absolute(reference) => return Resolved::Foreign,
        None => reference,
    };
    if let Some((resource_type, key)) = type_and_id(relative) {
        let key = Cow::Borrowed(key);
        return Resolved::Key { resource_type: Some(Cow::Borrowed(resource_type)), key };
    }
    conditional(relative).or_else(|| contained_elsewhere(relative)).unwrap_or(Resolved::Unresolved)
}

/// What stands after one of the house's own addresses.
fn of_own_base<'t>(reference: &'t str, own_bases: &[String]) -> Option<&'t str> {
    own_bases.iter().find_map(|base| {
        let base = base.trim_end_matches('/');
        let rest = reference.strip_prefix(base).filter(|_| !base.is_empty())?;
        rest.strip_prefix('/')
    })
}

/// Whether it names a server; what stands in a query does not count.
fn is_absolute(reference: &str) -> bool {
    reference.split('?').next().is_some_and(|address| address.contains("://"))
}

fn without_version(reference: &str) -> &str {
    reference.split_once("/_history/").map_or(reference, |(unversioned, _)| unversioned)
}

fn starts_with_scheme(reference: &str, scheme: &str) -> bool {
    reference.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

/// `Type?identifier=system|value`; other searches cannot be answered by one identifier.
fn conditional(reference: &str) -> Option<Resolved<'_>> {
    let (resource_type, query) = reference.split_once('?')?;
    if !model::is_resource(resource_type) {
        return None;
    }
    let mut parameters = query.split('&');
    let token = parameters.next()?.strip_prefix("identifier=")?;
    if parameters.next().is_some() {
        return None;
    }
    let token = decoded(token)?;
    let (system, value) = match token.split_once('|') {
        Some((system, value)) => (system.to_owned(), value.to_owned()),
        None => (String::new(), token),
    };
    let plain = !value.is_empty() && !value.contains(['|', ',', '$', '\\']);
    plain.then_some(Resolved::Conditional { resource_type, system, value })
}

/// `Type/id#cid`: a resource contained in another than this one.
fn contained_elsewhere(reference: &str) -> Option<Resolved<'_>> {
    let (outer, local) = reference.split_once('#')?;
    let (resource_type, id) = type_and_id(outer)?;
    let key = Cow::Owned(contained_key(resource_type, id, local));
    (!local.is_empty()).then_some(Resolved::Key { resource_type: None, key })
}

/// The text of a URL's part, `%7C` and its kind resolved.
fn decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first == b'%' {
            let [high, low, after @ ..] = rest else { return None };
            let digit = |byte: &u8| char::from(*byte).to_digit(16);
            bytes.push(u8::try_from(digit(high)? * 16 + digit(low)?).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The key of a resource contained in another.
///
/// ```
/// let key = fhir::reference::contained_key("MedicationRequest", "rx1", "med");
/// assert_eq!(key, "MedicationRequest/rx1#med");
/// ```
#[must_use]
pub fn contained_key(parent_type: &str, parent_key: &str, local: &str) -> String {
    format!("{parent_type}/{parent_key}#{local}")
}

/// What `#local` means within an outermost resource of this type and key. `type_of` tells the
/// type of the contained resource with a local id; a reference to one that is not there is
/// unresolved, and `#` alone is the outermost resource.
#[must_use]
pub fn within<'t>(
    local: &str,
    outermost: (&'t str, &'t str),
    type_of: impl FnOnce(&str) -> Option<Cow<'t, str>>,
) -> Resolved<'t> {
    let (outer_type, outer_key) = outermost;
    if local.is_empty() {
        let resource_type = Some(Cow::Borrowed(outer_type));
        return Resolved::Key { resource_type, key: Cow::Borrowed(outer_key) };
    }
    match type_of(local) {
        None => Resolved::Unresolved,
        Some(resource_type) => {
            let key = Cow::Owned(contained_key(outer_type, outer_key, local));
            Resolved::Key { resource_type: Some(resource_type), key }
        }
    }
}

/// What the full URLs of one Bundle mean.
#[derive(Clone, Debug, Default)]
pub struct BundleKeys {
    by_url: HashMap<Box<str>, (Box<str>, Box<str>)>,
}

impl BundleKeys {
    /// Notes what a full URL means; the first to have it stays.
    pub fn add(&mut self, full_url: &str, resource_type: &str, key: &str) {
        let url = unified(without_version(full_url));
        self.by_url.entry(url.into()).or_insert_with(|| (resource_type.into(), key.into()));
    }

    /// Type and key of the entry with this full URL.
    #[must_use]
    pub fn get(&self, url: &str) -> Option<(&str, &str)> {
        let (resource_type, key) = self.by_url.get(unified(url).as_ref())?;
        Some((resource_type, key))
    }

    /// Whether no entry has a full URL.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_url.is_empty()
    }
}

/// `urn:` names differ not by letter case where they are UUIDs or OIDs.
fn unified(url: &str) -> Cow<'_, str> {
    let folds = ["urn:uuid:", "urn:oid:"].iter().any(|scheme| starts_with_scheme(url, scheme));
    if folds && url.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(url.to_ascii_lowercase())
    } else {
        Cow::Borrowed(url)
    }
}

/// The key of an entry that has a full URL and no `id`: what the URL ends in.
///
/// # Nulls
/// Absent for an empty URL.
#[must_use]
pub fn key_of_full_url(full_url: &str) -> Option<String> {
    let url = unified(without_version(full_url.trim()));
    let urn = url.strip_prefix("urn:uuid:").or_else(|| url.strip_prefix("urn:oid:"));
    let last = urn.or_else(|| {
        let (before, id) = url.rsplit_once('/')?;
        let (_, resource_type) = before.rsplit_once('/')?;
        model::is_resource(resource_type).then_some(id)
    });
    let key = last.unwrap_or(&url);
    (!key.is_empty()).then(|| key.to_owned())
}

/// Type and key of the resource at an address of its own server, relative or absolute.
///
/// # Nulls
/// Absent where the address does not end in the type and id of one resource.
///
/// ```
/// use fhir::reference::of_url;
/// assert_eq!(of_url("Patient/7"), Some(("Patient", "7")));
/// assert_eq!(of_url("https://fhir.example.jp/r4/Patient/7/_history/3"), Some(("Patient", "7")));
/// assert_eq!(of_url("Patient?identifier=7"), None);
/// ```
#[must_use]
pub fn of_url(url: &str) -> Option<(&'static str, &str)> {
    let (before, id) = without_version(url.trim()).rsplit_once('/')?;
    let resource_type = before.rsplit('/').next()?;
    let known = model::type_named(resource_type).filter(|_| model::is_resource(resource_type))?;
    let plain = !id.is_empty() && !id.bytes().any(|byte| matches!(byte, b'#' | b'?' | b' ' | b'='));
    plain.then_some((known.name, id))
}
