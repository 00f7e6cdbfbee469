//! Rules of endpoints: who may call one, as a value that the HTTP guard enforces and the OpenAPI document states.

use super::{AccessLevel, JobsRule, Policy};
use crate::access::{Caller, Role};

/// Who may call an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Anyone. Credentials are not read.
    Anyone,
    /// Anyone whose credential, if there is one, is valid.
    AnyValid,
    /// Callers who may read the table.
    ReadTable,
    /// Callers who may write the table.
    WriteTable,
    /// Callers who may do this with jobs.
    Jobs(JobAction),
    /// Callers with a valid credential, whatever their role. Never open to others.
    SignedIn,
    /// Administrators. Never open to others.
    Admin,
}

/// What can be done with jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobAction {
    /// Submit a job.
    Submit,
    /// Read one job by its id, which cannot be guessed.
    Read,
    /// List and count jobs; list and read schedules.
    List,
    /// Cancel a job, or retry it.
    Change,
    /// Run jobs: claim, heartbeat, complete, fail.
    Work,
    /// Create, change and remove schedules. Never open to others than administrators.
    ChangeSchedules,
}

impl Policy {
    /// Whether a caller may call what stands under a rule. `table` is the name of the table that
    /// [`Rule::ReadTable`] and [`Rule::WriteTable`] are about; other rules ignore it.
    pub fn permits(&self, rule: Rule, caller: &Caller, table: &str) -> bool {
        match rule {
            Rule::Anyone | Rule::AnyValid => true,
            Rule::ReadTable => AccessLevel::from(caller) >= self.reading(table),
            Rule::WriteTable => self.may_write(caller, table),
            Rule::Jobs(action) => may(caller, self.jobs(), action),
            Rule::SignedIn => caller.covers(Role::Viewer),
            Rule::Admin => caller.covers(Role::Admin),
        }
    }

    /// The least roles that a rule permits: each permitted role covers one of them. `None` when strangers are permitted.
    /// `is_open` says whether there are neither accounts nor tokens.
    pub fn least_roles(&self, rule: Rule, table: &str, is_open: bool) -> Option<Vec<Role>> {
        if self.permits(rule, &Caller::stranger(is_open), table) {
            return None;
        }
        let of_role = |role| Caller {
            role: Some(role),
            ..Caller::stranger(false)
        };
        let permitted: Vec<Role> = Role::ALL
            .into_iter()
            .filter(|role| self.permits(rule, &of_role(*role), table))
            .collect();
        let is_least = |role: &Role| permitted.iter().all(|other| other == role || !role.covers(*other));
        Some(permitted.iter().copied().filter(is_least).collect())
    }
}

/// What `socle.toml` says of jobs decides; where it says nothing, the defaults of the role do.
fn may(caller: &Caller, rule: JobsRule, action: JobAction) -> bool {
    let reaches = |level: AccessLevel| AccessLevel::from(caller) >= level;
    match action {
        JobAction::Read => reaches(rule.read.unwrap_or(AccessLevel::Public)),
        JobAction::List => {
            let default = if caller.is_open {
                AccessLevel::Public
            } else {
                AccessLevel::Viewer
            };
            reaches(default.max(rule.read.unwrap_or(AccessLevel::Public)))
        }
        JobAction::Submit | JobAction::Change => match rule.write {
            // Workers may submit jobs where editors may.
            Some(level) => reaches(level) || (level <= AccessLevel::Editor && caller.covers(Role::Worker)),
            None => caller.is_open || caller.covers(Role::Editor) || caller.covers(Role::Worker),
        },
        JobAction::Work => caller.is_open || caller.covers(Role::Worker),
        JobAction::ChangeSchedules => caller.covers(Role::Admin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All but what is never open.
    const ACTIONS: [JobAction; 5] = [
        JobAction::Submit,
        JobAction::Read,
        JobAction::List,
        JobAction::Change,
        JobAction::Work,
    ];
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

    fn allowed(role: Option<Role>, is_open: bool, rule: JobsRule) -> Vec<JobAction> {
        let may = |action: &JobAction| may(&caller(role, is_open), rule, *action);
        ACTIONS.into_iter().filter(may).collect()
    }

    #[test]
    fn while_it_is_open_anyone_may_do_anything() {
        assert_eq!(allowed(None, true, SILENT), ACTIONS);
    }

    #[test]
    fn once_it_is_closed_each_role_has_its_own() {
        use JobAction::{Change, List, Read, Submit};
        assert_eq!(allowed(None, false, SILENT), [Read]);
        assert_eq!(allowed(Some(Role::Viewer), false, SILENT), [Read, List]);
        assert_eq!(allowed(Some(Role::Editor), false, SILENT), [Submit, Read, List, Change]);
        assert_eq!(allowed(Some(Role::Worker), false, SILENT), ACTIONS);
        assert_eq!(allowed(Some(Role::Admin), false, SILENT), ACTIONS);
    }

    #[test]
    fn what_the_file_says_goes_before_what_is_usual() {
        use JobAction::{Change, List, Read, Submit, Work};
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
    fn the_least_roles_of_a_rule_are_those_that_every_permitted_role_covers() {
        let policy = Policy::default();
        let least = |rule, is_open| policy.least_roles(rule, "items", is_open);
        assert_eq!(least(Rule::ReadTable, false), None);
        assert_eq!(least(Rule::WriteTable, true), None);
        assert_eq!(least(Rule::WriteTable, false), Some(vec![Role::Editor]));
        assert_eq!(least(Rule::SignedIn, true), Some(vec![Role::Viewer]));
        assert_eq!(least(Rule::Admin, true), Some(vec![Role::Admin]));
        let submit = Rule::Jobs(JobAction::Submit);
        assert_eq!(least(submit, false), Some(vec![Role::Worker, Role::Editor]));
        assert_eq!(least(Rule::Jobs(JobAction::Work), false), Some(vec![Role::Worker]));
    }

    #[test]
    fn schedules_are_changed_by_administrators_alone_also_while_it_is_open() {
        for is_open in [true, false] {
            for role in Role::ALL.map(Some).into_iter().chain([None]) {
                let may = may(&caller(role, is_open), SILENT, JobAction::ChangeSchedules);
                assert_eq!(may, role == Some(Role::Admin), "{role:?} {is_open}");
            }
        }
    }
}
