//! What a body that holds a row is for.

/// The purpose of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// POST: adds a row.
    New,
    /// PUT: replaces a row.
    Replace,
    /// PATCH: changes some fields of a row.
    Change,
}

impl Purpose {
    /// Every one.
    pub(super) const ALL: [Self; 3] = [Self::New, Self::Replace, Self::Change];
}
