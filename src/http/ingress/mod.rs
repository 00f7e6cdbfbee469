//! What a request meets before any route: who it comes from, whether its host is ours, and whether it comes too often.
//! And what every answer carries: the headers that tell browsers what may be done with it.
//!
//! `middleware` calls [`arrive`] once for each request and [`apply_headers`] once for each answer. The guard and the catchers ask
//! [`answer`] first and give what it gives: nothing else is done for a request that is turned away here. Whoever wants to
//! know where a request comes from asks [`client`] and [`host`], never the headers.

mod client;
mod cors;
mod form;
mod headers;
mod host;
mod rate;

use std::time::Instant;

use rocket::http::Status;
use rocket::{Request, Response};

use super::App;
use super::response::ApiError;
use crate::config::{AllowedHosts, CorsOrigins, RateLimit, Settings, TrustedProxies};
pub use client::Client;
pub use headers::apply_headers;
use rate::Limiter;

/// What the settings say about who may reach the server.
pub struct Ingress {
    hosts: AllowedHosts,
    origins: CorsOrigins,
    proxies: TrustedProxies,
    limiter: Option<Limiter>,
}

impl Ingress {
    /// By the settings.
    pub fn new(settings: &Settings) -> Self {
        Self {
            hosts: settings.allowed_hosts.clone(),
            origins: settings.cors_origins.clone(),
            proxies: settings.trusted_proxies.clone(),
            limiter: match settings.rate_limit {
                RateLimit::Off => None,
                RateLimit::To { requests, per } => Some(Limiter::new(requests, per)),
            },
        }
    }
}

/// What is known of a request from the moment it came.
struct RequestInfo {
    at: Instant,
    client: Client,
    /// Whether a proxy that is believed handed it on.
    is_proxied: bool,
    /// Whether the answer may depend on who asked.
    bears_credential: bool,
    verdict: Verdict,
}

/// What the perimeter itself makes of a request.
#[derive(Clone, Copy)]
enum Verdict {
    Pass,
    Ambiguous,
    CutShort,
    HostMalformed,
    HostUnknown,
    TooMany { retry_after: u64 },
    ForeignForm,
    Preflight,
}

/// Looks at a request that has just come, and whose body may have broken off already.
pub fn arrive(request: &Request<'_>, is_cut_short: bool) {
    request.local_cache(|| RequestInfo::of(request, is_cut_short));
}

/// When a request came.
pub fn arrived_at(request: &Request<'_>) -> Instant {
    request_info(request).at
}

/// Where a request comes from.
pub fn client(request: &Request<'_>) -> Client {
    request_info(request).client
}

/// The host and port that the client addressed, when it said them well.
pub fn host<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    host::named(request, request_info(request).is_proxied).host()
}

/// Whether the path is one that Kubernetes' probes and monitors ask again and again.
pub fn is_probe(request: &Request<'_>) -> bool {
    let path = request.uri().path().as_str();
    let path = path.strip_suffix('/').unwrap_or(path);
    matches!(path, "/livez" | "/readyz" | "/healthz" | "/health")
}

/// Whether the path is a file's of the pages, which browsers ask for once and keep.
fn is_static(request: &Request<'_>) -> bool {
    request.uri().path().as_str().starts_with("/static/")
}

