//! The words that mean something in the text, and so cannot be names.

/// Every word of the language.
const RESERVED: &str = "\
    after age all allergy and any as at attribute band before birth bmi by calendar carry \
    case censor change code coded_value codes cohort comparator confirmed consent count \
    covariates coverage covered days days_supply death denominator department descendants \
    device diagnosis different dispensing dose drug drug_admin drug_order during earliest \
    egfr else end ending entry episodes era event ever exactly except exclude exit false \
    first follow_up form found from gap greatest highest hours immunization in include index \
    interval is ja keep kind known lab last latest least let life list lower_limit lowest \
    main matched mean measure median members minutes months most nearest negative_controls \
    no none not note_term nth number numerator observation observed of on or order other \
    outcome overlapping per pgs procedure quantity ratio recorded require risk route same \
    sample seconds seed sex sha256 slope source spanning specimen start strata study sum \
    supply suspected target then this to true unit upper_limit uses value variable variant \
    version visit visits vital vocabulary ward washout weeks when where wholly with within \
    year years \
";

/// Whether a word means something in the text.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.split_ascii_whitespace().any(|reserved| reserved == word)
}
