//! Error answers that operations name: the status of each, its component in the document and what it means.

/// An error answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorAnswer {
    /// 400.
    BadRequest,
    /// 400 where several rows may be sent.
    BadRows,
    /// 401.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// 404 of a job.
    NoSuchJob,
    /// 405.
    MethodNotAllowed,
    /// 406.
    NotAcceptable,
    /// 408.
    RequestTimeout,
    /// 409.
    Conflict,
    /// 409 of a job.
    JobConflict,
    /// 413.
    ContentTooLarge,
    /// 415.
    UnsupportedMediaType,
    /// 429.
    TooManyRequests,
    /// 503.
    ServiceUnavailable,
}

impl ErrorAnswer {
    /// Every one, by status.
    pub const ALL: [Self; 15] = [
        Self::BadRequest,
        Self::BadRows,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::NoSuchJob,
        Self::MethodNotAllowed,
        Self::NotAcceptable,
        Self::RequestTimeout,
        Self::Conflict,
        Self::JobConflict,
        Self::ContentTooLarge,
        Self::UnsupportedMediaType,
        Self::TooManyRequests,
        Self::ServiceUnavailable,
    ];

    /// The errors that any operation with a body may answer.
    pub const OF_BODIES: [Self; 4] = [
        Self::BadRequest,
        Self::RequestTimeout,
        Self::ContentTooLarge,
        Self::UnsupportedMediaType,
    ];

    /// The status.
    pub const fn status(self) -> u16 {
        self.facts().0
    }

    /// The name of its component.
    pub const fn component(self) -> &'static str {
        self.facts().1
    }

    /// What it means.
    pub const fn description(self) -> &'static str {
        self.facts().2
    }

    const fn facts(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::BadRequest => (
                400,
                "BadRequest",
                "Fields or parameters are wrong, or the body cannot be read.",
            ),
            Self::BadRows => (
                400,
                "BadRows",
                "Fields are wrong, or the body cannot be read. For an array: one entry for each row, empty for good ones.",
            ),
            Self::Unauthorized => (
                401,
                "Unauthorized",
                "No credential, or one that is not taken: unknown, expired or revoked.",
            ),
            Self::Forbidden => (
                403,
                "Forbidden",
                "The caller's role does not suffice, or the request may be forged.",
            ),
            Self::NotFound => (404, "NotFound", "There is no such row or table."),
            Self::NoSuchJob => (404, "NoSuchJob", "There is no such job, or no longer."),
            Self::MethodNotAllowed => (405, "MethodNotAllowed", "The address does not have this method."),
            Self::NotAcceptable => (406, "NotAcceptable", "`Accept` names nothing that can be answered."),
            Self::RequestTimeout => (408, "RequestTimeout", "The body did not arrive in time."),
            Self::Conflict => (
                409,
                "Conflict",
                "Something else stands in the way, such as rows that point to this one.",
            ),
            Self::JobConflict => (
                409,
                "JobConflict",
                "The job stands where this cannot be done, or the lease is over.",
            ),
            Self::ContentTooLarge => (413, "ContentTooLarge", "The body is larger than the server takes."),
            Self::UnsupportedMediaType => (
                415,
                "UnsupportedMediaType",
                "The body has a media type that is not taken.",
            ),
            Self::TooManyRequests => (
                429,
                "TooManyRequests",
                "Too many requests or failed sign-ins. `Retry-After` says when to try again.",
            ),
            Self::ServiceUnavailable => (
                503,
                "ServiceUnavailable",
                "The database is busy, full or about to stop. `Retry-After` says when to try again.",
            ),
        }
    }
}
