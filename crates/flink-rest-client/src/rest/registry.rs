//! All endpoints, and calls by name: JSON in, the server's own JSON out.

use std::fmt::Debug;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    Action, Answer, Call, Client, Endpoint, Error, Request, Result,
    client::{Mode, call::CallOptions, download::Readable},
    endpoint::{FromAnswer, Spec},
    value::text::nearest,
};

/// Lists all endpoints by group, in the order of docs/endpoints.md.
macro_rules! endpoints {
    ($($module:path: $($name:ident),* $(,)?;)*) => {
        /// Every endpoint of this crate.
        pub static ENDPOINTS: &[&Spec] = &[$($({ use $module as module; module::$name::SPEC }),*),*];

        /// Calls `visitor` with the response type of the endpoint; none if there is no endpoint of this name.
        #[doc(hidden)]
        pub fn with_answer_type<W: WithAnswerType>(endpoint: &str, visitor: W) -> Option<W::Output> {
            match endpoint {
                $($(stringify!($name) => {
                    use $module as module;
                    Some(visitor.visit::<<module::$name as Endpoint>::Response>())
                })*)*
                _ => None,
            }
        }
    };
}

endpoints! {
    crate::rest::cluster: GetOverview, GetConfig, ShutdownCluster;
    crate::rest::jars: GetJars, UploadJar, PlanJar, GetJarPlan, RunJar, RunJarApplication, DeleteJar;
    crate::rest::jobs: GetJobs, GetJobsOverview, GetJobStatus, CancelJob;
    crate::rest::jobs::submit: SubmitJob;
    crate::rest::jobs::details: GetJob;
    crate::rest::jobs::config: GetJobConfig;
    crate::rest::jobs::results: GetJobAccumulators, GetJobExecutionResult;
    crate::rest::jobs::metrics: GetAggregatedJobMetrics, GetJobMetrics, GetJobVertexMetrics, GetJobManagerOperatorMetrics, GetAggregatedSubtaskMetrics, GetSubtaskMetrics;
    crate::rest::jobs::vertices: GetJobVertex, GetJobVertexAccumulators, GetJobVertexTaskManagers, GetJobVertexWatermarks;
    crate::rest::jobs::backpressure: GetJobVertexBackPressure;
    crate::rest::jobs::flame_graph: GetJobVertexFlameGraph;
    crate::rest::jobs::subtasks: GetSubtask, GetSubtaskExecutionAttempt, GetSubtaskExecutionAttemptAccumulators, GetSubtasksAllAccumulators, GetSubtasksTimes;
    crate::rest::jobs::processes: GetJobJobManagerConfig, GetJobJobManagerEnvironment, GetJobJobManagerLogUrl,
        GetJobTaskManagerLogUrl;
    crate::rest::jobmanager: GetJobManagerConfig, GetJobManagerEnvironment, GetJobManagerMetrics,
        GetJobManagerThreadDump, GetJobManagerLogs, GetJobManagerLogFile, GetJobManagerLog, GetJobManagerStdout,
        StartJobManagerProfiling, GetJobManagerProfilingList, GetJobManagerProfilingFile;
    crate::rest::taskmanagers: GetAggregatedTaskManagerMetrics, GetTaskManagerMetrics, GetTaskManagerThreadDump,
        GetTaskManagerLogs, GetTaskManagerLogFile, GetTaskManagerLog, GetTaskManagerStdout,
        StartTaskManagerProfiling, GetTaskManagerProfilingList, GetTaskManagerProfilingFile;
    crate::rest::taskmanagers::details: GetTaskManagers, GetTaskManager;
    crate::rest::datasets: GetDatasets, DeleteDataset, GetDatasetDeletion;
    crate::rest::applications: GetApplicationsOverview, GetApplication, GetApplicationExceptions,
        GetApplicationJobManagerConfig, CancelApplication;
    crate::rest::jobs::plan: GetJobPlan;
    crate::rest::jobs::exceptions: GetJobExceptions;
    crate::rest::jobs::checkpoints::statistics: GetCheckpointingStatistics;
    crate::rest::jobs::checkpoints::config: GetCheckpointConfig;
    crate::rest::jobs::checkpoints::details: GetCheckpointDetails;
    crate::rest::jobs::checkpoints::subtasks: GetCheckpointSubtasks;
    crate::rest::jobs::checkpoints::trigger: TriggerCheckpoint, GetTriggeredCheckpoint;
    crate::rest::jobs::savepoints: TriggerSavepoint, StopJob, GetSavepoint, DisposeSavepoint, GetSavepointDisposal;
    crate::rest::jobs::rescaling: GetJobResourceRequirements, UpdateJobResourceRequirements, TriggerRescaling, GetRescaling;
    crate::rest::jobs::rescales: GetRescaleConfig, GetRescalesOverview, GetRescalesSummary, GetRescalesHistory, GetRescaleDetails;
    crate::rest::jobs::coordinators: SendCoordinationRequest;
    crate::rest::jobs::heartbeat: ReportClientHeartbeat;
    crate::rest::jobs::yarn: YarnCancelJob, YarnStopJob;
}

