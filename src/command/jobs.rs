//! `socle jobs`: the queue on a terminal, beside a running server or without one.

use std::io::Write;

use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use super::error::CommandError;
use super::start;
use crate::clock::{Clock, Rng, UnixMillis};
use crate::config::{JobsCommand, Settings};
use crate::database::{Database, Options};
use crate::jobs::schedule::{Schedule, Schedules};
use crate::jobs::{Error, Filter, Job, JobId, Jobs, State};

/// Characters of an error that a line of the list shows.
const SHOWN_ERROR: usize = 60;

/// Does what is asked and prints what became of it.
pub(super) fn run(settings: &Settings, what: &JobsCommand, out: &mut dyn Write) -> Result<(), CommandError> {
    let path = settings.database_url.path();
    if !path.exists() {
        return Err(CommandError::NoDatabase(path.display().to_string()));
    }
    let database = Database::open(&Options {
        path: path.to_path_buf(),
        synchronous: settings.sqlite_synchronous,
    })?;
    let runtime = start::runtime()?;
    let jobs = Jobs::new(database.clone(), Clock::SYSTEM, Rng::SYSTEM);
    let done = answer(&runtime, &jobs, what, out);
    runtime.block_on(start::close(&database));
    done
}

fn answer(runtime: &Runtime, jobs: &Jobs, what: &JobsCommand, out: &mut dyn Write) -> Result<(), CommandError> {
    let of = |id: JobId| move |error| CommandError::Job(id, error);
    let text = match what {
        JobsCommand::List { status, kind, limit } => {
            let filter = Filter {
                state: *status,
                kind: kind.clone(),
            };
            let page = runtime
                .block_on(jobs.page(filter, None, *limit))
                .map_err(CommandError::Jobs)?;
            list(&page.jobs, page.total)
        }
        JobsCommand::Schedules => {
            let schedules = Schedules::new(jobs.clone()).list().map_err(CommandError::Jobs)?;
            let heads = ["name", "kind", "ticks", "next_at", "last_at", "from"].map(ToOwned::to_owned);
            table(heads, schedules.iter().map(schedule))
        }
        JobsCommand::Show { id } => show(jobs, *id).map_err(of(*id))?,
        JobsCommand::Retry { id } => {
            runtime.block_on(jobs.retry(*id)).map_err(of(*id))?;
            format!("{id} is queued again\n")
        }
        JobsCommand::Cancel { id } => match runtime.block_on(jobs.cancel(*id)).map_err(of(*id))? {
            State::Cancelled => format!("{id} is cancelled\n"),
            _ => format!("{id} is running: its worker is told at its next heartbeat\n"),
        },
    };
    out.write_all(text.as_bytes()).map_err(CommandError::Output)
}

/// The whole job, as the API shows it, and its payload.
fn show(jobs: &Jobs, id: JobId) -> Result<String, Error> {
    let job = jobs.find(id)?;
    let payload: Json = serde_json::from_str(jobs.payload(id)?.get()).unwrap_or_default();
    let mut shown = serde_json::to_value(&job).unwrap_or_default();
    if let Some(object) = shown.as_object_mut() {
        object.insert("payload".to_owned(), payload);
    }
    Ok(format!("{shown:#}\n"))
}

/// A line for each job, and how many there are beyond them.
fn list(jobs: &[Job], total: u64) -> String {
    let heads = ["job_id", "kind", "status", "attempts", "created_at", ""].map(ToOwned::to_owned);
    let mut text = table(heads, jobs.iter().map(line));
    let shown = jobs.len() as u64;
    if total > shown {
        text.push_str(&format!(
            "{} more; --limit {} shows them\n",
            total - shown,
            total.min(1000)
        ));
    }
    text
}

/// Columns as wide as what stands in them.
fn table(heads: [String; 6], lines: impl Iterator<Item = [String; 6]>) -> String {
    let lines: Vec<[String; 6]> = std::iter::once(heads).chain(lines).collect();
    let mut widths = [0; 6];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for line in &lines {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn schedule(schedule: &Schedule) -> [String; 6] {
    let ticks = match (&schedule.cron, &schedule.every) {
        (Some(cron), _) => format!("{cron} {}", schedule.timezone.as_deref().unwrap_or_default()),
        (None, every) => format!("every {}", every.as_deref().unwrap_or_default()),
    };
    let moment = |moment: Option<UnixMillis>| json!(moment).as_str().unwrap_or("-").to_owned();
    let next = match schedule.enabled {
        true => moment(schedule.next_at),
        false => "paused".to_owned(),
    };
    let (name, kind) = (schedule.name.clone(), schedule.kind.clone());
    [
        name,
        kind,
        ticks,
        next,
        moment(schedule.last_at),
        schedule.source.name().to_owned(),
    ]
}

fn line(job: &Job) -> [String; 6] {
    let error: String = job
        .error
        .iter()
        .flat_map(|error| error.chars())
        .take(SHOWN_ERROR)
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
