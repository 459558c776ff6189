//! All endpoints, and calls by name: JSON in, the server's own JSON out.

use serde_json::{Map, Value};

use crate::{
    Action, Answer, Client, Endpoint, Error, Request, Result, call::CallOptions, client::Mode,
    endpoint::Spec, lossless::WithAnswerType,
};

/// Lists the endpoints once, by group, in the order of the table in the README.
macro_rules! endpoints {
    ($($module:path: $($name:ident),* $(,)?;)*) => {
        /// Every endpoint of this crate.
        pub static ENDPOINTS: &[&Spec] = &[$($({ use $module as module; module::$name::SPEC }),*),*];

        /// Does something with the type of an endpoint's answer, given the endpoint's name; none if there is no such one.
        #[doc(hidden)]
        pub fn with_answer_type<W: WithAnswerType>(endpoint: &str, what: W) -> Option<W::Output> {
            match endpoint {
                $($(stringify!($name) => {
                    use $module as module;
                    Some(what.with::<<module::$name as Endpoint>::Response>())
                })*)*
                _ => None,
            }
        }
    };
}

endpoints! {
    crate::cluster: GetOverview, GetConfig, ShutdownCluster;
    crate::jars: GetJars, UploadJar, PlanJar, GetJarPlan, RunJar, RunJarApplication, DeleteJar;
    crate::jobs: GetJobs, GetJobsOverview, GetJobStatus, CancelJob;
    crate::jobs::submit: SubmitJob;
    crate::jobs::details: GetJob;
    crate::jobs::config: GetJobConfig;
    crate::jobs::results: GetJobAccumulators, GetJobExecutionResult;
    crate::jobs::metrics: GetAggregatedJobMetrics, GetJobMetrics, GetJobVertexMetrics, GetJobManagerOperatorMetrics, GetAggregatedSubtaskMetrics, GetSubtaskMetrics;
    crate::jobs::vertices: GetJobVertex, GetJobVertexAccumulators, GetJobVertexTaskManagers, GetJobVertexWatermarks;
    crate::jobs::backpressure: GetJobVertexBackPressure;
    crate::jobs::flame_graph: GetJobVertexFlameGraph;
    crate::jobs::subtasks: GetSubtask, GetSubtaskExecutionAttempt, GetSubtaskExecutionAttemptAccumulators, GetSubtasksAllAccumulators, GetSubtasksTimes;
    crate::jobs::processes: GetJobJobManagerConfig, GetJobJobManagerEnvironment, GetJobJobManagerLogUrl,
        GetJobTaskManagerLogUrl;
    crate::jobmanager: GetJobManagerConfig, GetJobManagerEnvironment, GetJobManagerMetrics,
        GetJobManagerThreadDump, GetJobManagerLogs, GetJobManagerLogFile, GetJobManagerLog, GetJobManagerStdout,
        StartJobManagerProfiling, GetJobManagerProfilingList, GetJobManagerProfilingFile;
    crate::taskmanagers: GetAggregatedTaskManagerMetrics, GetTaskManagerMetrics, GetTaskManagerThreadDump,
        GetTaskManagerLogs, GetTaskManagerLogFile, GetTaskManagerLog, GetTaskManagerStdout,
        StartTaskManagerProfiling, GetTaskManagerProfilingList, GetTaskManagerProfilingFile;
    crate::taskmanagers::details: GetTaskManagers, GetTaskManager;
    crate::datasets: GetDatasets, DeleteDataset, GetDatasetDeletion;
    crate::applications: GetApplicationsOverview, GetApplication, GetApplicationExceptions,
        GetApplicationJobManagerConfig, CancelApplication;
    crate::jobs::plan: GetJobPlan;
    crate::jobs::exceptions: GetJobExceptions;
    crate::jobs::checkpoints::statistics: GetCheckpointingStatistics;
    crate::jobs::checkpoints::config: GetCheckpointConfig;
    crate::jobs::checkpoints::details: GetCheckpointDetails;
    crate::jobs::checkpoints::subtasks: GetCheckpointSubtasks;
    crate::jobs::checkpoints::trigger: TriggerCheckpoint, GetTriggeredCheckpoint;
    crate::jobs::savepoints: TriggerSavepoint, StopJob, GetSavepoint, DisposeSavepoint, GetSavepointDisposal;
    crate::jobs::rescaling: GetJobResourceRequirements, UpdateJobResourceRequirements, TriggerRescaling, GetRescaling;
    crate::jobs::rescales: GetRescaleConfig, GetRescalesOverview, GetRescalesSummary, GetRescalesHistory, GetRescaleDetails;
    crate::jobs::coordinators: SendCoordinationRequest;
    crate::jobs::heartbeat: ReportClientHeartbeat;
    crate::jobs::yarn: YarnCancelJob, YarnStopJob;
}

/// The endpoint with this name.
pub(crate) fn find(name: &str) -> Result<&'static Spec> {
    ENDPOINTS.iter().copied().find(|spec| spec.name == name).ok_or_else(|| {
        let suggestion = nearest(name, ENDPOINTS.iter().map(|spec| spec.name));
        Error::UnknownEndpoint { name: name.into(), suggestion }
    })
}

/// What somebody may have meant by a name that is none of the known ones.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // What is far longer than any name is near none, and would take long to compare.
    let asked: String = name.chars().take(64).collect::<String>().to_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(&known.to_lowercase(), &asked);
    let known = known.filter(|known| known.len() <= 256);
    known.min_by_key(|known| distance(known)).filter(|known| distance(known) <= known.len() / 3)
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

/// Parameters of a call by name.
fn object(params: Value) -> std::result::Result<Map<String, Value>, String> {
    match params {
        Value::Object(params) => Ok(params),
        Value::Null => Ok(Map::new()),
        other => Err(format!("parameters are a JSON object, not `{other}`")),
    }
}

impl Action for Named {
    type Output<M: Mode> = Answer;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<Answer> {
        client.execute(&self, options).await
    }
}

/// A request that is there already is sent as it is; it is answered as a call by name is.
impl Endpoint for Request {
    type Response = Answer;

    fn request(&self) -> Result<Request> {
        Ok(self.clone())
    }
}

impl Action for Request {
    type Output<M: Mode> = Answer;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<Answer> {
        client.execute(&self, options).await
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
