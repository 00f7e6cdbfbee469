//! The pages: the files of `static/` as `build.rs` joined and compressed them, inside the binary. `service` calls
//! [`file`], [`favicon`] and, when a browser requests `/`, [`index`]; `refusal` calls [`not_found`]. Everything a page shows
//! beyond these files it fetches from the API itself.
//!
//! A file's address holds the hash of all of them, so it may be kept for ever. The document names that hash and is asked
//! for again each time.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use flate2::read::GzDecoder;
use rocket::http::{HeaderMap, Status};
use rocket::{Request, Response};

use super::negotiation;

/// The files, compressed with gzip.
#[derive(rust_embed::RustEmbed)]
#[folder = "$OUT_DIR/pages"]
struct Files;

/// The hash of all files.
const HASH: &str = env!("SOCLE_PAGES_HASH");

/// What a page may do: load scripts, styles and images from here, talk to here, and nothing else.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Of files whose address changes with their contents.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The first page, for a request of `/` that accepts HTML.
pub fn index(request: &Request<'_>) -> Response<'static> {
    let Some(page) = Page::named("index.html") else {
        return Response::build().status(Status::NotFound).finalize();
    };
    let mut response = page.response(request);
    // The same address answers JSON to those who ask for it.
    response.set_raw_header("Vary", "Accept, Accept-Encoding");
    response
}

/// What a browser is shown at an address where nothing is; None when this is missing.
pub fn not_found(request: &Request<'_>) -> Option<Response<'static>> {
    let page = Page::named("404.html")?;
    // Links are relative, since a proxy may have taken a prefix off the path.
    let depth = request.uri().path().as_str().matches('/').count().saturating_sub(1);
    let root = match depth {
        0 => "./".to_owned(),
        depth => "../".repeat(depth),
    };
    let text = String::from_utf8(page.unpacked()?).ok()?;
    let text = text
        .replace("\"static/", &format!("\"{root}static/"))
        .replace("\"./\"", &format!("\"{root}\""));
    let mut response = Response::build();
    response
        .status(Status::NotFound)
        .raw_header("Content-Type", "text/html; charset=utf-8")
        .raw_header("Cache-Control", "no-cache")
        .raw_header("Vary", "Accept")
        .raw_header("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    Some(response.sized_body(text.len(), Cursor::new(text)).finalize())
}

/// A file that pages are made of, by the hash of all of them and its name.
pub fn file(request: &Request<'_>, path: &str) -> Option<Response<'static>> {
    let (hash, name) = path.split_once('/')?;
    // The documents' own links are relative to `/`; from here they would lead nowhere.
    let page = Page::named(name).filter(|page| hash == HASH && !page.is_document())?;
    Some(page.response(request))
}

/// The icon, at an address that never changes. Browsers request it by themselves when something else than a page, such as
/// a row's JSON, is open.
pub fn favicon(request: &Request<'_>) -> Option<Response<'static>> {
    let mut response = Page::named("icon.svg")?.response(request);
    response.set_raw_header("Cache-Control", "no-cache");
    Some(response)
}

/// One file.
struct Page {
    path: String,
    gzip: Cow<'static, [u8]>,
}

impl Page {
    fn named(name: &str) -> Option<Self> {
        Some(Self {
            path: name.to_owned(),
            gzip: Files::get(name)?.data,
        })
    }

    fn is_document(&self) -> bool {
        self.path.ends_with(".html")
    }

    /// The file as it was, for clients that take no compression; None when it is damaged.
    fn unpacked(&self) -> Option<Vec<u8>> {
        let mut plain = Vec::new();
        GzDecoder::new(&*self.gzip).read_to_end(&mut plain).ok()?;
        Some(plain)
    }

    /// The file in the encoding the client prefers, or 304 when it has that already (RFC 9110, 13.1.2).
    fn response(self, request: &Request<'_>) -> Response<'static> {
        let packed = negotiation::accepts_gzip(request.headers());
        // Two encodings are two representations: a strong tag must tell them apart (RFC 9110, 8.8.3.3).
        let tag = format!("\"{HASH}{}\"", if packed { "-gzip" } else { "" });
        let mut response = Response::build();
        response
            .raw_header("Cache-Control", if self.is_document() { "no-cache" } else { FOR_EVER })
            .raw_header("Vary", "Accept-Encoding")
            .raw_header("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        if is_held(request.headers(), &tag) {
            return response.status(Status::NotModified).raw_header("ETag", tag).finalize();
        }
        response
            .raw_header("ETag", tag)
            .raw_header("Content-Type", content_type(&self.path));
        if self.is_document() {
            response.raw_header("Cross-Origin-Opener-Policy", "same-origin");
        }
        if packed {
            response.raw_header("Content-Encoding", "gzip");
            return response.sized_body(self.gzip.len(), Cursor::new(self.gzip)).finalize();
        }
        match self.unpacked() {
            Some(plain) => response.sized_body(plain.len(), Cursor::new(plain)).finalize(),
            None => Response::build().status(Status::InternalServerError).finalize(),
        }
    }
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

/// Whether `If-None-Match` names this tag; the comparison is the weak one, since proxies weaken tags.
fn is_held(headers: &HeaderMap<'_>, tag: &str) -> bool {
    headers
        .get("If-None-Match")
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|held| held == "*" || held.strip_prefix("W/").unwrap_or(held) == tag)
}
