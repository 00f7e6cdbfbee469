//! `socle jobs`: lists and changes the queue, with or without a running server.

use std::io::{self, Write};

use serde_json::{Value as Json, json};

use super::error::CommandError;
use super::{argument, runtime, table};
use crate::clock::{Clock, Rng, UnixMillis};
use crate::config::{JobsCommand, Settings};
use crate::jobs::schedule::{Schedule, Schedules};
use crate::jobs::{Error, Filter, Job, JobId, Jobs, State};

/// Characters of an error that a line of the list shows.
const MAX_SHOWN_ERROR: usize = 60;

/// A subcommand with its arguments parsed.
enum Action {
    List { filter: Filter, limit: u32 },
    Schedules,
    Show(JobId),
    Retry(JobId),
    Cancel(JobId),
}

impl Action {
    fn parse(command: JobsCommand) -> Result<Self, CommandError> {
        Ok(match command {
            JobsCommand::List { status, kind, limit } => {
                let state = status.as_deref().map(argument::job_state).transpose()?;
                let filter = Filter { state, kind };
                Self::List { filter, limit }
            }
            JobsCommand::Schedules => Self::Schedules,
            JobsCommand::Show { id } => Self::Show(argument::job_id(&id)?),
            JobsCommand::Retry { id } => Self::Retry(argument::job_id(&id)?),
            JobsCommand::Cancel { id } => Self::Cancel(argument::job_id(&id)?),
        })
    }
}

/// Runs a subcommand and prints its result. Only those that change the queue open the database for writing.
pub(super) fn run(settings: &Settings, command: JobsCommand, out: &mut dyn Write) -> Result<(), CommandError> {
    // Before the database is opened: an invalid argument is reported first.
    let action = Action::parse(command)?;
    let database = match &action {
        Action::List { .. } | Action::Schedules | Action::Show(_) => runtime::open_for_reading(settings)?,
        Action::Retry(_) | Action::Cancel(_) => runtime::open_without_migrating(settings)?,
    };
    let jobs = Jobs::new(database.clone(), Clock::SYSTEM, Rng::SYSTEM);
    runtime::single_thread()?.block_on(async {
        let done = perform(&jobs, action, out).await;
        runtime::close(&database).await;
        done
    })
}

async fn perform(jobs: &Jobs, action: Action, out: &mut dyn Write) -> Result<(), CommandError> {
    let of = |id: JobId| move |error| CommandError::Job(id, error);
    match action {
        Action::List { filter, limit } => {
            let page = jobs.page(filter, None, limit).await.map_err(CommandError::Jobs)?;
            list(&page.jobs, page.total, out)
        }
        Action::Schedules => {
            let schedules = Schedules::new(jobs.clone()).list().map_err(CommandError::Jobs)?;
            let heads = ["name", "kind", "ticks", "next_at", "last_at", "from"];
            let rows: Vec<_> = schedules.iter().map(schedule).collect();
            table::print(heads, &rows, out)
        }
        Action::Show(id) => {
            let shown = show(jobs, id).map_err(of(id))?;
            writeln!(out, "{shown:#}")
        }
        Action::Retry(id) => {
            jobs.retry(id).await.map_err(of(id))?;
            writeln!(out, "{id} is queued again")
        }
        Action::Cancel(id) => match jobs.cancel(id).await.map_err(of(id))? {
            State::Cancelled => writeln!(out, "{id} is cancelled"),
            _ => writeln!(out, "{id} is running: its worker is notified at its next heartbeat"),
        },
    }
    .map_err(CommandError::Output)
}

/// The job as the API shows it, with its payload.
fn show(jobs: &Jobs, id: JobId) -> Result<Json, Error> {
    let job = jobs.find(id)?;
    let payload: Json = serde_json::from_str(jobs.payload(id)?.get()).unwrap_or_default();
    let mut shown = serde_json::to_value(&job).unwrap_or_default();
    if let Some(object) = shown.as_object_mut() {
        object.insert("payload".to_owned(), payload);
    }
    Ok(shown)
}

/// A line for each job, and the number of those not listed.
fn list(jobs: &[Job], total: u64, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<_> = jobs.iter().map(line).collect();
    table::print(["job_id", "kind", "status", "attempts", "created_at", ""], &rows, out)?;
    let more = total.saturating_sub(jobs.len() as u64);
    match more {
        0 => Ok(()),
        more => writeln!(out, "{more} more; --limit {} shows them", total.min(1000)),
    }
}

fn schedule(schedule: &Schedule) -> [String; 6] {
    let ticks = match (&schedule.cron, &schedule.every) {
        (Some(cron), _) => format!("{cron} {}", schedule.timezone.as_deref().unwrap_or_default()),
        (None, every) => format!("every {}", every.as_deref().unwrap_or_default()),
    };
    let time = |time: Option<UnixMillis>| json!(time).as_str().unwrap_or("-").to_owned();
    let next = match schedule.enabled {
        true => time(schedule.next_at),
        false => "paused".to_owned(),
    };
    let (name, kind) = (schedule.name.clone(), schedule.kind.clone());
    [
        name,
        kind,
        ticks,
        next,
        time(schedule.last_at),
        schedule.source.name().to_owned(),
    ]
}

fn line(job: &Job) -> [String; 6] {
    let error: String = job
        .error
        .iter()
        .flat_map(|error| error.chars())
        .take(MAX_SHOWN_ERROR)
        .collect();
    [
        job.job_id.to_string(),
        job.kind.clone(),
        job.status.name().to_owned(),
        format!("{} of {}", job.attempts, job.max_attempts),
        json!(job.created_at).as_str().unwrap_or_default().to_owned(),
        error.replace(char::is_control, " "),
    ]
}