/// Returns the endpoint with this name.
pub(crate) fn find(name: &str) -> Result<&'static Spec> {
    ENDPOINTS.iter().copied().find(|spec| spec.name == name).ok_or_else(|| {
        let suggestion = nearest(name, ENDPOINTS.iter().map(|spec| spec.name));
        Error::UnknownEndpoint { name: name.into(), suggestion }
    })
}

impl<M: Mode> Client<M> {
    /// Calls the endpoint with this name from [`ENDPOINTS`](crate::ENDPOINTS). `params` is a JSON object.
    ///
    /// The response is the server's own JSON, not decoded into types of this crate.
    pub fn request_by_name(&self, name: impl Into<String>, params: Value) -> Call<M, Named> {
        self.request(Named::new(name, params))
    }
}

/// A visitor of the response type of an endpoint.
#[doc(hidden)]
pub trait WithAnswerType {
    /// The result of the visit.
    type Output;

    /// Visits the type.
    fn visit<T: FromAnswer + Serialize + Debug>(self) -> Self::Output;
}

/// A call by name; see [`Client::request_by_name`].
#[derive(Clone, Debug)]
pub struct Named {
    name: String,
    params: Value,
}

impl Named {
    pub(crate) fn new(name: impl Into<String>, params: Value) -> Self {
        Self { name: name.into(), params }
    }
}

impl Endpoint for Named {
    type Response = Answer;

    fn request(&self) -> Result<Request> {
        let spec = find(&self.name)?;
        let params = object(self.params.clone()).map_err(|reason| Error::InvalidParameter {
            endpoint: spec.name.into(),
            parameter: "parameters".into(),
            reason,
        })?;
        (spec.from_json)(params)
    }
}

/// Returns the parameters of a call by name as a map.
fn object(params: Value) -> std::result::Result<Map<String, Value>, String> {
    match params {
        Value::Object(params) => Ok(params),
        Value::Null => Ok(Map::new()),
        other => Err(format!("parameters are a JSON object, not `{other}`")),
    }
}

impl Action for Named {
    type Output<M: Mode> = Answer;

    fn reads_metrics(&self) -> bool {
        self.request().is_ok_and(|request| request.reads_metrics())
    }

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<Answer> {
        client.perform(&self, options).await
    }
}

/// Reads the raw bytes of any response.
impl Readable for Named {
    type Endpoint = Self;

    async fn ready<M: Mode>(self, _: &Client<M>, _: CallOptions) -> Result<Self> {
        Ok(self)
    }
}

/// A ready-made request, sent as it is; the response is raw, like that of a call by name.
impl Endpoint for Request {
    type Response = Answer;

    fn request(&self) -> Result<Request> {
        Ok(self.clone())
    }
}

impl Action for Request {
    type Output<M: Mode> = Answer;

    fn reads_metrics(&self) -> bool {
        self.reads_metrics()
    }

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<Answer> {
        client.perform(&self, options).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_is_answered_with_the_nearest() {
        let error = find("getOvervew").unwrap_err();
        assert_eq!(error.to_string(), "no endpoint is named `getOvervew`; did you mean `GetOverview`?");
        assert_eq!(find("Frobnicate").unwrap_err().to_string(), "no endpoint is named `Frobnicate`");
    }
}
