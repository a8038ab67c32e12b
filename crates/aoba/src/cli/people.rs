//! The words of `aoba people`.

use clap::{Args, Subcommand};
use ledger::Role;
use vocab::Actor;

use super::ListFormat;

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum PeopleCommand {
    /// List who has an account.
    List {
        /// How to print.
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// Make an account and print the link on which its holder chooses a password.
    Invite(InviteArgs),
    /// Close an account: its sessions, links and grants hold no longer.
    Disable {
        /// The name for signing in.
        name: Actor,
    },
    /// Open a closed account again.
    Enable {
        /// The name for signing in.
        name: Actor,
    },
    /// Take somebody's password away, end their sessions, and print a new link.
    Reset {
        /// The name for signing in.
        name: Actor,
        /// Take the authenticator app away too: the telephone and the recovery codes are lost.
        #[arg(long)]
        second_factor: bool,
        /// Where people reach the portal.
        #[arg(long, default_value = ADDRESS, value_name = "URL")]
        address: String,
    },
}

const ADDRESS: &str = "http://127.0.0.1:8080";

/// Arguments of `people invite`.
#[derive(Debug, Args)]
pub(crate) struct InviteArgs {
    /// The name for signing in: small letters, digits, dots, hyphens, underscores.
    pub(crate) name: String,
    /// What they do, such as clinical-researcher or administrator.
    #[arg(long)]
    pub(crate) role: Role,
    /// Their name in Japanese.
    #[arg(long, value_name = "NAME")]
    pub(crate) name_ja: String,
    /// Their name in English.
    #[arg(long, value_name = "NAME")]
    pub(crate) name_en: String,
    /// Where they work.
    #[arg(long)]
    pub(crate) department: Option<String>,
    /// Where people reach the portal.
    #[arg(long, default_value = ADDRESS, value_name = "URL")]
    pub(crate) address: String,
}
