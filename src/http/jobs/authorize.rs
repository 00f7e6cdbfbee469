//! Who may do what with jobs: what `socle.toml` says, else what is usual.

use rocket::Request;

use crate::access::policy::JobsRule;
use crate::access::{AccessLevel, Caller, Role};
use crate::http::response::ApiError;
use crate::http::{App, guard};

/// What is done with jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Asking for one.
    Submit,
    /// Looking at one, by its name, which nobody can guess.
    Read,
    /// Seeing which there are.
    List,
    /// Calling one off, or having it tried again.
    Change,
    /// Doing them: claim, heartbeat, complete, fail.
    Work,
    /// Making, changing and removing schedules: a setting, which is never open.
    ChangeSchedules,
}

/// Lets whoever asks through, or says why not.
///
/// # Errors
/// 401 to strangers, 403 to those whose role does not suffice.
pub(super) fn check(app: &App, request: &Request<'_>, action: Action) -> Result<(), ApiError> {
    let caller = guard::caller(request);
    match may(caller, app.rules.current().jobs(), action) {
        true => Ok(()),
        false => Err(ApiError::lacking_role(caller)),
    }
}

fn may(caller: &Caller, rule: JobsRule, action: Action) -> bool {
    let reaches = |level: AccessLevel| AccessLevel::from(caller) >= level;
    match action {
        Action::Read => reaches(rule.read.unwrap_or(AccessLevel::Public)),
        Action::List => {
            let usual = if caller.is_open {
                AccessLevel::Public
            } else {
                AccessLevel::Viewer
            };
            reaches(usual.max(rule.read.unwrap_or(AccessLevel::Public)))
        }
        Action::Submit | Action::Change => match rule.write {
            // A worker may ask for jobs where an editor may.
            Some(level) => reaches(level) || (level <= AccessLevel::Editor && caller.covers(Role::Worker)),
            None => caller.is_open || caller.covers(Role::Editor) || caller.covers(Role::Worker),
        },
        Action::Work => caller.is_open || caller.covers(Role::Worker),
        Action::ChangeSchedules => caller.covers(Role::Admin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All but what is never open.
    const ACTIONS: [Action; 5] = [Action::Submit, Action::Read, Action::List, Action::Change, Action::Work];
    const SILENT: JobsRule = JobsRule {
        read: None,
        write: None,
    };

    fn caller(role: Option<Role>, is_open: bool) -> Caller {
        Caller {
            role,
            ..Caller::stranger(is_open)
        }
    }

    fn allowed(role: Option<Role>, is_open: bool, rule: JobsRule) -> Vec<Action> {
        let may = |action: &Action| may(&caller(role, is_open), rule, *action);
        ACTIONS.into_iter().filter(may).collect()
    }

    #[test]
    fn while_it_is_open_anyone_may_do_anything() {
        assert_eq!(allowed(None, true, SILENT), ACTIONS);
    }

    #[test]
    fn once_it_is_closed_each_role_has_its_own() {
        use Action::{Change, List, Read, Submit};
        assert_eq!(allowed(None, false, SILENT), [Read]);
        assert_eq!(allowed(Some(Role::Viewer), false, SILENT), [Read, List]);
        assert_eq!(allowed(Some(Role::Editor), false, SILENT), [Submit, Read, List, Change]);
        assert_eq!(allowed(Some(Role::Worker), false, SILENT), ACTIONS);
        assert_eq!(allowed(Some(Role::Admin), false, SILENT), ACTIONS);
    }

    #[test]
    fn what_the_file_says_goes_before_what_is_usual() {
        use Action::{Change, List, Read, Submit, Work};
        let strict = JobsRule {
            read: Some(AccessLevel::Viewer),
            write: Some(AccessLevel::Admin),
        };
        assert_eq!(allowed(None, true, strict), [Work]);
        assert_eq!(allowed(Some(Role::Editor), false, strict), [Read, List]);
        assert_eq!(allowed(Some(Role::Worker), false, strict), [Read, List, Work]);
        let usual = JobsRule {
            read: None,
            write: Some(AccessLevel::Editor),
        };
        assert_eq!(allowed(Some(Role::Worker), false, usual), ACTIONS);
        let loose = JobsRule {
            read: None,
            write: Some(AccessLevel::Public),
        };
        assert_eq!(allowed(None, false, loose), [Submit, Read, Change]);
    }

    #[test]
    fn schedules_are_changed_by_administrators_alone_also_while_it_is_open() {
        for is_open in [true, false] {
            for role in Role::ALL.map(Some).into_iter().chain([None]) {
                let may = may(&caller(role, is_open), SILENT, Action::ChangeSchedules);
                assert_eq!(may, role == Some(Role::Admin), "{role:?} {is_open}");
            }
        }
    }
}
