//! Requests to an operator's coordinator on the JobManager.

use serde::{Deserialize, Serialize};

use crate::{Call, Endpoint, JobId, client::Mode, endpoint::answer::shape::telling, rest::jobs::Job};

impl<M: Mode> Job<M> {
    /// Sends a request to an operator's coordinator; request and response are Java objects.
    pub fn send_to_coordinator(
        &self,
        operator: impl Into<String>,
        request: impl Into<String>,
    ) -> Call<M, SendCoordinationRequest> {
        self.client.request(SendCoordinationRequest::new(self.id, operator, request))
    }
}

/// Sends a request to an operator's coordinator. Flink uses it internally, to collect the results of a query.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/jobs/{job}/coordinators/{operator}" -> CoordinationResponse, handle = "job(id).send_to_coordinator(operator, request)")]
#[non_exhaustive]
pub struct SendCoordinationRequest {
    /// The job.
    pub job: JobId,
    /// The operator's id, 32 hexadecimal digits (up to 1.20), or its uid (2.0+).
    pub operator: String,
    /// The request in Java's serialization, as base64.
    #[body("serializedCoordinationRequest")]
    pub request: String,
}

/// The response of an operator's coordinator.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CoordinationResponse {
    /// The response in Java's serialization, as base64.
    #[serde(rename = "serializedCoordinationResult")]
    pub result: Option<String>,
}

telling!(CoordinationResponse: Members(&[Text("serializedCoordinationResult")]));
