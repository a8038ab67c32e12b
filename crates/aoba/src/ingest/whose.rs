//! Whose a resource is, told as a load tells it, without taking anything in.

use std::collections::HashMap;
use std::sync::Arc;

use fhir::entry::Entry;
use fhir::plan::{Layout, PatientResolver, Plan, Runner};
use fhir::reference::BundleKeys;
use ledger::PatientKeys;
use vocab::PatientId;
use vocab::date::Zone;

use super::bases::OwnBases;

/// Gives numbers to people erased before as to everybody.
struct Everybody {
    keys: PatientKeys,
    sources: Vec<Arc<str>>,
}

impl PatientResolver for Everybody {
    fn by_key(&self, source: u16, key: &str) -> PatientId {
        let source = self.sources.get(usize::from(source)).map_or("", |name| name);
        self.keys.patient_id(source, key)
    }

    fn by_identifier(&self, _source: u16, system: &str, value: &str) -> Option<PatientId> {
        self.keys.by_identifier(system, value)
    }
}

/// What tells whose resources are.
#[derive(Clone)]
pub(crate) struct Belonging {
    layout: Layout,
    own_bases: Arc<OwnBases>,
    sources: Vec<Arc<str>>,
}

impl Belonging {
    /// Sources are counted in the order of this list.
    pub(crate) fn new(
        (keys, sources): (PatientKeys, Vec<Arc<str>>),
        zone: Zone,
        own_bases: OwnBases,
    ) -> Self {
        let patients = Arc::new(Everybody { keys, sources: sources.clone() });
        let (layout, own_bases) = (Layout::Lake { zone, patients }, Arc::new(own_bases));
        Self { layout, own_bases, sources }
    }
}

/// Tells whose resources are, one thread's.
pub(crate) struct Teller {
    belonging: Belonging,
    runners: HashMap<(&'static str, u16), Option<Runner>>,
}

impl Teller {
    pub(crate) fn new(belonging: Belonging) -> Self {
        Self { belonging, runners: HashMap::new() }
    }

    /// The patient of a resource that this source sent; none where no one patient can be told.
    pub(crate) fn patient(
        &mut self,
        entry: &Entry<'_>,
        references: Option<&BundleKeys>,
        source: u16,
    ) -> Option<PatientId> {
        let Belonging { layout, own_bases, sources } = &self.belonging;
        let kind = entry.head.resource_type;
        let runner = self.runners.entry((kind, source)).or_insert_with(|| {
            let plan = Plan::for_resource(kind, &[], layout.clone()).ok()?;
            Some(plan.runner().from_source(source))
        });
        let mut origin = entry.origin(&[]);
        origin.references = references;
        origin.own_bases = sources.get(usize::from(source)).map_or(&[], |name| own_bases.of(name));
        runner.as_mut()?.push_within(entry.text, &origin, None).ok()?.patient
    }
}
