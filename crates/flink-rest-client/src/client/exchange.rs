//! One call: the request is checked, sent, retried where that is safe, and its response decoded.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use http::HeaderMap;

use super::{
    Client, MAX_CONCURRENT_REQUESTS, Mode,
    call::CallOptions,
    departure::Departure,
    retry::{Retry, Tries},
    server::LOOKUP_TIMEOUT,
    span::CallSpan,
    transport::Incoming,
};
use crate::{
    Answer, Endpoint, Error, Repeat, Request, Result,
    endpoint::{Body, FromAnswer, answer::file::ExpectedFile},
    error::Arrival,
};

impl<M: Mode> Client<M> {
    /// The request as the server's release understands it, if it does, and its values can be right.
    pub(crate) async fn check(&self, mut request: Request, options: CallOptions) -> Result<Request> {
        if let Body::Form { files, .. } = &request.body {
            files.iter().try_for_each(|file| file.check())?;
        }
        let mut server = None;
        if request.is_version_dependent() {
            let version = Box::pin(self.server_version(request.spec.api, options)).await?;
            request = request.for_version(version)?;
            server = Some(version);
        }
        request.make_repeatable(server);
        Ok(request)
    }

    /// Sends one request and decodes its answer.
    pub(crate) async fn execute<E: Endpoint>(
        &self,
        endpoint: &E,
        options: CallOptions,
    ) -> Result<E::Response> {
        let request = self.check(endpoint.request()?, options).await?;
        self.execute_request(request, options).await
    }

    /// Sends a request that was checked, and decodes its answer.
    pub(crate) async fn execute_request<T: FromAnswer>(
        &self,
        request: Request,
        options: CallOptions,
    ) -> Result<T> {
        let (reads, token) = (request.repeat.reads(), request.token.clone());
        let answer = self.exchange(request, options).await?;
        let endpoint = answer.endpoint.name;
        T::from_answer(answer).map_err(|error| match reads {
            true => error,
            false => Error::unknown(endpoint, token, error),
        })
    }

    /// Sends a request; in parts if it asks for more metrics than fit into its line.
    async fn exchange(&self, mut request: Request, options: CallOptions) -> Result<Answer> {
        let rest = request.split_off();
        let answer = self.exchange_one(request, options).await?;
        // Hardly any request has more parts; the others do not make room for them.
        if rest.is_empty() { Ok(answer) } else { Box::pin(self.append(answer, rest, options)).await }
    }

    /// Adds the answers to the other parts of a request.
    async fn append(
        &self,
        mut answer: Answer,
        rest: Vec<Request>,
        mut options: CallOptions,
    ) -> Result<Answer> {
        options.is_part = true;
        let parts = stream::iter(rest).map(|part| self.exchange_one(part, options));
        let (mut parts, mut others) = (parts.buffered(MAX_CONCURRENT_REQUESTS), Vec::new());
        let mut length = answer.body.len();
        while let Some(part) = parts.try_next().await? {
            length += part.body.len();
            if length > self.shared.max_answer_bytes {
                return Err(Error::TooLarge {
                    endpoint: part.endpoint.name,
                    limit: self.shared.max_answer_bytes,
                });
            }
            others.push(part);
        }
        answer.append(others);
        Ok(answer)
    }

    /// Sends one request, retrying where that is safe, and reads the response.
    async fn exchange_one(&self, request: Request, options: CallOptions) -> Result<Answer> {
        // It is never closed.
        let _permit = if options.is_part { self.shared.parts.acquire().await.ok() } else { None };
        let spec = request.spec;
        let span = CallSpan::new(spec);
        // Boxed: the future is large, and every wrapper would copy it.
        let answer =
            span.around(Box::pin(self.attempts(request, options, &span)), |answer| answer.status).await;
        match answer {
            Err(error) if error.may_be_absence() => Err(Box::pin(self.explained(spec, error)).await),
            answer => answer,
        }
    }

    /// The attempts of a request, until one is answered or no other is safe and of use.
    async fn attempts(&self, request: Request, options: CallOptions, span: &CallSpan) -> Result<Answer> {
        let mut tries = self.tries(&request, options);
        loop {
            span.attempt(tries.number());
            let found = if tries.maybe_done { self.look(&request, &tries, options).await } else { Ok(None) };
            match found {
                Ok(Some(found)) => return request.lost_answer(Some(&found)),
                Ok(None) => {}
                Err(error) => {
                    tries.again(error, Arrival::No, &self.shared.addresses).await?;
                    continue;
                }
            }
            let error = match self.attempt(&request, &tries, options).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if let Some(meant) = request.spec.answer_meant_by(&error) {
                return Ok(self.answer(&request, http::StatusCode::OK, meant.into()));
            }
            let arrival = error.arrival();
            let is_done = tries.maybe_done && request.is_done(&error);
            // An earlier one may be at work yet, which is why this one was refused. If it is known to be done, what it
            // was may be told in the answer, too. And what was refused may have done its work before it failed.
            let may_be_there = match arrival {
                Arrival::Yes => tries.maybe_done || request.may_have_begun(&error),
                _ => is_done,
            };
            let found = match may_be_there {
                true => self.look_once_more(&request, &tries, options).await,
                false => None,
            };
            if is_done || (tries.maybe_done && found.is_some()) {
                return request.lost_answer(found.as_ref());
            }
            // A duplicate may be of what was not sent before: of an older job, or the second one of this program.
            let found = found.filter(|found| !request.is_done(&error) || found.began_within(tries.elapsed()));
            let jobs = found.map(|found| request.jobs_of(&found)).unwrap_or_default();
            if !jobs.is_empty() {
                return Err(Error::started_anyway(request.spec.name, jobs, error));
            }
            tries.again(error, arrival, &self.shared.addresses).await?;
        }
    }

