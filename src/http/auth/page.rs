//! Pages of accounts and tokens: the parameter `limit`, and the `Link` to the next page (RFC 8288).

use rocket::http::Status;
use rocket::{Request, Response};
use serde_json::Value as Json;

use crate::endpoints::auth::MAX_LIMIT;
use crate::http::fields::FieldReader;
use crate::http::response;

/// The parameter `limit`.
pub fn limit(parameters: &mut FieldReader<'_>) -> usize {
    let limit = parameters.whole_number("limit", 1, MAX_LIMIT).unwrap_or(MAX_LIMIT);
    usize::try_from(limit).unwrap_or(1)
}

/// Answers with a page. `rows` has one row more than `limit` when there are further ones; `cursor` is the value of `after`
/// that a row stands for.
pub fn answer<T>(
    request: &Request<'_>,
    rows: &[T],
    limit: usize,
    describe: impl Fn(&T) -> Json,
    cursor: impl Fn(&T) -> String,
) -> Response<'static> {
    let page = rows.get(..limit).unwrap_or(rows);
    let body: Json = page.iter().map(describe).collect();
    let mut response = response::json(Status::Ok, &body);
    if let (Some(last), true) = (page.last(), rows.len() > limit) {
        let link = next_link(request, limit, &cursor(last));
        response.set_raw_header("Link", link);
    }
    response
}

fn next_link(request: &Request<'_>, limit: usize, after: &str) -> String {
    let uri = request.uri();
    let query = uri.query().map_or("", |query| query.as_str());
    let others =
        form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| !matches!(name.as_ref(), "limit" | "after"));
    let mut next = form_urlencoded::Serializer::new(String::new());
    next.extend_pairs(others);
    next.append_pair("limit", &limit.to_string());
    next.append_pair("after", after);
    format!("<{}?{}>; rel=\"next\"", uri.path(), next.finish())
}
