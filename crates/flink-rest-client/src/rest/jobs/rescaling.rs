//! Another parallelism for a job that runs.

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
    /// Asks for this parallelism of every vertex (1.18+): the job goes on with as much of it as there are slots for.
    ///
    /// It returns at once, and the job restarts a while later from its last checkpoint:
    /// [`wait_until_rescaled`](Self::wait_until_rescaled) waits for that. For the adaptive scheduler
    /// only (`jobmanager.scheduler: adaptive`); with others it is 500.
    pub fn rescale(&self, parallelism: u32) -> Call<M, Rescale> {
        Call::new(self.client.clone(), Rescale { job: self.id, parallelism })
    }

    /// Asks for another parallelism in a way that is switched off since Flink 1.9: all releases answer 503.
    /// [`rescale`](Self::rescale) does it.
    pub fn trigger_rescaling(&self, parallelism: u32) -> Call<M, TriggerRescaling> {
        self.client.request(TriggerRescaling::new(self.id, parallelism))
    }

    /// A rescaling that was triggered earlier in that way.
    pub fn rescaling_status(&self, trigger: TriggerId) -> Operation<M, GetRescaling> {
        Operation::new(self.client.clone(), trigger, GetRescaling::new(self.id, trigger))
    }

    /// The parallelism that each vertex may have (1.18+, adaptive scheduler).
    pub fn resource_requirements(&self) -> Call<M, GetJobResourceRequirements> {
        self.client.request(GetJobResourceRequirements::new(self.id))
    }

    /// Sets the parallelism that each vertex may have: all vertices must be there (1.18+, adaptive scheduler).
    pub fn set_resource_requirements(
        &self,
        requirements: impl Into<JobResourceRequirements>,
    ) -> Call<M, UpdateJobResourceRequirements> {
        self.client.request(UpdateJobResourceRequirements::new(self.id, requirements))
    }
}

/// The parallelism that each vertex of a job may have.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/resource-requirements" -> JobResourceRequirements, since = "1.18", handle = "job(id).resource_requirements()")]
#[non_exhaustive]
pub struct GetJobResourceRequirements {
    /// The job.
    pub job: JobId,
}

/// Sets the parallelism that each vertex of a job may have.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(PUT "/jobs/{job}/resource-requirements" -> Empty, since = "1.18", handle = "job(id).set_resource_requirements(requirements)", repeat = Same)]
#[non_exhaustive]
pub struct UpdateJobResourceRequirements {
    /// The job.
    pub job: JobId,
    /// All its vertices.
    #[body("", check = possible)]
    pub requirements: JobResourceRequirements,
}

fn possible(requirements: &JobResourceRequirements) -> Result<(), String> {
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

/// The parallelism that each vertex of a job may have.
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
    /// By vertex.
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

/// What a vertex needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VertexResourceRequirements {
    /// The parallelism it may have.
    pub parallelism: ParallelismBounds,
}

impl From<RangeInclusive<u32>> for VertexResourceRequirements {
    fn from(bounds: RangeInclusive<u32>) -> Self {
        let parallelism = ParallelismBounds { lower_bound: *bounds.start(), upper_bound: *bounds.end() };
        Self { parallelism }
    }
}

/// The parallelism that a vertex may have, both bounds included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ParallelismBounds {
    /// With less it does not run.
    pub lower_bound: u32,
    /// More is not wanted, however many slots are free.
    pub upper_bound: u32,
}

/// Asks for a parallelism of every vertex; see [`Job::rescale`].
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

/// Asks for another parallelism in a way that is switched off since Flink 1.9: all releases answer 503.
/// [`Job::rescale`] does it.
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

/// How a rescaling is doing: switched off, too, with 503.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/rescaling/{trigger}" -> AsynchronousOperation<Done>, handle = "job(id).rescaling_status(trigger)")]
#[non_exhaustive]
pub struct GetRescaling {
    /// The job.
    pub job: JobId,
    /// The operation.
    pub trigger: TriggerId,
}

impl Poll for GetRescaling {
    type Report = Done;
}
