//! What is asked of which server: read once from the command line or the settings, and right
//! afterwards.

use std::path::PathBuf;

use jiff::SignedDuration;
use ledger::Schedule;
use reqwest::Url;
use url::Host;

use super::access::Access;
use super::ask_error::{AddressFault, AskError};
use crate::cli::{AskArgs, By};
use crate::config::ScheduledPull;

/// The source that files have where none is named, as for `aoba ingest`.
const SOURCE: &str = "hospital";
/// Resources a page of a search, where nothing else is said.
const COUNT: u32 = 500;
/// The format of exports.
pub(super) const NDJSON: &str = "application/fhir+ndjson";

/// What is asked of a server.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    /// Its name in the settings, where it has one.
    pub(super) name: Option<String>,
    /// The sending system.
    pub(super) source: String,
    /// The server, without a slash at the end.
    pub(super) base: Url,
    /// Of whom.
    pub(super) scope: Scope,
    /// Which resource types, in order; none for all.
    pub(super) types: Vec<String>,
    /// How.
    pub(super) by: By,
    /// Resources a page of a search.
    pub(super) count: u32,
    /// The format of an export.
    pub(super) output_format: String,
    /// How one is let in.
    pub(super) access: Access,
    /// A file of further certificates to trust.
    pub(super) ca: Option<PathBuf>,
    /// Whether to go on although the server could not give something.
    pub(super) accept_errors: bool,
}

/// Of whom records are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Everything the server has.
    System,
    /// What belongs to patients.
    Patients,
    /// The patients of a Group.
    Group(String),
}

impl Ask {
    /// Reads what is asked of the server at an address.
    ///
    /// # Errors
    /// When the address or an option cannot be.
    pub(crate) fn of(name: Option<&str>, address: &str, args: &AskArgs) -> Result<Self, AskError> {
        let base = base(address)?;
        let scope = match (&args.group, args.patients) {
            (Some(_), true) => return Err(excludes("--group", "--patients")),
            (Some(id), false) => Scope::Group(group(id)?),
            (None, true) => Scope::Patients,
            (None, false) => Scope::System,
        };
        if args.by == Some(By::Search) && matches!(scope, Scope::Group(_)) {
            return Err(excludes("--group", "--by search"));
        }
        if args.count == Some(0) {
            return Err(bad("--count", "0"));
        }
        let access = Access::of(args)?;
        if access.is_closed() && !is_safe(&base) {
            return Err(AskError::InClear(base.to_string()));
        }
        Ok(Self {
            name: name.map(str::to_owned),
            source: args.source.clone().unwrap_or_else(|| SOURCE.to_owned()),
            base,
            scope,
            types: types(&args.types)?,
            by: args.by.unwrap_or(By::Auto),
            count: args.count.unwrap_or(COUNT),
            output_format: args.output_format.clone().unwrap_or_else(|| NDJSON.to_owned()),
            access,
            ca: args.ca.clone(),
            accept_errors: args.accept_errors,
        })
    }

    /// Reads a pull of the settings.
    ///
    /// # Errors
    /// As [`Ask::of`].
    pub(crate) fn scheduled(pull: &ScheduledPull) -> Result<Self, AskError> {
        Self::of(Some(&pull.name), &pull.url, &pull.ask)
    }

    /// The server as the ledger names it.
    pub(super) fn base_text(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }

    /// What is asked, without since when: two pulls that ask the same go on from one another.
    pub(super) fn asked(&self) -> String {
        let what = match &self.scope {
            Scope::System => "$export".to_owned(),
            Scope::Patients => "Patient/$export".to_owned(),
            Scope::Group(id) => format!("Group/{id}/$export"),
        };
        match self.types.as_slice() {
            [] => what,
            types => format!("{what}?_type={}", types.join(",")),
        }
    }

    /// The address below the server's.
    pub(super) fn below(&self, parts: &[&str]) -> Url {
        let mut url = self.base.clone();
        // An address of the web always has a path to add to.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(parts);
        }
        url
    }

    /// Where a bulk export is ordered.
    pub(super) fn export_url(&self, since: Option<&str>) -> Url {
        let mut url = match &self.scope {
            Scope::System => self.below(&["$export"]),
            Scope::Patients => self.below(&["Patient", "$export"]),
            Scope::Group(id) => self.below(&["Group", id, "$export"]),
        };
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("_outputFormat", &self.output_format);
            if let Some(since) = since {
                query.append_pair("_since", since);
            }
            if !self.types.is_empty() {
                query.append_pair("_type", &self.types.join(","));
            }
        }
        url
    }

    /// Where resources of a type are searched for.
    pub(super) fn search_url(&self, resource_type: &str, since: Option<&str>) -> Url {
        let mut url = self.below(&[resource_type]);
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("_count", &self.count.to_string());
            if let Some(since) = since {
                query.append_pair("_lastUpdated", &format!("ge{since}"));
            }
        }
        url
    }
}

/// A pull of the settings as the ledger judges it.
///
/// # Errors
/// As [`Ask::of`].
pub(crate) fn schedule(pull: &ScheduledPull) -> Result<Schedule, AskError> {
    let ask = Ask::scheduled(pull)?;
    if pull.every_minutes == 0 {
        return Err(bad("every_minutes", "0"));
    }
    Ok(Schedule {
        name: pull.name.clone(),
        source: ask.source.clone(),
        base: ask.base_text(),
        asked: ask.asked(),
        every: SignedDuration::from_mins(i64::from(pull.every_minutes)),
    })
}

/// Whether nobody on the way can read along.
pub(super) fn is_safe(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || is_loopback
}

