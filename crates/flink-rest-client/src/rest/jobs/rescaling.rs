//! Changes of a running job's parallelism.

use std::{collections::BTreeMap, ops::RangeInclusive};

use serde::{Deserialize, Serialize};

use crate::endpoint::answer::shape::telling;
use crate::{
    Action, Call, Client, Empty, Endpoint, Error, JobId, Operation, Result, TriggerId, VertexId,
    client::{Mode, call::CallOptions},
    endpoint::at_least_one,
    rest::{
        jobs::Job,
        operation::{AsynchronousOperation, Done, Poll, Trigger, Triggered},
    },
    value::kind::{Kind, kinds},
};

impl<M: Mode> Job<M> {
    /// Requests this parallelism for every vertex (1.18+). The job runs with as much of it as there are slots.
    ///
    /// Returns at once. The job restarts a while later from its last checkpoint:
    /// [`wait_until_rescaled`](Self::wait_until_rescaled) waits for that. Requires the adaptive scheduler
    /// (`jobmanager.scheduler: adaptive`); others respond with 500.
    pub fn rescale(&self, parallelism: u32) -> Call<M, Rescale> {
        Call::new(self.client.clone(), Rescale { job: self.id, parallelism })
    }

    /// Triggers a rescaling in the old way, disabled since Flink 1.9: all releases respond with 503. Use
    /// [`rescale`](Self::rescale).
    pub fn trigger_rescaling(&self, parallelism: u32) -> Call<M, TriggerRescaling> {
        self.client.request(TriggerRescaling::new(self.id, parallelism))
    }

    /// Returns a rescaling that was triggered earlier in the old way.
    pub fn rescaling_status(&self, trigger: TriggerId) -> Operation<M, GetRescaling> {
        Operation::new(self.client.clone(), trigger, GetRescaling::new(self.id, trigger))
    }

    /// Returns the bounds of each vertex's parallelism (1.18+, adaptive scheduler).
    pub fn resource_requirements(&self) -> Call<M, GetJobResourceRequirements> {
        self.client.request(GetJobResourceRequirements::new(self.id))
    }

    /// Sets the bounds of each vertex's parallelism. Every vertex must be given (1.18+, adaptive scheduler).
    pub fn set_resource_requirements(
        &self,
        requirements: impl Into<JobResourceRequirements>,
    ) -> Call<M, UpdateJobResourceRequirements> {
        self.client.request(UpdateJobResourceRequirements::new(self.id, requirements))
    }
}

/// Bounds of the parallelism of each vertex of a job.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/resource-requirements" -> JobResourceRequirements, since = "1.18", handle = "job(id).resource_requirements()")]
#[non_exhaustive]
pub struct GetJobResourceRequirements {
    /// The job.
    pub job: JobId,
}

/// Sets the bounds of the parallelism of each vertex of a job.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(PUT "/jobs/{job}/resource-requirements" -> Empty, since = "1.18", handle = "job(id).set_resource_requirements(requirements)", repeat = Same)]
#[non_exhaustive]
pub struct UpdateJobResourceRequirements {
    /// The job.
    pub job: JobId,
    /// The bounds of all its vertices.
    #[body("", check = valid_bounds)]
    pub requirements: JobResourceRequirements,
}

fn valid_bounds(requirements: &JobResourceRequirements) -> Result<(), String> {
    for (vertex, VertexResourceRequirements { parallelism }) in &requirements.vertices {
        let ParallelismBounds { lower_bound, upper_bound } = parallelism;
        if *lower_bound == 0 || lower_bound > upper_bound {
            return Err(format!("no parallelism is in {lower_bound}..={upper_bound} (vertex {vertex})"));
        }
        if i32::try_from(*upper_bound).is_err() {
            return Err(format!("{upper_bound} is more than {} (vertex {vertex})", i32::MAX));
        }
    }
    Ok(())
}

/// Bounds of the parallelism of each vertex of a job.
///
/// ```
/// # use flink_rest_client::{VertexId, jobs::rescaling::JobResourceRequirements};
/// # let (source, sink) = (VertexId::from_bytes([1; 16]), VertexId::from_bytes([2; 16]));
/// let requirements = JobResourceRequirements::from_iter([(source, 1..=1), (sink, 2..=8)]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct JobResourceRequirements {
    /// The requirements by vertex.
    pub vertices: BTreeMap<VertexId, VertexResourceRequirements>,
}

kinds! { JobResourceRequirements: Kind::Json; }

telling!(JobResourceRequirements: ById);

impl FromIterator<(VertexId, RangeInclusive<u32>)> for JobResourceRequirements {
    fn from_iter<I: IntoIterator<Item = (VertexId, RangeInclusive<u32>)>>(bounds: I) -> Self {
        let vertices = bounds.into_iter().map(|(vertex, bounds)| (vertex, bounds.into())).collect();
        Self { vertices }
    }
}

/// Requirements of a vertex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VertexResourceRequirements {
    /// The bounds of its parallelism.
    pub parallelism: ParallelismBounds,
}

impl From<RangeInclusive<u32>> for VertexResourceRequirements {
    fn from(bounds: RangeInclusive<u32>) -> Self {
        let parallelism = ParallelismBounds { lower_bound: *bounds.start(), upper_bound: *bounds.end() };
        Self { parallelism }
    }
}

/// Bounds of a vertex's parallelism, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ParallelismBounds {
    /// The minimum: with fewer slots the vertex does not run.
    pub lower_bound: u32,
    /// The maximum: more slots are not used, even if they are free.
    pub upper_bound: u32,
}

/// Requests a parallelism for every vertex; see [`Job::rescale`].
#[derive(Clone, Debug)]
pub struct Rescale {
    job: JobId,
    parallelism: u32,
}

impl Action for Rescale {
    type Output<M: Mode> = ();

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<()> {
        at_least_one(&self.parallelism).map_err(|reason| Error::InvalidParameter {
            endpoint: "rescale".into(),
            parameter: "parallelism".into(),
            reason,
        })?;
        let mut requirements = client.execute(&GetJobResourceRequirements::new(self.job), options).await?;
        for VertexResourceRequirements { parallelism } in requirements.vertices.values_mut() {
            parallelism.upper_bound = self.parallelism;
            parallelism.lower_bound = parallelism.lower_bound.min(self.parallelism);
        }
        client.execute(&UpdateJobResourceRequirements::new(self.job, requirements), options).await?;
        Ok(())
    }
}

/// Triggers a rescaling in the old way, disabled since Flink 1.9: all releases respond with 503. Use [`Job::rescale`].
#[derive(Clone, Debug, Endpoint)]
#[endpoint(PATCH "/jobs/{job}/rescaling" -> Triggered, handle = "job(id).trigger_rescaling(parallelism)", python = "jobs.rescale")]
#[non_exhaustive]
pub struct TriggerRescaling {
    /// The job.
    pub job: JobId,
    /// The parallelism.
    #[query(check = at_least_one)]
    pub parallelism: u32,
}

impl Trigger for TriggerRescaling {
    type Poll = GetRescaling;

    fn poll(&self, trigger: TriggerId) -> GetRescaling {
        GetRescaling::new(self.job, trigger)
    }
}

/// Status of a rescaling triggered in the old way; disabled too, with 503.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/rescaling/{trigger}" -> AsynchronousOperation<Done>, handle = "job(id).rescaling_status(trigger)")]
#[non_exhaustive]
pub struct GetRescaling {
    /// The job.
    pub job: JobId,
    /// The id of the operation.
    pub trigger: TriggerId,
}

impl Poll for GetRescaling {
    type Report = Done;
}
