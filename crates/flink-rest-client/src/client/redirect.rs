//! Redirects. They are followed only within the cluster's origin, so that credentials stay there.

use http::{Method, Response, Uri, header::LOCATION};
use url::{Origin, Url};

/// Maximum number of redirects that are followed for one request.
pub(crate) const MAX_REDIRECTS: usize = 5;

/// The target of a redirect, if it is within the origin and keeps the method.
pub(crate) fn target<T>(method: &Method, from: &Uri, answer: &Response<T>) -> Option<Uri> {
    match answer.status().as_u16() {
        307 | 308 => {}
        // These turn other methods into GET.
        301..=303 if method == Method::GET => {}
        _ => return None,
    }
    let from = Url::parse(&from.to_string()).ok()?;
    let mut to = from.join(answer.headers().get(LOCATION)?.to_str().ok()?).ok()?;
    let is_plain = to.username().is_empty() && to.password().is_none();
    let is_within = matches!(to.origin(), Origin::Tuple(..)) && to.origin() == from.origin();
    to.set_fragment(None);
    (is_plain && is_within).then(|| to.as_str().parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(method: Method, status: u16, location: &str) -> Option<String> {
        let from = Uri::from_static("http://flink:8081/base/v1/jobs?x=1");
        let answer = Response::builder().status(status).header(LOCATION, location).body(()).unwrap();
        target(&method, &from, &answer).map(|uri| uri.to_string())
    }

    #[test]
    fn within_the_origin() {
        for location in
            ["/there", "http://flink:8081/there", "//flink:8081/there", "http://FLINK:8081/there#part"]
        {
            assert_eq!(
                followed(Method::GET, 302, location).unwrap(),
                "http://flink:8081/there",
                "{location}"
            );
        }
        assert_eq!(followed(Method::GET, 302, "there?y=2").unwrap(), "http://flink:8081/base/v1/there?y=2");
    }

    #[test]
    fn not_out_of_it() {
        for location in [
            "https://flink:8081/there",
            "http://flink/there",
            "http://flink:8082/there",
            "http://other:8081/there",
            "http://flink.other:8081/there",
            "//other/there",
            "http://user:password@flink:8081/there",
            "file:///there",
            "data:,there",
        ] {
            assert_eq!(followed(Method::GET, 307, location), None, "{location}");
        }
    }

    #[test]
    fn by_method_and_status() {
        for status in [301, 302, 303, 307, 308] {
            assert!(followed(Method::GET, status, "/there").is_some());
            for method in [Method::POST, Method::PATCH, Method::PUT, Method::DELETE] {
                assert_eq!(followed(method, status, "/there").is_some(), status >= 307, "{status}");
            }
        }
        for status in [200, 300, 304, 305, 404] {
            assert_eq!(followed(Method::GET, status, "/there"), None);
        }
    }
}
