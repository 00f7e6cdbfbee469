//! Paths of endpoints: templates matched against the path of a request, and names written as segments.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const IN_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A name as a segment of a path.
pub fn segment(name: &str) -> String {
    utf8_percent_encode(name, IN_SEGMENT).to_string()
}

/// What follows a base in a path, without a closing slash; `None` for a path that is not below the base.
pub(super) fn below<'p>(path: &'p str, base: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(base)?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// The values of a template's variables in a path without a closing slash; `None` when the path does not match.
pub(super) fn variables<'p>(template: &str, path: &'p str) -> Option<[&'p str; 2]> {
    let template = template.strip_suffix('/').unwrap_or(template);
    let mut values = [""; 2];
    let mut free = values.iter_mut();
    let mut remaining = Some(path);
    for part in template.split('/') {
        let rest = remaining?;
        let (segment, after) = match rest.split_once('/') {
            Some((segment, after)) if !part.ends_with("..}") => (segment, Some(after)),
            _ => (rest, None),
        };
        if !part.starts_with('{') {
            (part == segment).then_some(())?;
        } else if segment.is_empty() {
            return None;
        } else {
            *free.next()? = segment;
        }
        remaining = after;
    }
    remaining.is_none().then_some(values)
}
