//! One person with several numbers.
//!
//! A link has no direction where consent is concerned: what one number refused, all numbers of the
//! person refused. Links come with `Patient.link` or from a steward, and a steward's word stands
//! over what is received later.

use std::collections::{BTreeSet, HashMap};

use serde_json::json;
use vocab::{Actor, LoadId, PatientId};

use crate::audit::{self, Act};
use crate::error::{Doing, LedgerError};
use crate::exclusions;
use crate::home::Ledger;
use crate::patient_keys::{LinkOrigin, stored_patient};
use crate::store::{Tx, ask};

/// Joins and parts numbers of patients.
#[derive(Clone)]
pub struct Links {
    ledger: Ledger,
}

/// What a steward says of two numbers.
#[derive(Clone, Copy, Debug)]
enum Decision {
    /// They are one person.
    Join,
    /// They are two people.
    Part,
}

/// A link about to be stored.
pub(crate) struct NewLink {
    pub(crate) member: PatientId,
    pub(crate) person: PatientId,
    pub(crate) origin: LinkOrigin,
    pub(crate) load: Option<LoadId>,
}

/// Which numbers hang together, as of one moment.
#[derive(Default)]
pub(crate) struct Persons {
    neighbours: HashMap<PatientId, Vec<PatientId>>,
}

/// The numbers that are shown as another one: of each person with several, all but the smallest.
///
/// Tables keep what each resource said. Which numbers are one person changes with each link, and is
/// told when rows are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aliases {
    shown: HashMap<PatientId, PatientId>,
    /// By the number shown: every number of the person.
    persons: HashMap<PatientId, BTreeSet<PatientId>>,
}

impl Aliases {
    /// Whether each person has one number.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The number as which this one is shown.
    #[must_use]
    pub fn shown(&self, patient: PatientId) -> PatientId {
        self.shown.get(&patient).copied().unwrap_or(patient)
    }

    /// Every number that is shown as another one, with that one; in no order.
    pub fn renamed(&self) -> impl Iterator<Item = (PatientId, PatientId)> {
        self.shown.iter().map(|(number, shown)| (*number, *shown))
    }

    /// Every number that is shown as this one; none where it is alone or itself not shown.
    #[must_use]
    pub fn numbers(&self, shown: PatientId) -> Option<&BTreeSet<PatientId>> {
        self.persons.get(&shown)
    }
}

impl Links {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// Records a steward's decision that two numbers are one person.
    ///
    /// # Errors
    /// When both are the same number, or the ledger cannot be written.
    pub async fn join(
        &self,
        member: PatientId,
        person: PatientId,
        steward: &Actor,
    ) -> Result<(), LedgerError> {
        self.decide((member, person), Decision::Join, steward).await
    }

    /// Records a steward's decision that two numbers are two people. A later load does not join
    /// them again.
    ///
    /// # Errors
    /// When both are the same number, or the ledger cannot be written.
    pub async fn part(
        &self,
        member: PatientId,
        person: PatientId,
        steward: &Actor,
    ) -> Result<(), LedgerError> {
        self.decide((member, person), Decision::Part, steward).await
    }

