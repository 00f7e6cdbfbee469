//! Statements that only SQLite takes: lists bound as JSON (`json_each`), and `CROSS JOIN` as a fixed order of loops.

use super::row::job_columns;

/// Claims the next jobs of some kinds: `?1` the lease's token, `?2` its end, `?3` its length, `?4` now, `?5` the kinds as
/// JSON, `?6` how many. One index search for each kind, each already in order; then the best of what they found.
pub(super) const CLAIM: &str = "UPDATE _jobs SET state = 'processing', attempts = attempts + 1, lease_token = ?1, \
         lease_until = ?2, lease_ms = ?3, started_at = ?4, updated_at = ?4, progress = NULL \
     WHERE seq IN ( \
         SELECT job.seq FROM json_each(?5) AS wanted CROSS JOIN _jobs AS job ON job.seq IN ( \
             SELECT seq FROM _jobs WHERE state = 'queued' AND is_due = 1 AND kind = wanted.value \
             ORDER BY priority DESC, run_at, seq LIMIT ?6) \
         ORDER BY job.priority DESC, job.run_at, job.seq LIMIT ?6) \
     AND state = 'queued' \
     RETURNING id, kind, payload, attempts, max_attempts, checkpoint, created_at, priority, run_at, seq";

/// The ids among `?1` (JSON) of running jobs that are to be cancelled.
pub(super) const CANCEL_REQUESTED: &str = "SELECT id FROM _jobs WHERE id IN (SELECT value FROM json_each(?1)) \
     AND state = 'processing' AND cancel_at IS NOT NULL";

/// The kinds among `?1` (JSON) that have a claimable job.
pub(super) const READY_KINDS: &str = "SELECT value FROM json_each(?1) AS wanted WHERE EXISTS ( \
         SELECT 1 FROM _jobs WHERE state = 'queued' AND is_due = 1 AND kind = wanted.value)";

/// The newest jobs older than `?1`, at most `?2`, of kind `?3` and state `?4` where those are not NULL. One index search
/// for each combination of kind and state that occurs, each already in order; then the newest of what they found.
pub(super) const FILTERED_JOBS: &str = concat!(
    "SELECT ",
    job_columns!(),
    " FROM _jobs WHERE seq IN ( \
         SELECT job.seq FROM _job_counts AS lane CROSS JOIN _jobs AS job ON job.seq IN ( \
             SELECT seq FROM _jobs WHERE kind = lane.kind AND state = lane.state AND seq < ?1 \
             ORDER BY seq DESC LIMIT ?2) \
         WHERE (?3 IS NULL OR lane.kind = ?3) AND (?4 IS NULL OR lane.state = ?4) \
         ORDER BY job.seq DESC LIMIT ?2) \
     ORDER BY seq DESC"
);
