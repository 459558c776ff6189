//! Execution of one call: check, send, retry where that is safe, decode.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use http::HeaderMap;

use super::{
    Client, MAX_CONCURRENT_REQUESTS, Mode,
    call::CallOptions,
    departure::Departure,
    retry::{Attempts, Retry},
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
    /// Checks a request, and adapts it to the server's release.
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

    /// Checks and sends one request, and decodes the answer.
    pub(crate) async fn execute<E: Endpoint>(
        &self,
        endpoint: &E,
        options: CallOptions,
    ) -> Result<E::Response> {
        let request = self.check(endpoint.request()?, options).await?;
        self.execute_request(request, options).await
    }

    /// Sends a checked request, and decodes the answer.
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

    /// Sends a request. One with more metrics than fit into its request line is split.
    async fn exchange(&self, mut request: Request, options: CallOptions) -> Result<Answer> {
        let rest = request.split_off();
        let answer = self.exchange_one(request, options).await?;
        // Boxed, because most requests have no further parts and should not pay for them.
        if rest.is_empty() { Ok(answer) } else { Box::pin(self.append(answer, rest, options)).await }
    }

    /// Sends the other parts of a request, and appends their answers.
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
        // The semaphore is never closed.
        let _permit = if options.is_part { self.shared.parts.acquire().await.ok() } else { None };
        let spec = request.spec;
        let span = CallSpan::new(spec);
        // Boxed: the future is large, and every wrapper would copy it.
        let answer = span
            .around(Box::pin(self.send_with_retries(request, options, &span)), |answer| answer.status)
            .await;
        match answer {
            Err(error) if error.may_be_absence() => Err(Box::pin(self.explained(spec, error)).await),
            answer => answer,
        }
    }

    /// Sends a request until an attempt succeeds, or a further one would be unsafe or useless.
    async fn send_with_retries(
        &self,
        request: Request,
        options: CallOptions,
        span: &CallSpan,
    ) -> Result<Answer> {
        let mut attempts = self.attempts(&request, options);
        loop {
            span.attempt(attempts.number());
            let found = if attempts.may_have_arrived {
                self.look_up(&request, &attempts, options).await
            } else {
                Ok(None)
            };
            match found {
                Ok(Some(found)) => return request.lost_answer(Some(&found)),
                Ok(None) => {}
                Err(error) => {
                    attempts.wait_for_next(error, Arrival::No, &self.shared.addresses).await?;
                    continue;
                }
            }
            let error = match self.attempt(&request, &attempts, options).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if let Some(meant) = request.spec.answer_meant_by(&error) {
                return Ok(self.answer(&request, http::StatusCode::OK, meant.into()));
            }
            let arrival = error.arrival();
            let is_done = attempts.may_have_arrived && request.is_done(&error);
            // A refusal may mean that an earlier attempt is still being carried out, or that this one took effect
            // before it failed. If an earlier attempt is known to be done, the lookup completes its answer.
            let may_be_there = match arrival {
                Arrival::Yes => attempts.may_have_arrived || request.may_have_begun(&error),
                _ => is_done,
            };
            let found = match may_be_there {
                true => self.look_up_after_refusal(&request, &attempts, options).await,
                false => None,
            };
            if is_done || (attempts.may_have_arrived && found.is_some()) {
                return request.lost_answer(found.as_ref());
            }
            // A duplicate may be of something else: an older job, or the second job of this program.
            let found =
                found.filter(|found| !request.is_done(&error) || found.began_within(attempts.elapsed()));
            let jobs = found.map(|found| request.jobs_of(&found)).unwrap_or_default();
            if !jobs.is_empty() {
                return Err(Error::started_anyway(request.spec.name, jobs, error));
            }
            attempts.wait_for_next(error, arrival, &self.shared.addresses).await?;
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
            let mut attempts = self.attempts(request, options);
            loop {
                span.attempt(attempts.number());
                let departure = Departure::default();
                let opened = self.open(request, &departure);
                match self.with_timeout(request, &attempts, options, &departure, opened).await {
                    Ok(answer) => return Ok(answer),
                    Err(error) => {
                        let arrival = error.arrival();
                        attempts.wait_for_next(error, arrival, &self.shared.addresses).await?;
                    }
                }
            }
        };
        match span.around(opened, http::Response::status).await {
            Err(error) if error.may_be_absence() => Err(Box::pin(self.explained(request.spec, error)).await),
            answer => answer,
        }
    }

    /// The retry state of a new request.
    fn attempts(&self, request: &Request, options: CallOptions) -> Attempts {
        let shared = &self.shared;
        let usual = match request.body {
            Body::Form { .. } => shared.timeout.saturating_mul(10),
            _ => shared.timeout,
        };
        let (retry, deadline) = (options.retry.unwrap_or(shared.retry), self.deadline(options, usual));
        // A reader can be read only once.
        let (retry, addresses) = match request.body.is_repeatable() {
            true => (retry, shared.addresses.len()),
            false => (Retry::never(), 1),
        };
        Attempts::new(request, retry, addresses, deadline)
    }

    /// Looks up what an earlier attempt started. Returns `None` if nothing is found, or the endpoint has no lookup.
    async fn look_up(
        &self,
        request: &Request,
        attempts: &Attempts,
        options: CallOptions,
    ) -> Result<Option<Answer>> {
        let Some(question) = request.find().transpose()? else { return Ok(None) };
        match self.attempt(&question, attempts, options).await {
            // An unreadable answer is an error, not a result.
            Ok(answer) => answer.json().map(|_| Some(answer)),
            Err(error) if error.is_not_found() && !matches!(request.repeat, Repeat::Found(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// [`look_up`](Self::look_up) with a short timeout, after a refusal.
    async fn look_up_after_refusal(
        &self,
        request: &Request,
        attempts: &Attempts,
        mut options: CallOptions,
    ) -> Option<Answer> {
        options.attempt_timeout = Some(self.lookup_timeout(options));
        self.look_up(request, attempts, options).await.ok().flatten()
    }

    /// Sends one request once, and reads the response.
    pub(crate) async fn attempt(
        &self,
        request: &Request,
        attempts: &Attempts,
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
        self.with_timeout(request, attempts, options, &departure, attempt).await
    }

    /// The check for a response that is a file; `None` for other responses.
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

    /// Limits the duration of an attempt. The error tells if the timeout expired before the whole request was sent.
    async fn with_timeout<T>(
        &self,
        request: &Request,
        attempts: &Attempts,
        options: CallOptions,
        departure: &Departure,
        attempt: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let reads = request.repeat.reads();
        let limit = options.attempt_timeout.or(reads.then_some(self.shared.attempt_timeout));
        let what = || format!("{} at {}", request.spec.name, self.address());
        attempts.with_timeout(limit, what, departure, attempt).await
    }

    /// Timeout of one lookup after a refusal.
    pub(crate) fn lookup_timeout(&self, options: CallOptions) -> Duration {
        options.attempt_timeout.unwrap_or(self.shared.attempt_timeout).min(LOOKUP_TIMEOUT)
    }
}
