//! Dataflow of a job.

use serde::{Deserialize, Serialize};

use crate::{
    Call, Endpoint, InvalidId, JobId, Nullable, VertexId,
    client::Mode,
    endpoint::answer::{exact, shape::telling},
    rest::jobs::Job,
    value::{state::JobType, time::minus_one},
};

impl<M: Mode> Job<M> {
    /// Returns the job's dataflow.
    pub fn plan(&self) -> Call<M, GetJobPlan> {
        self.client.request(GetJobPlan::new(self.id))
    }
}

/// Dataflow of a job.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/plan" -> JobPlanInfo, handle = "job(id).plan()", python = "jobs.get_plan")]
#[non_exhaustive]
pub struct GetJobPlan {
    /// The job.
    pub job: JobId,
}

/// Dataflow of a job, as the member of an object.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobPlanInfo {
    /// The dataflow.
    pub plan: Plan,
}

telling!(JobPlanInfo: Members(&[Object("plan")]));

/// Dataflow of a job. While the adaptive scheduler waits for slots there is none: no job and no nodes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
#[non_exhaustive]
pub struct Plan {
    /// The job; none while there is no dataflow.
    pub jid: Option<JobId>,
    /// Its name.
    pub name: String,
    /// Batch or streaming (1.14+).
    pub job_type: Option<JobType>,
    /// The vertices, in no useful order.
    pub nodes: Vec<Node>,
    /// True if the server sent `{}`.
    is_empty: bool,
}

/// A plan on the wire: without a dataflow, it is `{}` up to 2.0 and has empty texts since 2.1.
#[derive(Serialize, Deserialize)]
struct Wire {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    job_type: Option<JobType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nodes: Option<Vec<Node>>,
}

impl TryFrom<Wire> for Plan {
    type Error = InvalidId;

    fn try_from(wire: Wire) -> Result<Self, InvalidId> {
        let is_empty = wire.nodes.is_none();
        let job_type = wire.job_type.filter(|job_type| !job_type.as_str().is_empty());
        let jid = wire.jid.filter(|jid| !jid.is_empty()).map(TryInto::try_into).transpose()?;
        let (name, nodes) = (wire.name.unwrap_or_default(), wire.nodes.unwrap_or_default());
        Ok(Self { jid, name, job_type, nodes, is_empty })
    }
}

impl From<Plan> for Wire {
    fn from(plan: Plan) -> Self {
        let Plan { jid, name, job_type, nodes, is_empty } = plan;
        let unless_empty = |text: String| (!is_empty).then_some(text);
        let job_type = if jid.is_none() { unless_empty(String::new()).map(Into::into) } else { job_type };
        let jid = jid.map(String::from).unwrap_or_default();
        Self {
            jid: unless_empty(jid),
            name: unless_empty(name),
            job_type,
            nodes: (!is_empty).then_some(nodes),
        }
    }
}

/// A vertex of a dataflow.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Node {
    /// The vertex.
    pub id: VertexId,
    /// The parallelism; none if it is not decided yet.
    #[serde(with = "minus_one")]
    pub parallelism: Option<u32>,
    /// Operation of the operator; empty except for jobs of the DataSet API.
    pub operator: String,
    /// Strategy of the operator; empty except for jobs of the DataSet API.
    pub operator_strategy: String,
    /// The operators, as HTML.
    pub description: String,
    /// The inputs; empty for sources.
    #[serde(default, deserialize_with = "exact", skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Input>,
    /// Properties from the optimizer of the DataSet API.
    pub optimizer_properties: serde_json::Value,
}

/// An edge of a dataflow.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Input {
    /// The upstream vertex.
    pub id: VertexId,
    /// Index among the inputs of the downstream vertex, from 0.
    pub num: u32,
    /// Distribution of the records over the subtasks: `FORWARD`, `HASH`, `REBALANCE`, …
    #[serde(default, skip_serializing_if = "Nullable::is_left_out")]
    pub ship_strategy: Nullable<String>,
    /// Processing of the records on arrival, for example sorting. For jobs of the DataSet API only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_strategy: Option<String>,
    /// Caching of the records for a second reading. For jobs of the DataSet API only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caching: Option<String>,
    /// Exchange type: `pipelined_bounded`, `blocking`, …
    pub exchange: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_job_without_a_dataflow_has_an_empty_plan() {
        for wire in [json!({}), json!({"jid": "", "name": "", "type": "", "nodes": []})] {
            let plan: Plan = serde_json::from_value(wire.clone()).unwrap();
            assert!(plan.jid.is_none() && plan.job_type.is_none() && plan.nodes.is_empty());
            assert_eq!(serde_json::to_value(&plan).unwrap(), wire);
        }
    }
}
