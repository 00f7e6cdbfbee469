//! Who may do what with jobs.

use crate::access::{Caller, Role};
use crate::http::answer::Refusal;

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

/// Lets a caller through, or says why not.
///
/// # Errors
/// 401 to strangers, 403 to those whose role does not suffice.
pub(super) fn check(caller: &Caller, action: Action) -> Result<(), Refusal> {
    let is_any_of = |roles: &[Role]| {
        let role = caller.role;
        role.is_some_and(|role| roles.iter().any(|needed| role.covers(*needed)))
    };
    let may = match action {
        Action::Read => true,
        Action::List => is_any_of(&[Role::Viewer]),
        Action::Submit | Action::Change => is_any_of(&[Role::Editor, Role::Worker]),
        Action::Work => is_any_of(&[Role::Worker]),
        Action::ChangeSchedules => is_any_of(&[Role::Admin]),
    };
    let is_open = caller.is_open && action != Action::ChangeSchedules;
    if may || is_open {
        return Ok(());
    }
    Err(Refusal::lacking_role(caller))
}

#[cfg(test)]
mod tests {
    use rocket::http::Status;

    use super::*;

    /// All but what is never open.
    const ACTIONS: [Action; 5] = [Action::Submit, Action::Read, Action::List, Action::Change, Action::Work];

    fn caller(role: Option<Role>, is_open: bool) -> Caller {
        Caller {
            role,
            ..Caller::stranger(is_open)
        }
    }

    fn allowed(role: Option<Role>, is_open: bool) -> Vec<Action> {
        let may = |action: &Action| check(&caller(role, is_open), *action).is_ok();
        ACTIONS.into_iter().filter(may).collect()
    }

    #[test]
    fn while_it_is_open_anyone_may_do_anything() {
        assert_eq!(allowed(None, true), ACTIONS);
    }

    #[test]
    fn once_it_is_closed_each_role_has_its_own() {
        use Action::{Change, List, Read, Submit};
        assert_eq!(allowed(None, false), [Read]);
        assert_eq!(allowed(Some(Role::Viewer), false), [Read, List]);
        assert_eq!(allowed(Some(Role::Editor), false), [Submit, Read, List, Change]);
        assert_eq!(allowed(Some(Role::Worker), false), ACTIONS);
        assert_eq!(allowed(Some(Role::Admin), false), ACTIONS);
    }

    #[test]
    fn schedules_are_changed_by_administrators_alone_also_while_it_is_open() {
        for is_open in [true, false] {
            for role in Role::ALL.map(Some).into_iter().chain([None]) {
                let may = check(&caller(role, is_open), Action::ChangeSchedules).is_ok();
                assert_eq!(may, role == Some(Role::Admin), "{role:?} {is_open}");
            }
        }
    }

    #[test]
    fn a_stranger_is_asked_who_it_is_and_others_are_told_no() {
        let refused = |role| check(&caller(role, false), Action::Work).map_err(|refusal| refusal.status);
        assert_eq!(refused(None), Err(Status::Unauthorized));
        assert_eq!(refused(Some(Role::Editor)), Err(Status::Forbidden));
    }
}
