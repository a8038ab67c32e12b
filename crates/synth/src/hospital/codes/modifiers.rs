//! Words before and after the names of diseases, by their exchange codes.

use super::Modifier;

macro_rules! modifiers {
    ($($name:ident = $exchange:literal $ja:literal $place:ident $en:literal;)*) => {
        $(#[doc = concat!($en, ".")]
        pub static $name: Modifier =
            Modifier { exchange: $exchange, ja: $ja, is_prefix: modifiers!(@$place) };)*

        /// All modifiers.
        pub static ALL: &[&Modifier] = &[$(&$name),*];
    };
    (@before) => { true };
    (@after) => { false };
}

modifiers! {
    SUSPECTED = "8002" "の疑い" after "Suspected";
    ACUTE = "4012" "急性" before "Acute";
    CHRONIC = "4014" "慢性" before "Chronic";
    SUBACUTE = "4013" "亜急性" before "Subacute";
    RIGHT = "2056" "右" before "Right";
    LEFT = "2049" "左" before "Left";
    BOTH_SIDES = "2057" "両側" before "On both sides";
    UPPER = "2013" "上部" before "Upper";
    LOWER = "2014" "下部" before "Lower";
    MULTIPLE = "7013" "多発性" before "Multiple";
    SEVERE = "5008" "重症" before "Severe";
    MILD = "5007" "軽症" before "Mild";
    OLD = "4023" "陳旧性" before "Old";
    RECURRENT = "4026" "再発性" before "Recurrent";
    EARLY = "5021" "早期" before "Early";
    ADVANCED = "5022" "進行" before "Advanced";
    AGGRAVATED = "8041" "の急性増悪" after "Acute exacerbation of";
    AFTER_OPERATION = "1486" "の術後" after "After an operation for";
    RELAPSE = "8065" "の再発" after "Relapse of";
    SEQUELAE = "8048" "の後遺症" after "Sequelae of";
    SECONDARY = "7041" "続発性" before "Secondary";
    POSTPARTUM = "4061" "産後" before "After childbirth";
}