    async fn decide(
        &self,
        (member, person): (PatientId, PatientId),
        decision: Decision,
        steward: &Actor,
    ) -> Result<(), LedgerError> {
        if member == person {
            return Err(LedgerError::LinkToItself);
        }
        let now_us = self.ledger.now_us();
        let (first, second) = (member.min(person).get(), member.max(person).get());
        let (act, question) = match decision {
            Decision::Join => (
                "link.join",
                ask(include_str!("../sql/patient/relink.sql"))
                    .bind(first)
                    .bind(second)
                    .bind(LinkOrigin::Steward.word())
                    .bind(steward.as_str())
                    .bind(now_us),
            ),
            Decision::Part => (
                "link.part",
                ask(include_str!("../sql/patient/unlink.sql"))
                    .bind(first)
                    .bind(second)
                    .bind(now_us)
                    .bind(steward.as_str()),
            ),
        };
        let question = &question;
        let act = &Act::new(steward, act, object(member)).with(json!({ "person": person.get() }));
        // The row must be there to be ended: it keeps a later load from joining them.
        let link = &NewLink { member, person, origin: LinkOrigin::Steward, load: None };
        self.ledger
            .act(|mut tx| async move {
                put_link(&mut tx, link, steward.as_str(), now_us).await?;
                question.clone().done(&mut tx).await.doing("join or part two numbers")?;
                exclusions::advance_epoch(&mut tx).await?;
                let line = audit::append(&mut tx, now_us, act).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }

    /// Every number of the person who has this one, itself among them.
    ///
    /// # Order
    /// By number.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn person_of(&self, patient: PatientId) -> Result<Vec<PatientId>, LedgerError> {
        let persons =
            self.ledger.pool().read(|mut tx| async move { Persons::read(&mut tx).await }).await?;
        Ok(persons.of(patient).into_iter().collect())
    }
}

impl Links {
    /// Who is shown as whom, now.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn aliases(&self) -> Result<Aliases, LedgerError> {
        let persons = self.ledger.pool().read(|mut tx| async move { Persons::read(&mut tx).await });
        Ok(persons.await?.aliases())
    }
}

impl Persons {
    pub(crate) async fn read(tx: &mut Tx) -> Result<Self, LedgerError> {
        let rows =
            ask(include_str!("../sql/patient/links.sql")).rows(tx).await.doing("read the links")?;
        let mut persons = Self::default();
        for row in rows {
            let (member, person): (i64, i64) =
                (|| Ok((row.try_get(0)?, row.try_get(1)?)))().doing("read the links")?;
            let (member, person) = (stored_patient(member)?, stored_patient(person)?);
            persons.neighbours.entry(member).or_default().push(person);
            persons.neighbours.entry(person).or_default().push(member);
        }
        Ok(persons)
    }

    /// Who is shown as whom.
    pub(crate) fn aliases(&self) -> Aliases {
        let mut aliases = Aliases::default();
        for number in self.neighbours.keys() {
            if aliases.shown.contains_key(number) || aliases.persons.contains_key(number) {
                continue;
            }
            let person = self.of(*number);
            if let Some(smallest) = person.first().copied() {
                let others = person.iter().skip(1).map(|other| (*other, smallest));
                aliases.shown.extend(others);
                aliases.persons.insert(smallest, person);
            }
        }
        aliases
    }

    /// All numbers that hang together with one, itself among them.
    pub(crate) fn of(&self, patient: PatientId) -> BTreeSet<PatientId> {
        let mut found = BTreeSet::from([patient]);
        let mut next = vec![patient];
        while let Some(patient) = next.pop() {
            for neighbour in self.neighbours.get(&patient).into_iter().flatten() {
                if found.insert(*neighbour) {
                    next.push(*neighbour);
                }
            }
        }
        found
    }
}

/// Stores a link unless the two were joined or parted before; tells how many rows it made. The
/// smaller number stands first, so that a pair has one row whichever way round it is named.
pub(crate) async fn put_link(
    tx: &mut Tx,
    link: &NewLink,
    decided_by: &str,
    now_us: i64,
) -> Result<u64, LedgerError> {
    let (member, person) = (link.member.min(link.person), link.member.max(link.person));
    ask(include_str!("../sql/patient/link.sql"))
        .bind(member.get())
        .bind(person.get())
        .bind(link.origin.word())
        .bind(link.load.map(|load| load.0))
        .bind(decided_by)
        .bind(now_us)
        .done(tx)
        .await
        .doing("link two numbers")
}

/// How an audit line names a patient as its object.
#[must_use]
pub fn object(patient: PatientId) -> String {
    format!("patient/{}", patient.get())
}

/// The patient whom an audit line's object names, if it names one.
#[must_use]
pub fn patient_of(object: &str) -> Option<PatientId> {
    PatientId::from_stored(object.strip_prefix("patient/")?.parse().ok()?)
}
