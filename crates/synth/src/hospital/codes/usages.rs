//! When drugs are taken: sixteen characters of JAMI's standard usage.
//!
//! The first says how (1 swallowed, 2 elsewhere), the third the kind of timing (1 by meals, 5 as
//! needed), the fourth the times a day. By meals there follow bedtime, morning, noon and evening,
//! each with 1 before or 4 after. What is given by a line or a needle has no code here.
//!
//! # Source
//! 日本医療情報学会「処方オーダリングシステム用標準用法マスタ」.

use super::Usage;

macro_rules! usages {
    ($($name:ident = $code:literal $ja:literal $times:literal $en:literal;)*) => {
        $(#[doc = concat!($en, ".")]
        pub static $name: Usage = Usage { code: $code, ja: $ja, times_a_day: $times };)*

        /// All usages.
        pub static ALL: &[&Usage] = &[$(&$name),*];
    };
}

usages! {
    AFTER_BREAKFAST = "1011040000000000" "１日１回朝食後　服用" 1 "Once a day after breakfast";
    BEFORE_BREAKFAST = "1011010000000000" "１日１回朝食前　服用" 1 "Once a day before breakfast";
    AFTER_LUNCH = "1011004000000000" "１日１回昼食後　服用" 1 "Once a day after lunch";
    AFTER_SUPPER = "1011000400000000" "１日１回夕食後　服用" 1 "Once a day after supper";
    AT_BEDTIME = "1011100000000000" "１日１回就寝前　服用" 1 "Once a day at bedtime";
    MORNING_AND_EVENING = "1012040400000000" "１日２回朝夕食後　服用" 2 "Twice a day after breakfast and supper";
    BEFORE_MORNING_AND_EVENING = "1012010100000000" "１日２回朝夕食前　服用" 2 "Twice a day before breakfast and supper";
    MORNING_AND_NOON = "1012044000000000" "１日２回朝昼食後　服用" 2 "Twice a day after breakfast and lunch";
    AFTER_MEALS = "1013044400000000" "１日３回朝昼夕食後　服用" 3 "Three times a day after meals";
    BEFORE_MEALS = "1013011100000000" "１日３回朝昼夕食前　服用" 3 "Three times a day before meals";
    AFTER_MEALS_AND_AT_BEDTIME = "1014144400000000" "１日４回朝昼夕食後と就寝前　服用" 4 "Four times a day after meals and at bedtime";
    AS_NEEDED = "1050W10000000000" "必要時　服用" 1 "As needed";
    FOR_FEVER = "1050710000000000" "発熱時　服用" 1 "For fever";
    FOR_SLEEP = "1050610000000000" "不眠時　服用" 1 "For sleeplessness";
    EVERY_OTHER_DAY = "" "１日おき　服用" 1 "Every other day";
    ONCE_A_WEEK = "" "週１回起床時　服用" 1 "Once a week on rising";
    APPLIED = "2B7N000000000000" "１日数回　塗布" 3 "Put on the skin several times a day";
    DROPS = "2H71000000000000" "１日１回　点眼" 1 "Into the eyes once a day";
    INHALED_ONCE = "2R71000000000000" "１日１回　吸入" 1 "Breathed in once a day";
    INHALED_TWICE = "2R72000000000000" "１日２回　吸入" 2 "Breathed in twice a day";
    INJECTED_BEFORE_BREAKFAST = "" "１日１回朝食前　皮下注射" 1 "Under the skin once a day before breakfast";
    INJECTED_BEFORE_MEALS = "" "１日３回毎食直前　皮下注射" 3 "Under the skin three times a day before meals";
    INJECTED_AT_BEDTIME = "" "１日１回就寝前　皮下注射" 1 "Under the skin once a day at bedtime";
    INJECTED_WEEKLY = "" "週１回　皮下注射" 1 "Under the skin once a week";
    INJECTED_EVERY_TWO_WEEKS = "" "２週に１回　皮下注射" 1 "Under the skin every two weeks";
    INFUSED_ONCE = "" "１日１回　点滴静注" 1 "Into a vein once";
    INFUSED_TWICE = "" "１日２回　点滴静注" 2 "Into a vein twice a day";
    INFUSED_THREE_TIMES = "" "１日３回　点滴静注" 3 "Into a vein three times a day";
    INFUSED_FOUR_TIMES = "" "１日４回　点滴静注" 4 "Into a vein four times a day";
    INFUSED_CONTINUOUSLY = "" "持続点滴静注" 1 "Into a vein without a stop";
    AT_ONCE = "" "即時１回" 1 "Once, now";
}