    /// Sends one request, retrying where that is safe, and returns the response with its body unread.
    pub(crate) async fn open_one(
        &self,
        request: &Request,
        options: CallOptions,
    ) -> Result<http::Response<Incoming>> {
        let span = CallSpan::new(request.spec);
        let opened = async {
            let mut tries = self.tries(request, options);
            loop {
                span.attempt(tries.number());
                let departure = Departure::default();
                let opened = self.open(request, &departure);
                match self.limited(request, &tries, options, &departure, opened).await {
                    Ok(answer) => return Ok(answer),
                    Err(error) => {
                        let arrival = error.arrival();
                        tries.again(error, arrival, &self.shared.addresses).await?;
                    }
                }
            }
        };
        match span.around(opened, http::Response::status).await {
            Err(error) if error.may_be_absence() => Err(Box::pin(self.explained(request.spec, error)).await),
            answer => answer,
        }
    }

    /// The attempts that a request may have.
    fn tries(&self, request: &Request, options: CallOptions) -> Tries {
        let shared = &self.shared;
        let usual = match request.body {
            Body::Form { .. } => shared.timeout.saturating_mul(10),
            _ => shared.timeout,
        };
        let (retry, deadline) = (options.retry.unwrap_or(shared.retry), self.deadline(options, usual));
        // A reader can be read once.
        let (retry, addresses) = match request.body.is_repeatable() {
            true => (retry, shared.addresses.len()),
            false => (Retry::never(), 1),
        };
        Tries::new(request, retry, addresses, deadline)
    }

    /// What an earlier attempt started, if it can be asked after.
    async fn look(&self, request: &Request, tries: &Tries, options: CallOptions) -> Result<Option<Answer>> {
        let Some(question) = request.find().transpose()? else { return Ok(None) };
        match self.attempt(&question, tries, options).await {
            // What cannot be read tells nothing.
            Ok(answer) => answer.json().map(|_| Some(answer)),
            Err(error) if error.is_not_found() && !matches!(request.repeat, Repeat::Found(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The same, but not for long: it was refused.
    async fn look_once_more(
        &self,
        request: &Request,
        tries: &Tries,
        mut options: CallOptions,
    ) -> Option<Answer> {
        options.attempt_timeout = Some(self.lookup_timeout(options));
        self.look(request, tries, options).await.ok().flatten()
    }

    /// Sends one request once and reads its answer.
    pub(crate) async fn attempt(
        &self,
        request: &Request,
        tries: &Tries,
        options: CallOptions,
    ) -> Result<Answer> {
        let departure = Departure::default();
        let attempt = async {
            let (head, body) = self.open(request, &departure).await?.into_parts();
            let body = self.read(request.spec, &head.headers, body).await?;
            if let Some(expected) = self.expected_file(request, head.status, &head.headers) {
                expected.check(&body)?;
            }
            self.answer(request, head.status, body).checked()
        };
        self.limited(request, tries, options, &departure, attempt).await
    }

    /// Checks a log or another file; none for other answers.
    pub(crate) fn expected_file(
        &self,
        request: &Request,
        status: http::StatusCode,
        headers: &HeaderMap,
    ) -> Option<ExpectedFile> {
        request
            .spec
            .answer
            .is_file()
            .then(|| ExpectedFile::new(request, status, headers, self.shared.secrets.clone()))
    }

    fn answer(&self, request: &Request, status: http::StatusCode, body: Bytes) -> Answer {
        Answer { endpoint: request.spec, status, body, secrets: self.shared.secrets.clone() }
    }

    /// Ends an attempt that takes longer than it may. If the request had not left by then, the error says so.
    async fn limited<T>(
        &self,
        request: &Request,
        tries: &Tries,
        options: CallOptions,
        departure: &Departure,
        attempt: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let reads = request.repeat.reads();
        let limit = options.attempt_timeout.or(reads.then_some(self.shared.attempt_timeout));
        let what = || format!("{} at {}", request.spec.name, self.address());
        tries.limit(limit, what, departure, attempt).await
    }

    /// Timeout of one look after a refusal, which nobody waits for long.
    pub(crate) fn lookup_timeout(&self, options: CallOptions) -> Duration {
        options.attempt_timeout.unwrap_or(self.shared.attempt_timeout).min(LOOKUP_TIMEOUT)
    }
}