fn base(address: &str) -> Result<Url, AskError> {
    let fault = |given: &str, fault| AskError::Address { given: given.to_owned(), fault };
    let Ok(url) = Url::parse(address) else {
        return Err(fault(address, AddressFault::Neither));
    };
    // Nothing of an address with a password is repeated.
    if !url.username().is_empty() || url.password().is_some() {
        return Err(fault(url.host_str().unwrap_or_default(), AddressFault::Secret));
    }
    if !["http", "https"].contains(&url.scheme()) {
        return Err(fault(address, AddressFault::NotWeb));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(fault(&super::error::shown(&url), AddressFault::Query));
    }
    let plain = url.as_str().trim_end_matches('/');
    Url::parse(plain).map_err(|_| fault(address, AddressFault::Neither))
}

/// The id of a Group, as FHIR allows it.
fn group(id: &str) -> Result<String, AskError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    // A path of dots leads elsewhere.
    let fits = (1..=64).contains(&id.len()) && id.chars().all(plain) && id.contains(|c| c != '.');
    if fits { Ok(id.to_owned()) } else { Err(bad("--group", id)) }
}

fn types(given: &[String]) -> Result<Vec<String>, AskError> {
    let mut types = Vec::with_capacity(given.len());
    for name in given.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
        if !fhir::model::is_resource(name) {
            let known = fhir::model::types().map(|known| known.name);
            let known = known.filter(|known| fhir::model::is_resource(known));
            let near = fhir::model::nearest(name, known).map(str::to_owned);
            let given = name.to_owned();
            return Err(AskError::BadOption { option: "--type", given, near });
        }
        types.push(name.to_owned());
    }
    types.sort();
    types.dedup();
    Ok(types)
}

fn bad(option: &'static str, given: &str) -> AskError {
    AskError::BadOption { option, given: given.to_owned(), near: None }
}

pub(super) fn excludes(given: &'static str, other: &'static str) -> AskError {
    AskError::Excludes { given, other }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(address: &str, args: &AskArgs) -> Result<Ask, AskError> {
        Ask::of(None, address, args)
    }

    fn with_types(types: &[&str]) -> AskArgs {
        let types = types.iter().map(|name| (*name).to_owned()).collect();
        AskArgs { types, ..AskArgs::default() }
    }

    #[test]
    fn the_order_names_whose_which_and_since_when() {
        let group = AskArgs {
            group: Some("cohort-7".to_owned()),
            ..with_types(&["Patient", "Condition", "Patient"])
        };
        let ask = ask("https://fhir.example.jp/r4/", &group).unwrap();
        assert_eq!(ask.asked(), "Group/cohort-7/$export?_type=Condition,Patient");
        assert_eq!(ask.base_text(), "https://fhir.example.jp/r4");
        assert_eq!(
            ask.export_url(Some("2026-11-01T00:00:00+09:00")).as_str(),
            "https://fhir.example.jp/r4/Group/cohort-7/$export\
             ?_outputFormat=application%2Ffhir%2Bndjson&_since=2026-11-01T00%3A00%3A00%2B09%3A00\
             &_type=Condition%2CPatient"
        );
    }

    #[test]
    fn a_search_begins_with_the_type_and_since_when() {
        let ask = ask("http://localhost:8080", &AskArgs::default()).unwrap();
        assert_eq!(ask.base_text(), "http://localhost:8080");
        assert_eq!(
            ask.search_url("Patient", Some("2026-11-01T00:00:00Z")).as_str(),
            "http://localhost:8080/Patient?_count=500&_lastUpdated=ge2026-11-01T00%3A00%3A00Z"
        );
    }

    #[test]
    fn an_address_that_cannot_be_asked_is_told_without_its_secret() {
        let fault = |address: &str| match ask(address, &AskArgs::default()).unwrap_err() {
            AskError::Address { given, fault } => (given, fault),
            other => panic!("{other}"),
        };
        assert_eq!(fault("nightly").1, AddressFault::Neither);
        assert_eq!(fault("ftp://fhir.example.jp").1, AddressFault::NotWeb);
        assert_eq!(fault("https://h/r4?_type=x").1, AddressFault::Query);
        let (given, secret) = fault("https://user:hunter2@fhir.example.jp/r4");
        assert_eq!((given.as_str(), secret), ("fhir.example.jp", AddressFault::Secret));
    }

    #[test]
    fn a_misspelt_type_and_a_group_that_is_a_path_are_refused() {
        let misspelt = ask("https://h/r4", &with_types(&["Patint"])).unwrap_err();
        assert!(misspelt.to_string().contains("Patint"), "{misspelt}");
        for id in ["", "..", "a/b", "a b", "患者", &"x".repeat(65)] {
            let args = AskArgs { group: Some(id.to_owned()), ..AskArgs::default() };
            assert!(ask("https://h/r4", &args).is_err(), "{id}");
        }
        let both = AskArgs { group: Some("1".to_owned()), patients: true, ..AskArgs::default() };
        assert!(matches!(ask("https://h/r4", &both), Err(AskError::Excludes { .. })));
        // A search knows nothing of groups.
        let searched =
            AskArgs { group: Some("1".to_owned()), by: Some(By::Search), ..AskArgs::default() };
        assert!(matches!(ask("https://h/r4", &searched), Err(AskError::Excludes { .. })));
    }

    #[test]
    fn a_token_goes_over_tls_or_stays_on_this_machine() {
        let token = AskArgs { token_env: Some("TOKEN".to_owned()), ..AskArgs::default() };
        assert!(matches!(ask("http://fhir.example.jp", &token), Err(AskError::InClear(_))));
        for address in [
            "https://fhir.example.jp",
            "http://127.0.0.1:8080/r4",
            "http://[::1]/",
            "http://localhost",
        ] {
            assert!(ask(address, &token).is_ok(), "{address}");
        }
    }
}
