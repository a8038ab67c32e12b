//! Groups of diseases that doctors write about in the same words.

/// A group of diseases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Diabetes.
    Diabetes,
    /// High blood pressure.
    Hypertension,
    /// Lipids and uric acid.
    Lipids,
    /// Chronic kidney disease and dialysis.
    Kidney,
    /// Heart failure and diseases of muscle and valves.
    HeartFailure,
    /// Infarction and angina.
    Coronary,
    /// Atrial fibrillation and other rhythms.
    Rhythm,
    /// Stroke.
    Stroke,
    /// Pulmonary hypertension and embolism.
    PulmonaryVessels,
    /// COPD, asthma and other diseases of the airways and lungs.
    Airways,
    /// Pneumonia and other infections of the chest.
    Pneumonia,
    /// Infections elsewhere.
    Infection,
    /// Rheumatoid arthritis and its kin.
    Joints,
    /// Cancer.
    Cancer,
    /// Stomach, gut, liver, pancreas.
    Digestive,
    /// Nerves, muscles, mind.
    Nerves,
    /// Pregnancy and birth.
    Pregnancy,
    /// Fractures and other injuries.
    Injury,
    /// Everything else.
    Other,
}

impl Class {
    /// The group of an ICD-10 code.
    pub(super) fn of(icd10: &str) -> Self {
        let letter = icd10.bytes().next().unwrap_or_default();
        let number: u16 = icd10.get(1..3).and_then(|two| two.parse().ok()).unwrap_or_default();
        match (letter, number) {
            (b'E', 8..=14) => Self::Diabetes,
            (b'E', 78 | 79) => Self::Lipids,
            (b'I', 10..=15) => Self::Hypertension,
            (b'N', 0..=19) => Self::Kidney,
            (b'I', 20..=25) => Self::Coronary,
            (b'I', 26..=28) => Self::PulmonaryVessels,
            (b'I', 30..=43 | 50..=52) => Self::HeartFailure,
            (b'I', 44..=49) => Self::Rhythm,
            (b'I', 60..=69) | (b'G', 45 | 46) => Self::Stroke,
            (b'J', 9..=22) | (b'U', 7) => Self::Pneumonia,
            (b'J', _) => Self::Airways,
            (b'M', 5..=14 | 30..=36 | 45) => Self::Joints,
            (b'C', _) | (b'D', 0..=9 | 45..=47) => Self::Cancer,
            (b'K', _) | (b'B', 15..=19) => Self::Digestive,
            (b'A' | b'B', _) | (b'N', 30 | 39 | 41) | (b'L', 3) => Self::Infection,
            (b'G' | b'F', _) => Self::Nerves,
            (b'O' | b'P', _) => Self::Pregnancy,
            (b'S' | b'T', _) => Self::Injury,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_fall_into_their_groups() {
        let check = |code: &str, class: Class| assert_eq!(Class::of(code), class, "{code}");
        check("E119", Class::Diabetes);
        check("I500", Class::HeartFailure);
        check("J189", Class::Pneumonia);
        check("C349", Class::Cancer);
        check("N390", Class::Infection);
        check("Z000", Class::Other);
        check("", Class::Other);
    }
}
