//! `[[schedules]]`: jobs that are asked for by the clock. What an expression, a zone or a payload may be is not decided here.

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

/// What the file says of one schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleSection {
    /// Where it begins.
    pub line: usize,
    /// Its name.
    pub name: Located<String>,
    /// What its jobs do.
    pub kind: Located<String>,
    /// What they are about.
    pub payload: Option<Located<Json>>,
    /// When, as a cron expression.
    pub cron: Option<Located<String>>,
    /// When, as a stretch of time.
    pub every: Option<Located<String>>,
    /// Whose clock the expression goes by.
    pub timezone: Option<Located<String>>,
    /// The priority of its jobs.
    pub priority: Option<Located<i64>>,
    /// Attempts before a job counts as failed.
    pub max_attempts: Option<Located<i64>>,
    /// Whether a tick is left out while the job of the last one is unfinished.
    pub unique: Option<Located<bool>>,
    /// Whether it ticks.
    pub enabled: Option<Located<bool>>,
}

pub(super) fn read(whole: &Section<'_>) -> Result<Vec<ScheduleSection>, ConfigError> {
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
            .ok_or_else(|| section.lacks(line, "name", NAME))?,
        kind: section
            .text("kind", KIND)?
            .ok_or_else(|| section.lacks(line, "kind", KIND))?,
        payload: section.value("payload", "anything that JSON can say", json)?,
        cron: section.text("cron", "a cron expression, such as \"30 2 * * *\"")?,
        every: section.text("every", "a time, such as \"1h30m\"")?,
        timezone: section.text("timezone", "the name of a time zone, such as \"Europe/Paris\"")?,
        priority: section.integer("priority")?,
        max_attempts: section.integer("max_attempts")?,
        unique: section.truth("unique")?,
        enabled: section.truth("enabled")?,
    })
}

/// A value as JSON; days and times become strings. Nothing for what JSON has no number for.
fn json(value: &DeValue<'_>) -> Option<Json> {
    Some(match value {
        DeValue::String(text) => Json::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok()?.into(),
        DeValue::Float(number) => Json::Number(Number::from_f64(number.as_str().parse().ok()?)?),
        DeValue::Boolean(truth) => Json::Bool(*truth),
        DeValue::Datetime(moment) => Json::String(moment.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect::<Option<_>>()?,
        DeValue::Table(table) => {
            // In the order of the file, which is the one that people will find the payload in.
            let mut entries: Vec<_> = table.iter().collect();
            entries.sort_by_key(|(key, _)| key.span().start);
            let fields = entries
                .into_iter()
                .map(|(key, value)| Some((key.get_ref().to_string(), json(value.get_ref())?)));
            Json::Object(fields.collect::<Option<Map<_, _>>>()?)
        }
    })
}
