//! Which media type a client wants (RFC 9110, 12.5.1).

use rocket::http::HeaderMap;

use crate::records::Format;

/// The best of the formats for a list: `format=`, then Accept.
pub fn list_format(headers: &HeaderMap<'_>, asked: Option<Format>) -> Option<Format> {
    if asked.is_some() {
        return asked;
    }
    let offered = [
        ("application/json", Format::Json),
        ("text/csv", Format::Csv),
        ("application/x-ndjson", Format::Ndjson),
        ("application/ndjson", Format::Ndjson),
    ];
    best(headers, offered.into_iter())
}

/// Whether the client takes JSON.
pub fn takes_json(headers: &HeaderMap<'_>) -> bool {
    best(headers, [("application/json", ())].into_iter()).is_some()
}

/// Whether the client names this media type itself, as browsers name HTML.
pub fn names(headers: &HeaderMap<'_>, media_type: &str) -> bool {
    ranges(headers).any(|(range, quality)| quality > 0 && range.eq_ignore_ascii_case(media_type))
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

/// In thousandths; the most specific range decides. An error's media type stands for JSON as well.
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
    headers.get("Accept").flat_map(|line| line.split(',')).map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or("");
        let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let quality = quality.map_or(1.0, |quality| quality.parse::<f32>().unwrap_or(0.0));
        (media_type, (quality.clamp(0.0, 1.0) * 1000.0) as u32)
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
