//! The two migration histories.

/// A migration history. Each has its own table with refinery's columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum History {
    /// The built-in migrations.
    BuiltIn,
    /// Those of `CONFIG_DIR`.
    Config,
}

impl History {
    /// In the order in which they are applied.
    pub(super) const ALL: [Self; 2] = [Self::BuiltIn, Self::Config];

    pub(super) fn table(self) -> &'static str {
        match self {
            Self::BuiltIn => "refinery_schema_history",
            Self::Config => "refinery_config_history",
        }
    }
}
