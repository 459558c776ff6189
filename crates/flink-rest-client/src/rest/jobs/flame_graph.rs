//! Flame graphs: sampled stack traces of a vertex's threads.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Call, Endpoint, JobId, VertexId, client::Mode, endpoint::answer::shape::telling,
    rest::jobs::vertices::Vertex, value::open_enum::open_enum,
};

impl<M: Mode> Vertex<M> {
    /// Returns a flame graph: sampled stack traces of the vertex's threads (`rest.flamegraph.enabled`).
    ///
    /// A request starts the sampling: the first response is [`Waiting`](FlameGraphState::Waiting) and has no data.
    pub fn flame_graph(&self) -> Call<M, GetJobVertexFlameGraph> {
        self.client.request(GetJobVertexFlameGraph::new(self.job, self.id))
    }
}

/// Flame graph of a vertex: sampled stack traces of its threads (`rest.flamegraph.enabled`).
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/flamegraph" -> VertexFlameGraph, handle = "job(id).vertex(id).flame_graph()")]
#[non_exhaustive]
pub struct GetJobVertexFlameGraph {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
    /// Thread states to include [default: all].
    #[query("type")]
    pub kind: Option<FlameGraphType>,
    /// Only this subtask, from 0.
    #[query("subtaskindex", since = "1.17")]
    pub subtask: Option<u32>,
}

open_enum! {
    /// Thread states to include in a flame graph.
    pub enum FlameGraphType {
        /// All.
        Full = "full",
        /// Only running threads.
        OnCpu = "on_cpu",
        /// Only waiting threads.
        OffCpu = "off_cpu",
    }
}

/// A flame graph: stack traces of many samples, merged from the root.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VertexFlameGraph {
    /// Time of the samples, or the reason why there is no data.
    #[serde(rename = "endTimestamp")]
    pub state: FlameGraphState,
    /// Root of all stack traces; none without data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<FlameGraphNode>,
}

telling!(VertexFlameGraph: Members(&[Number("endTimestamp")]));

/// A method in the stack traces.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FlameGraphNode {
    /// Class, method and line: `java.lang.Thread.run:840`. The top node is `root`.
    pub name: String,
    /// Number of samples in which the node above called it.
    pub value: u32,
    /// Methods that it called.
    pub children: Vec<FlameGraphNode>,
}

/// Time at which a flame graph was sampled, or the reason why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
#[non_exhaustive]
pub enum FlameGraphState {
    /// Sampled up to this time.
    Sampled(Timestamp),
    /// The vertex has ended and cannot be sampled.
    Terminated,
    /// Flame graphs are disabled on this server.
    Disabled,
    /// Sampling is in progress, or starts once the vertex runs: read again in a second.
    Waiting,
}

impl TryFrom<i64> for FlameGraphState {
    type Error = jiff::Error;

    fn try_from(long: i64) -> Result<Self, jiff::Error> {
        Ok(match long {
            -1 => Self::Terminated,
            -2 => Self::Disabled,
            -3 => Self::Waiting,
            millis => Self::Sampled(Timestamp::from_millisecond(millis)?),
        })
    }
}

impl From<FlameGraphState> for i64 {
    fn from(state: FlameGraphState) -> Self {
        match state {
            FlameGraphState::Sampled(at) => at.as_millisecond(),
            FlameGraphState::Terminated => -1,
            FlameGraphState::Disabled => -2,
            FlameGraphState::Waiting => -3,
        }
    }
}
