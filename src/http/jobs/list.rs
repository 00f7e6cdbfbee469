//! `GET /jobs/` and `GET /jobs/counts`.

use std::collections::BTreeMap;

use rocket::http::Status;
use rocket::{Request, Response};
use serde_json::json;

use super::{ApiError, of_json, shown};
use crate::http::App;
use crate::jobs::list::{LARGEST_PAGE, PAGE};
use crate::jobs::{Error, Filter, JobId, State};
use crate::records::{FieldErrors, urlencoded};

/// Parameters that are complained of at once.
const MAX_COMPLAINTS: usize = 100;

/// What a list asks for.
struct ListQuery {
    filter: Filter,
    limit: u32,
    after: Option<JobId>,
}

/// A page of jobs, the newest first.
pub(super) async fn page<'r>(app: &App, request: &Request<'_>, query: &str) -> Result<Response<'r>, ApiError> {
    let asked = read(query)?;
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

fn read(query: &str) -> Result<ListQuery, ApiError> {
    let mut asked = ListQuery {
        filter: Filter::default(),
        limit: PAGE,
        after: None,
    };
    let mut errors = FieldErrors::default();
    let mut seen = Vec::new();
    let pairs = urlencoded::parse(query).map_err(|message| ApiError::new(Status::BadRequest, message))?;
    for (name, value) in pairs {
        if errors.0.len() >= MAX_COMPLAINTS {
            break;
        }
        if seen.contains(&name) {
            errors.add(name, "Give this parameter once.");
            continue;
        }
        if let Err(message) = set(&mut asked, &name, &value) {
            errors.add(name.as_ref(), message);
        }
        seen.push(name);
    }
    match errors.is_empty() {
        true => Ok(asked),
        false => Err(errors.into()),
    }
}

fn set(asked: &mut ListQuery, name: &str, value: &str) -> Result<(), String> {
    match name {
        "status" => {
            let all = State::ALL.map(State::name).join(", ");
            let state = State::named(value).ok_or_else(|| format!("\"{value}\" is no status. Allowed: {all}."))?;
            asked.filter.state = Some(state);
        }
        "kind" => asked.filter.kind = Some(value.to_owned()),
        "limit" => {
            let limit = value.parse().ok().filter(|limit| (1..=LARGEST_PAGE).contains(limit));
            asked.limit = limit.ok_or_else(|| format!("A whole number from 1 to {LARGEST_PAGE} is required."))?;
        }
        "after" if value.is_empty() => asked.after = None,
        "after" => {
            asked.after = Some(
                value
                    .parse()
                    .map_err(|()| "The job_id of a job is required.".to_owned())?,
            )
        }
        _ => return Err("Unknown parameter. Allowed: after, kind, limit, status.".to_owned()),
    }
    Ok(())
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
