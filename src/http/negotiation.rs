//! Content negotiation (RFC 9110, 12.5): which media types and encodings a client accepts.

use rocket::http::HeaderMap;

use crate::records::Format;

/// The format of a list: that of `format=`, or else the one that `Accept` prefers.
pub fn list_format(headers: &HeaderMap<'_>, requested: Option<Format>) -> Option<Format> {
    if requested.is_some() {
        return requested;
    }
    let offered = [
        ("application/json", Format::Json),
        ("text/csv", Format::Csv),
        ("application/x-ndjson", Format::Ndjson),
        ("application/ndjson", Format::Ndjson),
    ];
    best(headers, offered.into_iter())
}

/// Whether the client accepts JSON.
pub fn accepts_json(headers: &HeaderMap<'_>) -> bool {
    best(headers, [("application/json", ())].into_iter()).is_some()
}

/// Whether the client names this media type, and not only a range that holds it. Browsers name HTML.
pub fn names(headers: &HeaderMap<'_>, media_type: &str) -> bool {
    ranges(headers).any(|(range, quality)| quality > 0 && range.eq_ignore_ascii_case(media_type))
}

/// Whether the client accepts gzip: by name, or else by `*`, with any weight but zero (RFC 9110, 12.5.3).
pub fn accepts_gzip(headers: &HeaderMap<'_>) -> bool {
    let weight_of = |coding: &str| {
        let mut members = weighted(headers, "Accept-Encoding");
        members
            .find(|(name, _)| name.eq_ignore_ascii_case(coding))
            .map(|(_, weight)| weight)
    };
    weight_of("gzip")
        .or_else(|| weight_of("*"))
        .is_some_and(|weight| weight > 0)
}

fn best<T>(headers: &HeaderMap<'_>, offered: impl Iterator<Item = (&'static str, T)>) -> Option<T> {
    if headers
        .get_one("Accept")
        .is_none_or(|accept| matches!(accept, "" | "*/*"))
    {
        return offered.into_iter().next().map(|(_, format)| format);
    }
    let mut best: Option<(u32, T)> = None;
    for (media_type, format) in offered {
        let quality = quality(headers, media_type);
        if quality > 0 && best.as_ref().is_none_or(|(known, _)| quality > *known) {
            best = Some((quality, format));
        }
    }
    best.map(|(_, format)| format)
}

/// The weight of a media type, in thousandths; the most specific range decides. The media type of errors counts as JSON.
fn quality(headers: &HeaderMap<'_>, media_type: &str) -> u32 {
    let kind = media_type.split('/').next().unwrap_or("");
    let mut found = (0, 0);
    for (range, quality) in ranges(headers) {
        let matches = |other: &str| range.eq_ignore_ascii_case(other);
        let specificity = match range {
            "*/*" => 1,
            _ if range
                .strip_suffix("/*")
                .is_some_and(|range| range.eq_ignore_ascii_case(kind)) =>
            {
                2
            }
            _ if media_type == "application/json" && matches("application/problem+json") => 2,
            _ if matches(media_type) => 3,
            _ => 0,
        };
        if specificity > found.0 {
            found = (specificity, quality);
        }
    }
    found.1
}

fn ranges<'h>(headers: &'h HeaderMap<'_>) -> impl Iterator<Item = (&'h str, u32)> {
    weighted(headers, "Accept")
}

/// The members of a header that lists what a client accepts, with their weights in thousandths (RFC 9110, 12.4.2). A
/// weight that cannot be read is 0.
fn weighted<'h>(headers: &'h HeaderMap<'_>, name: &'static str) -> impl Iterator<Item = (&'h str, u32)> {
    headers.get(name).flat_map(|line| line.split(',')).map(|member| {
        let mut parts = member.split(';').map(str::trim);
        let value = parts.next().unwrap_or("");
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let weight = weight.map_or(1.0, |weight| weight.trim().parse::<f32>().unwrap_or(0.0));
        (value, (weight.clamp(0.0, 1.0) * 1000.0) as u32)
    })
}

#[cfg(test)]
mod tests {
    use rocket::http::{Header, HeaderMap};

    use super::list_format;
    use crate::records::Format;

    #[test]
    fn the_format_follows_accept() {
        let format = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.add(Header::new("Accept", accept));
            list_format(&headers, None)
        };
        assert_eq!(format("*/*"), Some(Format::Json));
        assert_eq!(format("text/csv"), Some(Format::Csv));
        assert_eq!(format("text/csv;q=0.5, application/json"), Some(Format::Json));
        assert_eq!(format("application/x-ndjson, */*;q=0.1"), Some(Format::Ndjson));
        assert_eq!(format("text/html,application/xhtml+xml,*/*;q=0.8"), Some(Format::Json));
        assert_eq!(format("application/problem+json"), Some(Format::Json));
        assert_eq!(format("text/*"), Some(Format::Csv));
        assert_eq!(format("image/png"), None);
        assert_eq!(format("application/json;q=0"), None);
    }
}
