//! What people do in the hospital, as far as it decides which pages are theirs.

use std::fmt;
use std::str::FromStr;

use vocab::Text;

/// What somebody does in the hospital. A role opens no record: only grants do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Feeds extracts and watches their quality.
    DataEngineer,
    /// Records refusals, judges applications, releases data.
    DataSteward,
    /// Turns free text into structured data.
    TextEngineer,
    /// Asks questions of the records.
    ClinicalResearcher,
    /// Finds subjects and fills forms of studies.
    Coordinator,
    /// Keeps the specimens.
    BiobankManager,
    /// Takes orders for sequencing.
    OmicsAnalyst,
    /// Teaches.
    Educator,
    /// Learns.
    Student,
    /// Follows targets and hours.
    HubOffice,
    /// Comes from outside.
    Partner,
    /// Reads who saw what.
    Auditor,
    /// Makes and closes accounts.
    Administrator,
}

/// Says that a text names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role")]
pub struct NoRole(String);

impl Role {
    /// Every role, in the order in which they are offered.
    pub const ALL: [Self; 13] = [
        Self::DataEngineer,
        Self::DataSteward,
        Self::TextEngineer,
        Self::ClinicalResearcher,
        Self::Coordinator,
        Self::BiobankManager,
        Self::OmicsAnalyst,
        Self::Educator,
        Self::Student,
        Self::HubOffice,
        Self::Partner,
        Self::Auditor,
        Self::Administrator,
    ];

    /// The role as the ledger and the command line write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DataEngineer => "data-engineer",
            Self::DataSteward => "data-steward",
            Self::TextEngineer => "text-engineer",
            Self::ClinicalResearcher => "clinical-researcher",
            Self::Coordinator => "coordinator",
            Self::BiobankManager => "biobank-manager",
            Self::OmicsAnalyst => "omics-analyst",
            Self::Educator => "educator",
            Self::Student => "student",
            Self::HubOffice => "hub-office",
            Self::Partner => "partner",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// What it is called.
    #[must_use]
    pub fn text(self) -> Text {
        let (ja, en) = match self {
            Self::DataEngineer => ("データエンジニア", "Data engineer"),
            Self::DataSteward => ("データ管理者", "Data steward"),
            Self::TextEngineer => ("テキスト処理担当", "Text engineer"),
            Self::ClinicalResearcher => ("臨床研究者", "Clinical researcher"),
            Self::Coordinator => ("臨床研究コーディネーター", "Coordinator"),
            Self::BiobankManager => ("バイオバンク管理者", "Biobank manager"),
            Self::OmicsAnalyst => ("オミックス解析担当", "Omics analyst"),
            Self::Educator => ("教員", "Educator"),
            Self::Student => ("学生", "Student"),
            Self::HubOffice => ("連絡室", "Hub office"),
            Self::Partner => ("外部の共同研究者", "Partner"),
            Self::Auditor => ("監査担当", "Auditor"),
            Self::Administrator => ("システム管理者", "Administrator"),
        };
        Text { ja, en }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = NoRole;

    fn from_str(text: &str) -> Result<Self, NoRole> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or_else(|| NoRole(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_reads_back_what_it_writes_and_has_its_own_name() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            let same = |one: &Role| one.text() == role.text();
            assert_eq!(Role::ALL.iter().filter(|one| same(one)).count(), 1, "{role}");
        }
        assert!("root".parse::<Role>().is_err());
    }
}
