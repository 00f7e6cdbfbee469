//! Arguments of commands, parsed into the types of the rooms that interpret them.

use super::error::CommandError;
use crate::access::Role;
use crate::jobs::{JobId, State};

/// Parses `--role`.
pub(super) fn role(text: &str) -> Result<Role, CommandError> {
    text.parse()
        .map_err(|_| invalid("--role", text, "viewer, worker, editor or admin"))
}

/// Parses `--status`.
pub(super) fn job_state(text: &str) -> Result<State, CommandError> {
    State::named(text).ok_or_else(|| invalid("--status", text, "queued, processing, done, failed or cancelled"))
}

/// Parses the id of a job.
pub(super) fn job_id(text: &str) -> Result<JobId, CommandError> {
    text.parse()
        .map_err(|()| invalid("<ID>", text, "the job_id of a job, as socle jobs list shows it"))
}

fn invalid(name: &'static str, value: &str, allowed: &'static str) -> CommandError {
    CommandError::Argument {
        name,
        value: value.to_owned(),
        allowed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_argument_is_named_with_its_value_and_what_is_allowed() {
        assert_eq!(
            job_state("sleeping").unwrap_err().to_string(),
            "--status is \"sleeping\"; allowed: queued, processing, done, failed or cancelled"
        );
        assert_eq!(
            role("owner").unwrap_err().to_string(),
            "--role is \"owner\"; allowed: viewer, worker, editor or admin"
        );
        let message = job_id("7").unwrap_err().to_string();
        assert!(message.starts_with("<ID> is \"7\"; allowed: the job_id"), "{message}");
    }
}
