//! Formats of savepoints that a job's state backend can write.

use tokio::time::timeout;

use super::{SavepointFormatType, TriggerSavepoint};
use crate::{
    Action, Client, Error, JobId, Request, Result,
    client::{Mode, call::CallOptions, server::LOOKUP_TIMEOUT, wait::Waiting},
    endpoint::Spec,
    rest::{FLINK, jobs::checkpoints::config::GetCheckpointConfig},
};

/// The first release with state backends that cannot write canonical savepoints.
const NATIVE_ONLY_SINCE: (u32, u32) = (2, 0);

/// Part of the class names of those state backends, in lower case: `ForStStateBackend`, also with its package or in a
/// wrapper.
const NATIVE_ONLY: &str = "forst";

/// Member of the request that names the format.
const FORMAT_MEMBER: &str = "formatType";

/// Chooses the format of a savepoint; see [`Job::savepoint_format`](crate::jobs::Job::savepoint_format).
#[derive(Clone, Debug)]
pub struct ChooseSavepointFormat {
    /// Name of the endpoint that requests the savepoint.
    endpoint: &'static str,
    job: JobId,
    wanted: Option<SavepointFormatType>,
}

impl ChooseSavepointFormat {
    pub(super) fn new(job: JobId, wanted: Option<SavepointFormatType>) -> Self {
        Self { endpoint: TriggerSavepoint::SPEC.name, job, wanted }
    }

    /// Returns the format that the job's state backend requires; none if it writes any.
    async fn required<M: Mode>(&self, client: &Client<M>) -> Result<Option<SavepointFormatType>> {
        let config = client.execute(&GetCheckpointConfig::new(self.job), Waiting::question()).await?;
        Ok(config.state_backend.to_lowercase().contains(NATIVE_ONLY).then_some(SavepointFormatType::Native))
    }
}

impl Action for ChooseSavepointFormat {
    type Output<M: Mode> = Option<SavepointFormatType>;

    async fn run<M: Mode>(
        self,
        client: Client<M>,
        options: CallOptions,
    ) -> Result<Option<SavepointFormatType>> {
        if self.wanted == Some(SavepointFormatType::Native) {
            return Ok(self.wanted);
        }
        // An unreadable version is treated as the newest.
        if client
            .server_version(&FLINK, options)
            .await?
            .release()
            .is_some_and(|release| release < NATIVE_ONLY_SINCE)
        {
            return Ok(self.wanted);
        }
        // If this lookup fails, the savepoint is requested all the same.
        let required = timeout(LOOKUP_TIMEOUT, self.required(&client)).await;
        match (self.wanted, required.ok().and_then(Result::ok).flatten()) {
            (None, required) => Ok(required),
            (wanted, None) => Ok(wanted),
            (Some(_), Some(required)) => Err(Error::InvalidParameter {
                endpoint: self.endpoint.into(),
                parameter: "format_type".into(),
                reason: format!(
                    "the job's state backend, ForSt, writes {required} savepoints only, and the job fails of another"
                ),
            }),
        }
    }
}

/// Returns true if the endpoint has a parameter for the format of a savepoint.
pub(crate) fn is_parameter_of(spec: &Spec) -> bool {
    spec.params.iter().any(|param| param.key == FORMAT_MEMBER)
}

/// Sets the format of a savepoint request, if the job's state backend requires one.
///
/// Flink's default is canonical, with which a job on ForSt fails.
pub(crate) async fn set<M: Mode>(
    client: &Client<M>,
    request: &mut Request,
    options: CallOptions,
) -> Result<()> {
    let Some(job) = request.path.split('/').nth(2).and_then(|id| id.parse().ok()) else { return Ok(()) };
    let wanted = request.body.member(FORMAT_MEMBER).and_then(|format| Some(format.as_str()?.into()));
    let is_set = wanted.is_some();
    let choice = ChooseSavepointFormat { endpoint: request.spec.name, job, wanted };
    if let Some(format) = choice.run(client.clone(), options).await?.filter(|_| !is_set) {
        tracing::warn!(%job, "its state backend writes {format} savepoints only: this is one");
        request.body.set_member(FORMAT_MEMBER, format.as_str().into());
    }
    Ok(())
}
