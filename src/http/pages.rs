//! The pages: the files of `static/`, inside the binary. `http` mounts [`routes`] and calls [`index`] when a browser
//! asks for `/`; everything a page shows beyond these files it fetches from the API itself.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use rocket::http::{HeaderMap, Status};
use rocket::response::{self, Responder};
use rocket::{Request, Response, Route, get, routes};
use rust_embed::RustEmbed;

/// What a page may do: load scripts, styles and images from here, talk to here, and nothing else.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/static"]
struct Static;

/// Every file by its path under `static/`, made at the first request for one: a process that only serves the API
/// neither waits for the compression at its start nor holds the result.
static PAGES: LazyLock<HashMap<String, Page>> = LazyLock::new(|| {
    Static::iter()
        .filter_map(|path| Some((path.to_string(), Page::new(&path, Static::get(&path)?))))
        .collect()
});

/// The routes of the files that pages are made of.
pub fn routes() -> Vec<Route> {
    routes![file, favicon]
}

/// The first page, for a request of `/` that accepts HTML.
pub fn index(request: &Request<'_>) -> Response<'static> {
    let Some(page) = PAGES.get("index.html") else {
        return Response::build().status(Status::NotFound).finalize();
    };
    let mut response = page.response(request);
    // The same address answers JSON to those who ask for it.
    response.set_raw_header("Vary", "Accept, Accept-Encoding");
    response
}

#[get("/static/<path..>")]
fn file(path: Option<PathBuf>) -> Option<&'static Page> {
    // The page's own links are relative to `/`; from here they would lead nowhere.
    PAGES
        .get(path?.to_str()?)
        .filter(|page| !page.content_type.starts_with("text/html"))
}

/// Browsers ask for this by themselves when something else than a page, such as a row's JSON, is open.
#[get("/favicon.ico")]
fn favicon() -> Option<&'static Page> {
    PAGES.get("icon.svg")
}

/// One file with both of its encodings.
struct Page {
    content_type: &'static str,
    hash: String,
    plain: Cow<'static, [u8]>,
    /// None when compression would not make it smaller.
    gzip: Option<Vec<u8>>,
}

impl Page {
    fn new(path: &str, file: rust_embed::EmbeddedFile) -> Self {
        let hash = file
            .metadata
            .sha256_hash()
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let gzip = gzip(&file.data).filter(|packed| packed.len() < file.data.len());
        Self {
            content_type: content_type(path),
            hash,
            plain: file.data,
            gzip,
        }
    }

    /// The page in the encoding the client prefers, or 304 when it has that already (RFC 9110, 13.1.2).
    fn response(&'static self, request: &Request<'_>) -> Response<'static> {
        let packed = self.gzip.as_deref().filter(|_| takes_gzip(request.headers()));
        // Two encodings are two representations: a strong tag must tell them apart (RFC 9110, 8.8.3.3).
        let tag = if packed.is_some() {
            format!("\"{}-gzip\"", self.hash)
        } else {
            format!("\"{}\"", self.hash)
        };
        let mut response = Response::build();
        response
            .raw_header("Cache-Control", "no-cache")
            .raw_header("Vary", "Accept-Encoding")
            .raw_header("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        if is_held(request.headers(), &tag) {
            return response.status(Status::NotModified).raw_header("ETag", tag).finalize();
        }
        response
            .raw_header("ETag", tag)
            .raw_header("Content-Type", self.content_type);
        if self.content_type.starts_with("text/html") {
            response.raw_header("Cross-Origin-Opener-Policy", "same-origin");
        }
        if packed.is_some() {
            response.raw_header("Content-Encoding", "gzip");
        }
        let body = packed.unwrap_or(&self.plain);
        response.sized_body(body.len(), Cursor::new(body)).finalize()
    }
}

impl<'r> Responder<'r, 'static> for &'static Page {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        Ok(self.response(request))
    }
}

fn gzip(data: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).ok()?;
    encoder.finish().ok()
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Whether `Accept-Encoding` takes gzip: by name, or else by `*`, with any weight but zero (RFC 9110, 12.5.3).
fn takes_gzip(headers: &HeaderMap<'_>) -> bool {
    let weight_of = |coding: &str| {
        headers
            .get("Accept-Encoding")
            .flat_map(|value| value.split(','))
            .find_map(|member| {
                let (name, parameters) = member.split_once(';').unwrap_or((member, ""));
                let weight = parameters
                    .trim()
                    .strip_prefix("q=")
                    .map_or(Some(1.0), |weight| weight.trim().parse().ok());
                name.trim()
                    .eq_ignore_ascii_case(coding)
                    .then_some(weight.unwrap_or(0.0))
            })
    };
    weight_of("gzip")
        .or_else(|| weight_of("*"))
        .is_some_and(|weight: f32| weight > 0.0)
}

/// Whether `If-None-Match` names this tag; the comparison is the weak one, since proxies weaken tags.
fn is_held(headers: &HeaderMap<'_>, tag: &str) -> bool {
    headers
        .get("If-None-Match")
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|held| held == "*" || held.strip_prefix("W/").unwrap_or(held) == tag)
}
