//! What `aoba pull` is told.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::SignedDuration;
use serde::Deserialize;

use super::ReportFormat;

/// Arguments of `pull`.
#[derive(Debug, Args)]
pub(crate) struct PullArgs {
    /// The address of a FHIR server, or the name of a pull in the settings.
    #[arg(value_name = "SERVER", required_unless_present = "status")]
    pub(crate) server: Option<String>,
    /// What is asked, and how one is let in.
    #[command(flatten)]
    pub(crate) ask: AskArgs,
    /// Fetch everything again, not only what changed since the last pull.
    #[arg(long)]
    pub(crate) full: bool,
    /// How long to wait for the server to prepare an export, such as 90m or 24h.
    #[arg(long, value_name = "TIME", value_parser = longer_than_nothing)]
    pub(crate) wait_at_most: Option<SignedDuration>,
    /// Tell how the pulls of the settings stand; exit code 1 when one needs a look.
    #[arg(long, conflicts_with_all = ["server", "full", "cancel"])]
    pub(crate) status: bool,
    /// Give up a pull that did not come to its end: tell the server, and remove what was fetched.
    #[arg(long, conflicts_with = "full")]
    pub(crate) cancel: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
    /// End with exit code 3 when any line was quarantined.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Show no progress bar.
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// What is asked of a server, and how one is let in: on the command line or in the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Deserialize)]
#[serde(default)]
pub(crate) struct AskArgs {
    /// The name of the system that sends them; `hospital` if not given.
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// Only the patients of this Group.
    #[arg(long, value_name = "ID")]
    pub(crate) group: Option<String>,
    /// What belongs to patients, and not the rest of the system.
    #[arg(long)]
    pub(crate) patients: bool,
    /// Only these resource types; all that the server gives if not given.
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',')]
    pub(crate) types: Vec<String>,
    /// How to ask; an export where the server has it if not given.
    #[arg(long, value_enum)]
    pub(crate) by: Option<By>,
    /// Resources a page of a search; the server may give fewer. 500 if not given.
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u32>,
    /// The format an export is asked for in; application/fhir+ndjson if not given.
    #[arg(long, value_name = "TYPE")]
    pub(crate) output_format: Option<String>,
    /// A file that holds a bearer token.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The environment variable that holds a bearer token.
    #[arg(long, value_name = "VARIABLE")]
    pub(crate) token_env: Option<String>,
    /// Under which name this program is registered at the server (SMART backend services).
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// The file of the private key that the server knows the public half of: JWK, JWK Set or PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Which key it is (`kid`), where the file does not tell.
    #[arg(long, value_name = "KID")]
    pub(crate) key_id: Option<String>,
    /// Where tokens are given; as the server's smart-configuration says if not given.
    #[arg(long, value_name = "URL")]
    pub(crate) token_url: Option<String>,
    /// What the token is to allow; system/*.rs or system/*.read if not given.
    #[arg(long)]
    pub(crate) scope: Option<String>,
    /// A file of further certificates to trust, such as the hospital's own authority (PEM).
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Go on from here next time although the server said that it could not give something.
    #[arg(long)]
    pub(crate) accept_errors: bool,
}

/// How records are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum By {
    /// A bulk export where the server has it, else searches.
    Auto,
    /// A bulk export.
    Export,
    /// Searches, type by type and page by page.
    Search,
}

fn longer_than_nothing(text: &str) -> Result<SignedDuration, String> {
    let told = text.parse::<SignedDuration>();
    told.ok()
        .filter(SignedDuration::is_positive)
        .ok_or_else(|| format!("{text:?} is not a length of time: say 90m or 24h"))
}
