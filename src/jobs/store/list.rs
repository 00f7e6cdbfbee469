//! Jobs listed and counted. Neither goes through the jobs that are not asked for, however many there are.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::row::{self, SHOWN};
use super::sqlite;
use crate::clock::UnixMillis;
use crate::database::{self, Session, Statement, Value};
use crate::jobs::{Error, Job, JobId, State};

/// Jobs on a page unless asked otherwise, and at most.
pub const PAGE: u32 = 100;
/// Jobs on a page at most.
pub const LARGEST_PAGE: u32 = 1000;
/// Bytes of results and other documents on a page, after which it ends early.
const PAGE_BYTES: usize = 4 << 20;

/// What a list is to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only jobs that stand there.
    pub state: Option<State>,
    /// Only jobs of this kind.
    pub kind: Option<String>,
}

/// Some jobs, the newest first.
#[derive(Debug, Clone)]
pub struct Page {
    /// The jobs.
    pub jobs: Vec<Job>,
    /// Jobs on all pages.
    pub total: u64,
    /// The job behind which the next page begins, when there is one.
    pub next: Option<JobId>,
}

/// How many jobs there are of each kind in each state.
pub type Counts = BTreeMap<String, BTreeMap<&'static str, u64>>;

/// A page of at most `limit` jobs older than `after`.
///
/// # Errors
/// [`Error::NotFound`] when there is no job `after`, or no longer.
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
                let place = Statement::new("SELECT seq FROM _jobs WHERE id = ?1", [id.into()]);
                let place = session.first(&place, |found| Ok::<_, database::Error>(found.integer(0)))?;
                place.ok_or(Error::NotFound)?
            }
        };
        let limit = limit.min(LARGEST_PAGE) as usize;
        let mut jobs: Vec<Job> = Vec::new();
        let (mut bytes, mut next) = (0, None);
        session.query_while(&older(filter, before, limit + 1), |found| {
            let job = row::job(found)?;
            let texts = [&job.result, &job.progress];
            let size = texts.into_iter().flatten().map(|text| text.get().len()).sum::<usize>();
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

/// The jobs of a list before a place, the newest first.
fn older(filter: &Filter, before: i64, limit: usize) -> Statement {
    let limit = Value::from(i64::try_from(limit).unwrap_or(i64::MAX));
    if *filter == Filter::default() {
        let sql = format!("SELECT {SHOWN} FROM _jobs WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2");
        return Statement::new(sql, [before.into(), limit]);
    }
    let sql = sqlite::jobs_of_lanes(SHOWN);
    let [kind, state] = named(filter);
    Statement::new(sql, [before.into(), limit, kind, state])
}

fn named(filter: &Filter) -> [Value; 2] {
    [filter.kind.as_deref().into(), filter.state.map(State::name).into()]
}

fn total(session: &Session<'_>, filter: &Filter) -> Result<u64, database::Error> {
    let sum = Statement::new(
        "SELECT coalesce(sum(count), 0) FROM _job_counts WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR state = ?2)",
        named(filter),
    );
    let sum = session.first(&sum, |found| Ok::<_, database::Error>(found.integer(0)))?;
    Ok(sum.unwrap_or(0).unsigned_abs())
}

/// How many jobs there are of each kind in each state; every state of a kind is there, if with 0. At most `kinds` kinds,
/// by name.
///
/// # Errors
/// The database's.
pub(in crate::jobs) fn counts(session: &Session<'_>, kinds: usize) -> Result<Counts, database::Error> {
    let mut counts = Counts::new();
    let all = Statement::plain("SELECT kind, state, count FROM _job_counts ORDER BY kind");
    session.query(&all, |found| {
        let kind = found.text(0);
        if counts.len() < kinds || counts.contains_key(&kind) {
            let none = || State::ALL.map(|state| (state.name(), 0)).into();
            let of_kind: &mut BTreeMap<_, _> = counts.entry(kind).or_insert_with(none);
            of_kind.insert(row::state(found, 1)?.name(), found.integer(2).unsigned_abs());
        }
        Ok::<_, database::Error>(())
    })?;
    Ok(counts)
}

/// Since when the job that waits longest has been claimable, by kind; at most `kinds` kinds.
///
/// # Errors
/// The database's.
pub(in crate::jobs) fn oldest(
    session: &Session<'_>,
    kinds: usize,
) -> Result<BTreeMap<String, UnixMillis>, database::Error> {
    let limit = Value::from(i64::try_from(kinds).unwrap_or(i64::MAX));
    let mut oldest = BTreeMap::new();
    session.query(&Statement::new(sqlite::OLDEST_READY, [limit]), |found| {
        if let Some(since) = row::time(found, 1) {
            oldest.insert(found.text(0), since);
        }
        Ok::<_, database::Error>(())
    })?;
    Ok(oldest)
}

/// Whether a job of one of these kinds waits for a worker.
///
/// # Errors
/// The database's.
pub(in crate::jobs) fn ready(session: &Session<'_>, kinds: &[String]) -> Result<Vec<String>, database::Error> {
    let kinds = serde_json::Value::from(kinds).to_string();
    let mut ready = Vec::new();
    session.query(&Statement::new(sqlite::READY_KINDS, [kinds.as_str().into()]), |found| {
        ready.extend(found.optional_text(0));
        Ok::<_, database::Error>(())
    })?;
    Ok(ready)
}