/// The perimeter's own answer, when the request goes no further.
pub fn answer(request: &Request<'_>) -> Option<Response<'static>> {
    let error = match request_info(request).verdict {
        Verdict::Pass => return None,
        Verdict::Preflight => return Some(cors::preflight()),
        Verdict::CutShort => ApiError::new(Status::BadRequest, "The body was cut short."),
        Verdict::Ambiguous => {
            let message = "No other Transfer-Encoding than chunked, once, is understood.";
            let mut error = ApiError::new(Status::BadRequest, message);
            error.headers.push(("Connection", "close".to_owned()));
            error
        }
        Verdict::HostMalformed => ApiError::new(Status::BadRequest, "The Host header cannot be understood."),
        Verdict::HostUnknown => ApiError::new(
            Status::BadRequest,
            "This server does not answer to the name in the Host header. ALLOWED_HOSTS says to which it does.",
        ),
        Verdict::ForeignForm => ApiError::new(
            Status::Forbidden,
            "This form was sent by a page of another site. CORS_ORIGINS says which sites may.",
        ),
        Verdict::TooMany { retry_after } => {
            let unit = if retry_after == 1 { "second" } else { "seconds" };
            // Django REST framework's words.
            let message = format!("Request was throttled. Expected available in {retry_after} {unit}.");
            let mut error = ApiError::new(Status::TooManyRequests, message);
            error.headers.push(("Retry-After", retry_after.to_string()));
            error
        }
    };
    Some(error.respond(request))
}

/// Kept with the request, so that it is judged and counted once. Rocket shows requests that it cannot express to no
/// fairing; those are judged when the catcher asks.
fn request_info<'r>(request: &'r Request<'_>) -> &'r RequestInfo {
    request.local_cache(|| RequestInfo::of(request, false))
}

impl RequestInfo {
    fn of(request: &Request<'_>, is_cut_short: bool) -> Self {
        let at = Instant::now();
        let ingress = request.rocket().state::<App>().map(|app| &app.ingress);
        let (client, is_proxied) = client::of(request, ingress.map(|ingress| &ingress.proxies));
        let headers = RequestHeaders::of(request);
        let verdict = match ingress {
            _ if is_cut_short => Verdict::CutShort,
            _ if headers.is_ambiguous => Verdict::Ambiguous,
            Some(ingress) => ingress.judge(request, client, is_proxied, at),
            None => Verdict::Pass,
        };
        Self {
            at,
            client,
            is_proxied,
            bears_credential: headers.credential,
            verdict,
        }
    }
}

impl Ingress {
    fn judge(&self, request: &Request<'_>, client: Client, is_proxied: bool, at: Instant) -> Verdict {
        let is_probe = is_probe(request);
        let named = host::named(request, is_proxied);
        match &named {
            host::Named::Malformed => return Verdict::HostMalformed,
            host::Named::Missing if self.hosts != AllowedHosts::Any && !is_probe => return Verdict::HostUnknown,
            host::Named::Host(host) if !is_probe && !host.is_among(&self.hosts) => return Verdict::HostUnknown,
            host::Named::Missing | host::Named::Host(_) => {}
        }
        if let Some(limiter) = self.limiter.as_ref().filter(|_| !is_probe && !is_static(request))
            && let Err(wait) = limiter.take(client.network(), at)
        {
            let retry_after = wait.as_secs_f64().ceil().max(1.0) as u64;
            return Verdict::TooMany { retry_after };
        }
        if form::is_foreign(request, named.host()) && cors::allowed(&self.origins, request).is_none() {
            return Verdict::ForeignForm;
        }
        if cors::is_preflight(request) && cors::allowed(&self.origins, request).is_some() {
            return Verdict::Preflight;
        }
        Verdict::Pass
    }
}

/// What can be seen of a request by one look at its headers, which is cheaper than to ask for each by its name.
#[derive(Default)]
struct RequestHeaders {
    credential: bool,
    coding: bool,
    /// Whether two readers may disagree where the body ends. What comes behind it would then be a part of it to the one,
    /// and another request to the other (RFC 9112, 6.1 and 11.2). With a Content-Length beside a coding, hyper takes the
    /// coding alone, and the request as the connection's last.
    is_ambiguous: bool,
}

impl RequestHeaders {
    fn of(request: &Request<'_>) -> Self {
        let mut headers = Self::default();
        for header in request.headers().iter() {
            match header.name.len() {
                6 => headers.credential |= header.name == "Cookie",
                13 => headers.credential |= header.name == "Authorization",
                17 if header.name == "Transfer-Encoding" => {
                    let is_plain = header.value.trim().eq_ignore_ascii_case("chunked");
                    headers.is_ambiguous |= headers.coding || !is_plain;
                    headers.coding = true;
                }
                _ => {}
            }
        }
        headers
    }
}
