//! What one pass over the headers of a request tells, which costs less than a lookup of each name.

use rocket::Request;

/// Which headers of interest a request has.
#[derive(Default)]
pub(super) struct RequestHeaders {
    /// Whether there is an `Authorization` header or a cookie, so that the answer may depend on the caller.
    pub(super) bears_credential: bool,
    /// Whether there is an `X-Request-Id`.
    pub(super) bears_request_id: bool,
    /// Whether two readers may disagree where the body ends. What follows it would then be a part of it to the one, and
    /// another request to the other (RFC 9112, 6.1 and 11.2). When there is a Content-Length beside a coding, hyper takes
    /// the coding alone, and the request as the connection's last.
    pub(super) is_ambiguous: bool,
}

impl RequestHeaders {
    pub(super) fn of(request: &Request<'_>) -> Self {
        let mut headers = Self::default();
        let mut has_coding = false;
        for header in request.headers().iter() {
            match header.name.len() {
                6 => headers.bears_credential |= header.name == "Cookie",
                12 => headers.bears_request_id |= header.name == "X-Request-Id",
                13 => headers.bears_credential |= header.name == "Authorization",
                17 if header.name == "Transfer-Encoding" => {
                    let is_chunked = header.value.trim().eq_ignore_ascii_case("chunked");
                    headers.is_ambiguous |= has_coding || !is_chunked;
                    has_coding = true;
                }
                _ => {}
            }
        }
        headers
    }
}
