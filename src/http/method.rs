//! HTTP methods as endpoints have them.

use rocket::http::Method as HttpMethod;

use crate::endpoints::Method;

/// A method of Rocket's: HEAD is answered as GET is. `None` for those that no endpoint has of its own.
pub fn of(method: HttpMethod) -> Option<Method> {
    match method {
        HttpMethod::Get | HttpMethod::Head => Some(Method::Get),
        HttpMethod::Post => Some(Method::Post),
        HttpMethod::Put => Some(Method::Put),
        HttpMethod::Patch => Some(Method::Patch),
        HttpMethod::Delete => Some(Method::Delete),
        HttpMethod::Options | HttpMethod::Trace | HttpMethod::Connect => None,
    }
}
