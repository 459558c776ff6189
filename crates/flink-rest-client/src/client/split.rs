//! Splitting of requests that are too long for Flink: the names of metrics go into several, and the answers are joined.

use crate::{Answer, Request};

/// Maximum length of a request line, in bytes. Flink answers 404 to longer ones (all releases).
pub(crate) const MAX_REQUEST_LINE: usize = 4096;

/// The query parameter whose list can be split: its answer is a list as well.
const NAMES: &str = "get=";

impl Request {
    /// The path and query.
    pub(crate) fn target(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// Returns true if the request line is short enough for Flink.
    pub(crate) fn fits(&self) -> bool {
        self.line_length() <= MAX_REQUEST_LINE
    }

    fn line_length(&self) -> usize {
        let query = if self.query.is_empty() { 0 } else { 1 + self.query.len() };
        self.spec.method.as_str().len() + self.path.len() + query + "  /v1 HTTP/1.1".len()
    }

    /// Keeps as many names of metrics as fit, and returns further requests for the others.
    pub(crate) fn split_off(&mut self) -> Vec<Self> {
        let names = self.query.split('&').find(|part| part.starts_with(NAMES));
        let Some(names) = names.filter(|_| !self.fits()) else { return Vec::new() };
        let room = MAX_REQUEST_LINE.saturating_sub(self.line_length() - names.len());
        let mut lists: Vec<String> = Vec::new();
        for name in names.trim_start_matches(NAMES).split(',') {
            match lists.last_mut() {
                Some(list) if list.len() + 1 + name.len() <= room => list.extend([",", name]),
                _ => lists.push(format!("{NAMES}{name}")),
            }
        }
        let (before, after) = self.query.split_once(names).unwrap_or_default();
        let with = |list: &String| Self {
            spec: self.spec,
            path: self.path.clone(),
            query: format!("{before}{list}{after}"),
            body: self.body.clone(),
            limited: self.limited.clone(),
            token: self.token.clone(),
            ..*self
        };
        let mut parts = lists.iter().map(with).collect::<Vec<_>>().into_iter();
        if let Some(first) = parts.next() {
            *self = first;
        }
        parts.collect()
    }
}

impl Answer {
    /// Appends the lists of other answers to the list of this one. If one is not a list, decoding reports it later.
    pub(crate) fn append(&mut self, others: Vec<Self>) {
        if items(&self.body).is_none() {
            return;
        }
        if let Some(other) = others.iter().position(|other| items(&other.body).is_none()) {
            return *self = others.into_iter().nth(other).unwrap_or_else(|| self.clone());
        }
        let bodies = std::iter::once(&*self).chain(&others).filter_map(|answer| items(&answer.body));
        let lists: Vec<_> = bodies.filter(|items| !items.is_empty()).collect();
        self.body = [b"[", lists.join(&b',').as_slice(), b"]"].concat().into();
    }
}

/// The text between the brackets of a JSON list.
fn items(json: &[u8]) -> Option<&[u8]> {
    Some(json.trim_ascii().strip_prefix(b"[")?.strip_suffix(b"]")?.trim_ascii())
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{Endpoint, JobId, rest::jobs::metrics::GetAggregatedJobMetrics};

    fn answer(body: &'static str) -> Answer {
        Answer {
            endpoint: GetAggregatedJobMetrics::SPEC,
            status: StatusCode::OK,
            body: body.into(),
            secrets: std::sync::Arc::default(),
        }
    }

    #[test]
    fn names_that_are_too_many_are_asked_for_in_turn() {
        let names: Vec<String> = (0..1000).map(|number| format!("a metric, number {number}")).collect();
        let mut endpoint = GetAggregatedJobMetrics::new();
        endpoint.get = names.clone();
        endpoint.jobs = vec![JobId::from_bytes([1; 16])];
        let whole = endpoint.request().unwrap();
        let mut first = whole.clone();
        let mut parts = first.split_off();
        parts.insert(0, first);
        assert!(parts.len() > 3 && parts.iter().all(Request::fits));
        let asked: Vec<&str> = parts
            .iter()
            .map(|part| part.query.strip_suffix("&jobs=01010101010101010101010101010101").unwrap())
            .map(|names| names.strip_prefix("get=").unwrap())
            .collect();
        assert!(whole.query.starts_with(&format!("get={}&", asked.join(","))));
        assert!(asked.iter().rev().skip(1).all(|names| names.len() > 3900), "no part is needless");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn each_name_is_asked_for_once_and_in_order(names in vec("[a-z.&,= ß]{1,100}", 1..200), jobs in 0..60_u8) {
            let mut endpoint = GetAggregatedJobMetrics::new();
            endpoint.get = names;
            endpoint.jobs = (0..jobs).map(|number| JobId::from_bytes([number; 16])).collect();
            let whole = endpoint.request().unwrap();
            let mut first = whole.clone();
            let mut parts = first.split_off();
            parts.insert(0, first);
            let list = |request: &Request| request.query.split('&').next().unwrap()["get=".len()..].to_owned();
            let lists: Vec<_> = parts.iter().map(list).collect();
            prop_assert_eq!(lists.join(","), list(&whole));
            let rest = |request: &Request| request.query.split_once('&').map(|(_, rest)| rest.to_owned());
            prop_assert!(parts.iter().all(|part| rest(part) == rest(&whole)));
            // The ids of 60 jobs leave room for any of these names.
            prop_assert!(parts.iter().all(Request::fits));
            let next = lists.iter().skip(1).map(|list| list.split(',').next().unwrap());
            let is_full = |(part, next): (&Request, &str)| part.line_length() + 1 + next.len() > MAX_REQUEST_LINE;
            prop_assert!(parts.iter().zip(next).all(is_full), "no part is needless");
        }
    }

    #[test]
    fn what_fits_or_cannot_be_split_stays_as_it_is() {
        for names in [vec!["uptime".to_owned()], vec!["x".repeat(5000)]] {
            let mut endpoint = GetAggregatedJobMetrics::new();
            endpoint.get = names;
            let mut request = endpoint.request().unwrap();
            let query = request.query.clone();
            assert!(request.split_off().is_empty());
            assert_eq!(request.query, query);
        }
    }

    #[test]
    fn answers_are_joined() {
        for (one, other, both) in
            [("[1,2]", " [3] ", "[1,2,3]"), ("[]", "[3]", "[3]"), ("[1]", "[]", "[1]"), ("[]", "[]", "[]")]
        {
            let mut joined = answer(one);
            joined.append(vec![answer(other)]);
            assert_eq!(joined.body, both);
        }
        let mut joined = answer("[1]");
        joined.append(vec![answer("[2]"), answer("<html>"), answer("[3]")]);
        assert_eq!(joined.body, "<html>");
    }
}
