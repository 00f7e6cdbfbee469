//! `GET /jobs/` and `GET /jobs/counts`.

use std::collections::BTreeMap;

use rocket::http::Status;
use rocket::{Request, Response};
use serde_json::json;

use super::{ApiError, of_json, shown};
use crate::fields::text;
use crate::http::App;
use crate::http::fields::FieldReader;
use crate::jobs::list::{LARGEST_PAGE, PAGE};
use crate::jobs::{Error, Filter, JobId, State};

/// What a list asks for.
struct ListQuery {
    filter: Filter,
    limit: u32,
    after: Option<JobId>,
}

/// A page of jobs, the newest first.
pub(super) async fn page<'r>(app: &App, request: &Request<'_>) -> Result<Response<'r>, ApiError> {
    let asked = read(request)?;
    let page = app.jobs.page(asked.filter.clone(), asked.after, asked.limit).await;
    let page = match page {
        // As lists of rows say it, and Django REST framework.
        Err(Error::NotFound) => return Err(ApiError::new(Status::NotFound, "Invalid cursor")),
        page => page?,
    };
    let path = request.uri().path().as_str();
    let link = |after: &str, relation: &str| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(state) = asked.filter.state {
            query.append_pair("status", state.name());
        }
        if let Some(kind) = &asked.filter.kind {
            query.append_pair("kind", kind);
        }
        query.append_pair("limit", &asked.limit.to_string());
        query.append_pair("after", after);
        format!("<{path}?{}>; rel=\"{relation}\"", query.finish())
    };
    let next = page.next.map(|next| link(&next.to_string(), "next"));
    let links: Vec<String> = next.into_iter().chain([link("", "first")]).collect();
    let mut response = shown(&page.jobs);
    response.set_raw_header("X-Total-Count", page.total.to_string());
    response.set_raw_header("Link", links.join(", "));
    Ok(response)
}

fn read(request: &Request<'_>) -> Result<ListQuery, ApiError> {
    let mut parameters = FieldReader::of_query(request, &["after", "kind", "limit", "status"])?;
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
pub(super) async fn counts<'r>(app: &App) -> Result<Response<'r>, ApiError> {
    let kinds = app.jobs.counts().await?;
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
    Ok(of_json(Status::Ok, &body))
}
