//! The `[[schedules]]` sections: jobs that are submitted at given times. Only types are checked here; cron expressions,
//! time zones and payloads are validated by `jobs::schedule`.

use serde_json::{Map, Number, Value as Json};
use toml::de::DeValue;

use super::section::Section;
use super::{ConfigError, Located};

const KEYS: [&str; 10] = [
    "name",
    "kind",
    "payload",
    "cron",
    "every",
    "timezone",
    "priority",
    "max_attempts",
    "unique",
    "enabled",
];

/// A `[[schedules]]` section.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleSection {
    /// The line of its header.
    pub line: usize,
    /// The name of the schedule.
    pub name: Located<String>,
    /// The kind of its jobs.
    pub kind: Located<String>,
    /// The payload of its jobs.
    pub payload: Option<Located<Json>>,
    /// The cron expression, if it has one.
    pub cron: Option<Located<String>>,
    /// The interval as a duration, if it has one.
    pub every: Option<Located<String>>,
    /// The time zone in which the cron expression is evaluated.
    pub timezone: Option<Located<String>>,
    /// The priority of its jobs.
    pub priority: Option<Located<i64>>,
    /// The attempts after which its jobs fail.
    pub max_attempts: Option<Located<i64>>,
    /// Whether a tick is skipped while the job of an earlier one is unfinished.
    pub unique: Option<Located<bool>>,
    /// Whether the schedule is active.
    pub enabled: Option<Located<bool>>,
}

pub(super) fn parse(whole: &Section<'_>) -> Result<Vec<ScheduleSection>, ConfigError> {
    whole.array("schedules")?.into_iter().map(schedule).collect()
}

fn schedule(section: Located<Section<'_>>) -> Result<ScheduleSection, ConfigError> {
    const NAME: &str = "a name, such as \"nightly\"";
    const KIND: &str = "a kind of job, such as \"report\"";
    let Located { line, value: section } = section;
    section.has_only(&KEYS)?;
    Ok(ScheduleSection {
        line,
        name: section
            .text("name", NAME)?
            .ok_or_else(|| section.missing(line, "name", NAME))?,
        kind: section
            .text("kind", KIND)?
            .ok_or_else(|| section.missing(line, "kind", KIND))?,
        payload: section.value("payload", "any value that JSON can represent", json)?,
        cron: section.text("cron", "a cron expression, such as \"30 2 * * *\"")?,
        every: section.text("every", "a time, such as \"1h30m\"")?,
        timezone: section.text("timezone", "the name of a time zone, such as \"Europe/Paris\"")?,
        priority: section.integer("priority")?,
        max_attempts: section.integer("max_attempts")?,
        unique: section.boolean("unique")?,
        enabled: section.boolean("enabled")?,
    })
}

/// The value as JSON; dates and times become strings. `None` for numbers that JSON cannot represent, such as `nan`.
fn json(value: &DeValue<'_>) -> Option<Json> {
    Some(match value {
        DeValue::String(text) => Json::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok()?.into(),
        DeValue::Float(number) => Json::Number(Number::from_f64(number.as_str().parse().ok()?)?),
        DeValue::Boolean(value) => Json::Bool(*value),
        DeValue::Datetime(time) => Json::String(time.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect::<Option<_>>()?,
        DeValue::Table(table) => {
            // In the order of the file; TOML tables are sorted by name.
            let mut entries: Vec<_> = table.iter().collect();
            entries.sort_by_key(|(key, _)| key.span().start);
            let fields = entries
                .into_iter()
                .map(|(key, value)| Some((key.get_ref().to_string(), json(value.get_ref())?)));
            Json::Object(fields.collect::<Option<Map<_, _>>>()?)
        }
    })
}
