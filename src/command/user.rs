//! `socle user`: manages accounts, with or without a running server.

use std::io::Write;

use super::error::CommandError;
use super::runtime::{read_access, write_access};
use super::{argument, password, table};
use crate::access::{Access, Actor, Error, LastAdmin, NewUser, User, UserChange};
use crate::clock::Clock;
use crate::config::{Settings, UserCommand};

/// Runs a subcommand.
pub(super) fn run(settings: &Settings, command: UserCommand, out: &mut dyn Write) -> Result<(), CommandError> {
    let now = Clock::SYSTEM.now();
    let actor = Actor::command_line();
    let message = match command {
        UserCommand::List => return list(settings, out),
        UserCommand::Add { name, role, email } => {
            let role = argument::role(&role)?;
            let new = NewUser {
                password: password::ask(&name)?,
                name,
                role,
                email,
            };
            let user = write_access(settings, async |access| Ok(access.add_user(new, &actor, now).await?))?;
            format!("added {} as {}", user.name, user.role)
        }
        UserCommand::Passwd { name } => {
            // The password is asked for only if the account exists.
            read_access(settings, async |access| named(access, &name))?;
            let change = UserChange {
                password: Some(password::ask(&name)?),
                ..UserChange::default()
            };
            write_access(settings, async |access| {
                let user = named(access, &name)?;
                Ok(access
                    .change_user(user.id, change, LastAdmin::MayGo, &actor, now)
                    .await?)
            })?;
            format!("changed the password of {name}; its sessions have ended")
        }
        UserCommand::Remove { name } => {
            write_access(settings, async |access| {
                let user = named(access, &name)?;
                Ok(access.remove_user(user.id, LastAdmin::MayGo, &actor, now).await?)
            })?;
            format!("removed {name} with its tokens and sessions")
        }
    };
    writeln!(out, "{message}").map_err(CommandError::Output)
}

fn list(settings: &Settings, out: &mut dyn Write) -> Result<(), CommandError> {
    let users = read_access(settings, async |access| Ok(access.users().await?))?;
    let row = |user: &User| {
        let email = user.email.clone().unwrap_or_else(|| "-".to_owned());
        [
            user.name.clone(),
            user.role.to_string(),
            email,
            table::time(Some(user.created_at)),
        ]
    };
    let rows: Vec<_> = users.iter().map(row).collect();
    table::print(["name", "role", "email", "made"], &rows, out).map_err(CommandError::Output)
}

fn named(access: &Access, name: &str) -> Result<User, CommandError> {
    access.user_named(name).map_err(|error| match error {
        Error::NotFound => CommandError::Unusable(format!(
            "there is no account named \"{name}\": `socle user list` lists them"
        )),
        error => error.into(),
    })
}
