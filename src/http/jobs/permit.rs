//! Who may do what with jobs.

use rocket::http::Status;

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
    };
    if may || caller.is_open {
        return Ok(());
    }
    if caller.role.is_some() {
        let said = "You do not have permission to perform this action.";
        return Err(Refusal::new(Status::Forbidden, said));
    }
    let mut refusal = Refusal::new(Status::Unauthorized, "Authentication credentials were not provided.");
    refusal
        .headers
        .push(("WWW-Authenticate", "Bearer realm=\"socle\"".to_owned()));
    Err(refusal)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTIONS: [Action; 5] = [Action::Submit, Action::Read, Action::List, Action::Change, Action::Work];

    fn allowed(role: Option<Role>, is_open: bool) -> Vec<Action> {
        let may = |action: &Action| check(&Caller { role, is_open }, *action).is_ok();
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
    fn a_stranger_is_asked_who_it_is_and_others_are_told_no() {
        let refused = |role| check(&Caller { role, is_open: false }, Action::Work).map_err(|refusal| refusal.status);
        assert_eq!(refused(None), Err(Status::Unauthorized));
        assert_eq!(refused(Some(Role::Editor)), Err(Status::Forbidden));
    }
}
