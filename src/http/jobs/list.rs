//! `GET /jobs/` and `GET /jobs/counts`.

use std::collections::BTreeMap;

use rocket::Response;
use rocket::http::Status;
use serde_json::json;

use crate::fields::text;
use crate::http::context::RequestContext;
use crate::http::fields::FieldReader;
use crate::http::response::{self, ApiError};
use crate::jobs::list::{LARGEST_PAGE, PAGE};
use crate::jobs::{Error, Filter, JobId, State};

/// The query of a list of jobs.
struct ListQuery {
    filter: Filter,
    limit: u32,
    after: Option<JobId>,
}

/// A page of jobs, the newest first.
pub(super) async fn page<'r>(context: &RequestContext<'_, '_>) -> Result<Response<'r>, ApiError> {
    let query = read(context)?;
    let page = context
        .app
        .jobs
        .page(query.filter.clone(), query.after, query.limit)
        .await;
    let page = match page {
        // The words of lists of rows, and of Django REST framework.
        Err(Error::NotFound) => return Err(ApiError::new(Status::NotFound, "Invalid cursor")),
        page => page?,
    };
    let path = context.path();
    let link = |after: &str, relation: &str| {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        if let Some(state) = query.filter.state {
            pairs.append_pair("status", state.name());
        }
        if let Some(kind) = &query.filter.kind {
            pairs.append_pair("kind", kind);
        }
        pairs.append_pair("limit", &query.limit.to_string());
        pairs.append_pair("after", after);
        format!("<{path}?{}>; rel=\"{relation}\"", pairs.finish())
    };
    let next = page.next.map(|next| link(&next.to_string(), "next"));
    let links: Vec<String> = next.into_iter().chain([link("", "first")]).collect();
    let mut response = response::json(Status::Ok, &page.jobs);
    response.set_raw_header("X-Total-Count", page.total.to_string());
    response.set_raw_header("Link", links.join(", "));
    Ok(response)
}

fn read(context: &RequestContext<'_, '_>) -> Result<ListQuery, ApiError> {
    let mut parameters = FieldReader::of_query(context.request, &["after", "kind", "limit", "status"])?;
    let state = |name: &str| {
        let all = State::ALL.map(State::name).join(", ");
        State::named(name).ok_or_else(|| format!("\"{name}\" is no status. Allowed: {all}."))
    };
    let id = |text: &str| text.parse().map_err(|()| "The job_id of a job is required.");
    let query = ListQuery {
        filter: Filter {
            state: parameters.parsed("status", |input| state(&text(input).unwrap_or_default())),
            kind: parameters.text("kind"),
        },
        limit: parameters
            .whole_number("limit", 1, LARGEST_PAGE.into())
            .and_then(|limit| u32::try_from(limit).ok())
            .unwrap_or(PAGE),
        after: parameters.parsed_text("after", id),
    };
    parameters.finish()?;
    Ok(query)
}

/// How many jobs there are: `{"queued": 3, …, "kinds": {"uppercase": {"queued": 3, …}}}`.
pub(super) async fn counts<'r>(context: &RequestContext<'_, '_>) -> Result<Response<'r>, ApiError> {
    let kinds = context.app.jobs.counts().await?;
    let mut totals: BTreeMap<&str, u64> = State::ALL.map(|state| (state.name(), 0)).into();
    for (state, count) in kinds.values().flatten() {
        *totals.entry(state).or_default() += count;
    }
    let mut body = json!({});
    for state in State::ALL.map(State::name) {
        if let Some(object) = body.as_object_mut() {
            object.insert(state.to_owned(), json!(totals.get(state)));
        }
    }
    if let Some(object) = body.as_object_mut() {
        object.insert("kinds".to_owned(), json!(kinds));
    }
    Ok(response::json(Status::Ok, &body))
}
