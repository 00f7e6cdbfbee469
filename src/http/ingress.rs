//! What is decided about a request before its endpoint is looked up: who sends it, whether its host is served, whether the
//! client has sent too many, whether its body and its headers can be trusted.
//!
//! `middleware` calls [`arrive`] once for each request. The result is kept with the request: [`verdict`], [`client`],
//! [`host`] and the rest read it. Other code calls these functions and does not read the headers itself.
//! A verdict is no response: `refusal` makes that.

mod client;
mod cors;
mod form;
mod host;
mod rate;
mod request_headers;

use std::time::Instant;

use rocket::Request;
use rocket::Response;

use crate::config::{AllowedHosts, CorsOrigins, RateLimit, Settings, TrustedProxies};
use crate::endpoints::service::{PROBES, STATIC};
pub use client::Client;
pub use cors::apply_preflight_headers;
use rate::Limiter;
use request_headers::RequestHeaders;

/// The settings about who may reach the server, and the state of the rate limit.
pub struct Ingress {
    hosts: AllowedHosts,
    origins: CorsOrigins,
    proxies: TrustedProxies,
    limiter: Option<Limiter>,
}

/// What is known of a request once its headers have been read.
struct RequestInfo {
    arrived_at: Instant,
    client: Client,
    /// Whether a trusted proxy forwarded it.
    is_proxied: bool,
    headers: RequestHeaders,
    verdict: Verdict,
}

/// Whether a request goes on to its endpoint and, if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Pass,
    /// It is a CORS preflight of an allowed origin, and answered as such.
    Preflight,
    /// Its body ended before its announced length.
    CutShort,
    /// Two readers may disagree where its body ends.
    Ambiguous,
    /// Its Host header is no host.
    HostMalformed,
    /// Its host is not among those served.
    HostUnknown,
    /// It may be a form that a page of another site made a browser send.
    ForeignForm,
    /// The client has used up its rate.
    TooMany {
        /// Seconds until a request is taken again.
        retry_after: u64,
    },
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

/// Reads a request that has just arrived. `is_cut_short` says that its body has already broken off.
pub fn arrive(request: &Request<'_>, is_cut_short: bool) {
    request.local_cache(|| RequestInfo::of(request, is_cut_short));
}

/// Whether a request goes on to its endpoint.
pub fn verdict(request: &Request<'_>) -> Verdict {
    request_info(request).verdict
}

/// When a request arrived.
pub fn arrived_at(request: &Request<'_>) -> Instant {
    request_info(request).arrived_at
}

/// Who sends a request.
pub fn client(request: &Request<'_>) -> Client {
    request_info(request).client
}

/// The host and port that the client addressed, when they are valid.
pub fn host<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    host::named(request, request_info(request).is_proxied).host()
}

/// Whether a request has an `Authorization` header or a cookie.
pub fn bears_credential(request: &Request<'_>) -> bool {
    request_info(request).headers.bears_credential
}

/// Whether a request has an `X-Request-Id`.
pub fn bears_request_id(request: &Request<'_>) -> bool {
    request_info(request).headers.bears_request_id
}

/// Whether the path is one that monitors and Kubernetes' probes request again and again.
pub fn is_probe(request: &Request<'_>) -> bool {
    let path = request.uri().path().as_str();
    PROBES.contains(&path.strip_suffix('/').unwrap_or(path))
}

/// Whether the path is that of a file of the pages, which browsers request once and keep.
fn is_static(request: &Request<'_>) -> bool {
    request.uri().path().starts_with(STATIC)
}

/// Adds the headers that tell a browser whether the page that sent the request may read the response.
pub fn apply_cors_headers<'r>(request: &'r Request<'_>, response: &mut Response<'r>) {
    if let Some(ingress) = request.rocket().state::<Ingress>() {
        cors::apply_headers(&ingress.origins, request, response);
    }
}

/// Kept with the request, so that it is judged and counted once. Requests that Rocket cannot express pass no fairing; they
/// are judged when the catcher reads the verdict.
fn request_info<'r>(request: &'r Request<'_>) -> &'r RequestInfo {
    request.local_cache(|| RequestInfo::of(request, false))
}

impl RequestInfo {
    fn of(request: &Request<'_>, is_cut_short: bool) -> Self {
        let arrived_at = Instant::now();
        let ingress = request.rocket().state::<Ingress>();
        let (client, is_proxied) = client::of(request, ingress.map(|ingress| &ingress.proxies));
        let headers = RequestHeaders::of(request);
        let verdict = match ingress {
            _ if is_cut_short => Verdict::CutShort,
            _ if headers.is_ambiguous => Verdict::Ambiguous,
            Some(ingress) => ingress.judge(request, client, is_proxied, arrived_at),
            None => Verdict::Pass,
        };
        Self {
            arrived_at,
            client,
            is_proxied,
            headers,
            verdict,
        }
    }
}
