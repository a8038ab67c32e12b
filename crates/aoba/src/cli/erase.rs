//! What `aoba erase` and `aoba erasures` are told.

use clap::Args;

use super::ReportFormat;

/// Arguments of `erase`.
#[derive(Debug, Args)]
pub(crate) struct EraseArgs {
    /// The patient: an identifier's value, `system|value`, the record's id, `source/id`, or the
    /// number in `patient_id`.
    pub(crate) patient: String,
    /// Why, for the certificate and the audit log; no names.
    #[arg(long, required_unless_present_any = ["lift", "dry_run"])]
    pub(crate) reason: Option<String>,
    /// Look through everything and tell what would go, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Let somebody who was erased come back: `system|value` or `source/id`.
    #[arg(long, conflicts_with_all = ["reason", "dry_run"])]
    pub(crate) lift: bool,
    /// How to print the certificate.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
    /// Show no progress bar.
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// Arguments of `erasures`.
#[derive(Debug, Args)]
pub(crate) struct ErasuresArgs {
    /// The erasure whose certificate is shown; all are listed if none is named.
    pub(crate) erasure: Option<i64>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
}
