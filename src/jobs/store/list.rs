//! Lists and counts of jobs, each read through an index or from `_job_counts`: no query scans jobs that it does not return.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::row::{self, job_columns};
use super::sqlite;
use crate::clock::UnixMillis;
use crate::database::{self, Session, Statement, Value};
use crate::jobs::{Error, Job, JobId, State};

/// Jobs on a page by default.
pub const PAGE: u32 = 100;
/// The most jobs on a page.
pub const LARGEST_PAGE: u32 = 1000;
/// The most bytes of results and progress on a page; it ends before the job that would exceed them, but has at least one.
const PAGE_BYTES: usize = 4 << 20;

/// The conditions of a list; a job must meet all that are set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only jobs in this state.
    pub state: Option<State>,
    /// Only jobs of this kind.
    pub kind: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// The jobs, the newest first.
    pub jobs: Vec<Job>,
    /// The number of jobs on all pages.
    pub total: u64,
    /// The last job, when another page follows: the cursor of that page.
    pub next: Option<JobId>,
}

/// Numbers of jobs by kind and state.
pub type Counts = BTreeMap<String, BTreeMap<&'static str, u64>>;

/// Reads a page of at most `limit` jobs older than `after`.
///
/// # Errors
/// [`Error::NotFound`] when the job `after` does not exist.
pub(in crate::jobs) fn page(
    session: &Session<'_>,
    filter: &Filter,
    after: Option<JobId>,
    limit: u32,
) -> Result<Page, Error> {
    session.snapshot(|| {
        let before = match after {
            None => i64::MAX,
            Some(id) => {
                let select = Statement::new("SELECT seq FROM _jobs WHERE id = ?1", [id.into()]);
                let seq = session.first(&select, |row| Ok::<_, database::Error>(row.integer(0)))?;
                seq.ok_or(Error::NotFound)?
            }
        };
        let limit = limit.min(LARGEST_PAGE) as usize;
        let mut jobs: Vec<Job> = Vec::new();
        let (mut bytes, mut next) = (0, None);
        session.query_while(&select_older(filter, before, limit + 1), |row| {
            let job = row::job(row)?;
            let documents = [&job.result, &job.progress];
            let size = documents
                .into_iter()
                .flatten()
                .map(|text| text.get().len())
                .sum::<usize>();
            if jobs.len() >= limit || (bytes + size > PAGE_BYTES && !jobs.is_empty()) {
                next = jobs.last().map(|last| last.job_id);
                return Ok(ControlFlow::Break(()));
            }
            bytes += size;
            jobs.push(job);
            Ok::<_, database::Error>(ControlFlow::Continue(()))
        })?;
        let total = total(session, filter)?;
        Ok(Page { jobs, total, next })
    })
}

/// The newest `limit` jobs that meet the filter and have a sequence number below `before`.
fn select_older(filter: &Filter, before: i64, limit: usize) -> Statement {
    let limit = Value::from(i64::try_from(limit).unwrap_or(i64::MAX));
    if *filter == Filter::default() {
        let sql = concat!(
            "SELECT ",
            job_columns!(),
            " FROM _jobs WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2"
        );
        return Statement::new(sql, [before.into(), limit]);
    }
    let [kind, state] = values(filter);
    Statement::new(sqlite::FILTERED_JOBS, [before.into(), limit, kind, state])
}

fn values(filter: &Filter) -> [Value; 2] {
    [filter.kind.as_deref().into(), filter.state.map(State::name).into()]
}

/// The number of jobs that meet the filter.
fn total(session: &Session<'_>, filter: &Filter) -> Result<u64, database::Error> {
    let sum = Statement::new(
        "SELECT coalesce(sum(count), 0) FROM _job_counts WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR state = ?2)",
        values(filter),
    );
    let sum = session.first(&sum, |row| Ok::<_, database::Error>(row.integer(0)))?;
    Ok(sum.unwrap_or(0).unsigned_abs())
}

/// Reads the numbers of jobs by kind and state, with 0 for states without jobs; the first `kinds` kinds by name.
///
/// # Errors
/// The database's.
pub(in crate::jobs) fn counts(session: &Session<'_>, kinds: usize) -> Result<Counts, database::Error> {
    let mut counts = Counts::new();
    let all = Statement::plain("SELECT kind, state, count FROM _job_counts ORDER BY kind");
    session.query(&all, |row| {
        let kind = row.text(0);
        if counts.len() < kinds || counts.contains_key(&kind) {
            let zeros = || State::ALL.map(|state| (state.name(), 0)).into();
            let states: &mut BTreeMap<_, _> = counts.entry(kind).or_insert_with(zeros);
            states.insert(row::state(row, 1)?.name(), row.integer(2).unsigned_abs());
        }
        Ok::<_, database::Error>(())
    })?;
    Ok(counts)
}

/// When the oldest claimable job became claimable, by kind; the first `kinds` kinds by name.
///
/// A loose index scan: from each priority that occurs to the next lower one, reading the first job of each.
///
/// # Errors
/// The database's.
pub(in crate::jobs) fn oldest(
    session: &Session<'_>,
    kinds: usize,
) -> Result<BTreeMap<String, UnixMillis>, database::Error> {
    let sql = "WITH RECURSIVE lane (kind, priority) AS ( \
                   SELECT kind, (SELECT max(priority) FROM _jobs AS job \
                                 WHERE state = 'queued' AND is_due = 1 AND job.kind = known.kind) \
                   FROM (SELECT kind FROM _job_counts WHERE state = 'queued' AND count > 0 ORDER BY kind LIMIT ?1) AS known \
                   UNION ALL \
                   SELECT kind, (SELECT max(priority) FROM _jobs AS job \
                                 WHERE state = 'queued' AND is_due = 1 AND job.kind = lane.kind \
                                 AND job.priority < lane.priority) \
                   FROM lane WHERE priority IS NOT NULL) \
               SELECT kind, min((SELECT min(run_at) FROM _jobs AS job \
                                 WHERE state = 'queued' AND is_due = 1 AND job.kind = lane.kind \
                                 AND job.priority = lane.priority)) \
               FROM lane WHERE priority IS NOT NULL GROUP BY kind";
    let limit = Value::from(i64::try_from(kinds).unwrap_or(i64::MAX));
    let mut oldest = BTreeMap::new();
    session.query(&Statement::new(sql, [limit]), |row| {
        if let Some(since) = row::time(row, 1) {
            oldest.insert(row.text(0), since);
        }
        Ok::<_, database::Error>(())
    })?;
    Ok(oldest)
}

/// The kinds among `kinds` that have a claimable job.
///
/// # Errors
/// The database's.
pub(in crate::jobs) fn ready(session: &Session<'_>, kinds: &[String]) -> Result<Vec<String>, database::Error> {
    let kinds = serde_json::Value::from(kinds).to_string();
    session.all(&Statement::new(sqlite::READY_KINDS, [kinds.into()]), |row| {
        Ok(row.text(0))
    })
}
