//! The error of an invalid timing.

/// An invalid timing: the field and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct TimingError {
    /// `cron`, `every` or `timezone`.
    pub field: &'static str,
    /// What is wrong, and what is allowed.
    pub message: String,
}

impl TimingError {
    pub(super) fn cron(message: impl Into<String>) -> Self {
        Self {
            field: "cron",
            message: message.into(),
        }
    }

    pub(super) fn every(message: impl Into<String>) -> Self {
        Self {
            field: "every",
            message: message.into(),
        }
    }

    pub(super) fn zone(message: impl Into<String>) -> Self {
        Self {
            field: "timezone",
            message: message.into(),
        }
    }
}
