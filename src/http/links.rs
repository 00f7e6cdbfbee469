//! Addresses in answers: the origin that the client used, and the pages around a list (RFC 8288).

use rocket::Request;

use super::ingress;
use crate::records::{Head, ListRequest};

/// The scheme and the host that the client addressed, through a proxy or not.
pub fn origin(request: &Request<'_>, port: u16) -> String {
    let scheme = if ingress::client(request).is_tls {
        "https"
    } else {
        "http"
    };
    match ingress::host(request) {
        Some(host) => format!("{scheme}://{host}"),
        None => format!("{scheme}://localhost:{port}"),
    }
}

/// The Link header of a page: next, prev, first and last by number, or next and first by key.
pub fn pages(path: &str, query: &str, list: &ListRequest, head: &Head) -> String {
    let (Some(limit), Some(total)) = (list.limit, head.total) else {
        return String::new();
    };
    let kept: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| !matches!(name.as_ref(), "limit" | "offset" | "after"))
        .collect();
    let link = |name: &str, value: &str, relation: &str| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(kept.iter());
        query.append_pair("limit", &limit.to_string());
        if !(name == "offset" && value == "0") {
            query.append_pair(name, value);
        }
        format!("<{path}?{}>; rel=\"{relation}\"", query.finish())
    };
    let mut links = Vec::with_capacity(4);
    if list.after.is_some() {
        if let Some(next) = &head.next {
            links.push(link("after", next, "next"));
        }
        links.push(link("after", "", "first"));
        return links.join(", ");
    }
    if limit == 0 {
        return String::new();
    }
    let offset = list.offset.unwrap_or(0);
    if offset.saturating_add(limit) < total {
        links.push(link("offset", &(offset + limit).to_string(), "next"));
    }
    if offset > 0 {
        links.push(link(
            "offset",
            &offset.min(total).saturating_sub(limit).to_string(),
            "prev",
        ));
    }
    links.push(link("offset", "0", "first"));
    // The last page is a whole number of pages away from this one.
    let step = offset % limit;
    let last = match total.saturating_sub(step) {
        0 => 0,
        rest => step + (rest - 1) / limit * limit,
    };
    links.push(link("offset", &last.to_string(), "last"));
    links.join(", ")
}
