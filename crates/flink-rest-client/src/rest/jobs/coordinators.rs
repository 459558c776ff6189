//! Questions to an operator's coordinator on the JobManager.

use serde::{Deserialize, Serialize};

use crate::{Call, Endpoint, JobId, client::Mode, endpoint::answer::shape::telling, rest::jobs::Job};

impl<M: Mode> Job<M> {
    /// Asks an operator's coordinator something; both request and answer are Java objects.
    pub fn send_to_coordinator(
        &self,
        operator: impl Into<String>,
        request: impl Into<String>,
    ) -> Call<M, SendCoordinationRequest> {
        self.client.request(SendCoordinationRequest::new(self.id, operator, request))
    }
}

/// Asks an operator's coordinator something. Flink means it for its own use: to collect the results of a query.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/jobs/{job}/coordinators/{operator}" -> CoordinationResponse, handle = "job(id).send_to_coordinator(operator, request)")]
#[non_exhaustive]
pub struct SendCoordinationRequest {
    /// The job.
    pub job: JobId,
    /// The operator: its id, 32 hexadecimal digits (up to 1.20), or its uid (2.0+).
    pub operator: String,
    /// The request in Java's serialization, base64.
    #[body("serializedCoordinationRequest")]
    pub request: String,
}

/// What an operator's coordinator answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CoordinationResponse {
    /// The answer in Java's serialization, base64.
    #[serde(rename = "serializedCoordinationResult")]
    pub result: Option<String>,
}

telling!(CoordinationResponse: Members(&[Text("serializedCoordinationResult")]));
