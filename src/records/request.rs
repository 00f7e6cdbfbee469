//! List requests: a query string as typed parameters, before any name in it is resolved.

use super::error::Error;
use crate::fields::{FieldErrors, message, urlencoded};

/// Parameters that are not filters.
pub const PARAMETERS: [&str; 8] = [
    "after", "expand", "fields", "format", "limit", "offset", "ordering", "search",
];

/// The parameters of a list or row request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListRequest {
    /// `limit=`: rows at most.
    pub limit: Option<u64>,
    /// `offset=`: rows left out first.
    pub offset: Option<u64>,
    /// `after=`: only rows after this one, in the order asked for.
    pub after: Option<String>,
    /// `ordering=`: column names, `-` before those that descend.
    pub ordering: Vec<String>,
    /// `search=`: words to be found.
    pub search: Option<String>,
    /// `fields=`: only these columns.
    pub fields: Option<Vec<String>>,
    /// `expand=`: foreign keys to be followed.
    pub expand: Vec<String>,
    /// `format=`: the format of the answer, which takes precedence over Accept.
    pub format: Option<Format>,
    /// Everything else, as given: `name=value`, `name__lookup=value`.
    pub filters: Vec<(String, String)>,
}

impl ListRequest {
    /// Reads a query string.
    ///
    /// # Errors
    /// Every parameter whose value cannot be read, or that is given twice.
    pub fn parse(query: &str) -> Result<Self, Error> {
        let mut request = Self::default();
        let mut errors = FieldErrors::default();
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in urlencoded::parse(query).map_err(Error::Malformed)? {
            if !PARAMETERS.contains(&name.as_ref()) {
                request.filters.push((name.into_owned(), value.into_owned()));
                continue;
            }
            if seen.iter().any(|known| *known == name) {
                errors.add(name, message::REPEATED_PARAMETER);
                continue;
            }
            if let Err(message) = request.set(&name, &value) {
                errors.add(name.as_ref(), message);
            }
            seen.push(name.into_owned());
        }
        if errors.is_empty() {
            Ok(request)
        } else {
            Err(errors.into())
        }
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let names = || value.split(',').map(str::to_owned).collect();
        match name {
            "limit" => self.limit = Some(natural(value)?),
            "offset" => self.offset = Some(natural(value)?),
            "after" => self.after = Some(value.to_owned()),
            "ordering" => self.ordering = names(),
            "search" => self.search = Some(value.to_owned()).filter(|words| !words.trim().is_empty()),
            "fields" => self.fields = Some(names()),
            "expand" => self.expand = names(),
            _ => {
                let message = || format!("\"{value}\" is not a format. Allowed: json, csv, ndjson.");
                self.format = Some(Format::named(value).ok_or_else(message)?);
            }
        }
        Ok(())
    }
}

fn natural(value: &str) -> Result<u64, String> {
    let number = value
        .parse::<i64>()
        .ok()
        .filter(|number| *number >= 0 && !value.starts_with('+'));
    number
        .map(|number| number as u64)
        .ok_or_else(|| message::whole_number(0, i64::MAX))
}

/// A format of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A JSON array of objects.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// RFC 4180, with a line of names first.
    Csv,
}

impl Format {
    /// The format with this name in `format=`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "json" => Some(Self::Json),
            "ndjson" => Some(Self::Ndjson),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// The media type of a list in this format.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}
