//! `socle token`: manages tokens for programs, which belong to no account.

use std::io::Write;

use jiff::Timestamp;

use super::error::CommandError;
use super::runtime::{read_access, write_access};
use super::{argument, table};
use crate::access::{Access, Actor, Error, Token, TokenScope, expiry};
use crate::clock::Clock;
use crate::config::{Settings, TokenCommand};

/// Runs a subcommand.
pub(super) fn run(settings: &Settings, command: TokenCommand, out: &mut dyn Write) -> Result<(), CommandError> {
    let now = Clock::SYSTEM.now();
    let actor = Actor::command_line();
    match command {
        TokenCommand::Create { name, role, expires } => {
            let role = argument::role(&role)?;
            let expires = expires.map(|text| expiry::parse(&text, now).map_err(|message| refused(&text, &message)));
            let expires = expires.transpose()?;
            let secret = write_access(settings, async |access| {
                let created = access
                    .create_token_without_account(&name, role, expires, &actor, now)
                    .await;
                Ok(created.map(|(_, secret)| secret)?)
            })?;
            writeln!(out, "{}", secret.reveal()).map_err(CommandError::Output)
        }
        TokenCommand::List => {
            let tokens = read_access(settings, async |access| Ok(access.tokens(TokenScope::All).await?))?;
            print(&tokens, now, out).map_err(CommandError::Output)
        }
        TokenCommand::Revoke { name } => {
            let token = write_access(settings, async |access| {
                let token = find(access, &name, now)?;
                access.revoke_token(token.id, TokenScope::All, &actor, now).await?;
                Ok(token)
            })?;
            writeln!(out, "revoked {}", described(&token)).map_err(CommandError::Output)
        }
    }
}

fn refused(text: &str, message: &str) -> CommandError {
    CommandError::Unusable(format!("--expires is {text:?}: {message}"))
}

/// The live token with a name or, when none has it, with that number.
fn find(access: &Access, name: &str, now: Timestamp) -> Result<Token, CommandError> {
    let mut found = access.live_tokens_named(name, now)?;
    if let (true, Ok(id)) = (found.is_empty(), name.parse()) {
        match access.token(id) {
            Err(Error::NotFound) => {}
            token => found.extend(Some(token?).filter(|token| token.is_live(now))),
        }
    }
    match found.as_slice() {
        [token] => Ok(token.clone()),
        [] => Err(CommandError::Unusable(format!(
            "there is no live token named \"{name}\": `socle token list` lists them"
        ))),
        several => {
            let several: Vec<_> = several.iter().map(described).collect();
            let several = several.join("; ");
            Err(CommandError::Unusable(format!(
                "several tokens have this name, give a number instead: {several}"
            )))
        }
    }
}

fn described(token: &Token) -> String {
    let owner = token.owner.as_ref().map(|owner| format!(" of {}", owner.name));
    format!("token {} ({}{})", token.id, token.name, owner.unwrap_or_default())
}

fn print(tokens: &[Token], now: Timestamp, out: &mut dyn Write) -> std::io::Result<()> {
    let row = |token: &Token| {
        let state = match token.revoked_at {
            Some(_) => "revoked",
            None if token.is_live(now) => "live",
            None => "expired",
        };
        [
            token.id.to_string(),
            token.name.clone(),
            token.role.to_string(),
            token
                .owner
                .as_ref()
                .map_or_else(|| "-".to_owned(), |owner| owner.name.clone()),
            state.to_owned(),
            table::time(Some(token.created_at)),
            table::time(token.expires_at),
            table::time(token.last_used_at),
        ]
    };
    let rows: Vec<_> = tokens.iter().map(row).collect();
    let heads = [
        "number",
        "name",
        "role",
        "account",
        "state",
        "made",
        "expires",
        "last used",
    ];
    table::print(heads, &rows, out)
}
