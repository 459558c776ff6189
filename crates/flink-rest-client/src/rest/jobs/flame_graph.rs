//! Flame graphs: what the threads of a vertex are doing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Call, Endpoint, JobId, VertexId, client::Mode, endpoint::answer::shape::telling,
    rest::jobs::vertices::Vertex, value::open_enum::open_enum,
};

impl<M: Mode> Vertex<M> {
    /// What the threads of its subtasks are doing, sampled (`rest.flamegraph.enabled`).
    ///
    /// Flink samples when it is asked: the first answer is [`Waiting`](FlameGraphState::Waiting) and has no data.
    pub fn flame_graph(&self) -> Call<M, GetJobVertexFlameGraph> {
        self.client.request(GetJobVertexFlameGraph::new(self.job, self.id))
    }
}

/// What the threads of a vertex are doing, sampled (`rest.flamegraph.enabled`).
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/flamegraph" -> VertexFlameGraph, handle = "job(id).vertex(id).flame_graph()")]
#[non_exhaustive]
pub struct GetJobVertexFlameGraph {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
    /// Which states of the threads count; all unless set.
    #[query("type")]
    pub kind: Option<FlameGraphType>,
    /// Only this subtask, counted from 0.
    #[query("subtaskindex", since = "1.17")]
    pub subtask: Option<u32>,
}

open_enum! {
    /// Which states of the threads count in a flame graph.
    pub enum FlameGraphType {
        /// All.
        Full = "full",
        /// Only threads that work.
        OnCpu = "on_cpu",
        /// Only threads that wait.
        OffCpu = "off_cpu",
    }
}

/// A flame graph: stack traces of many samples, merged from the root.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VertexFlameGraph {
    /// When it was sampled, or why there is no data.
    #[serde(rename = "endTimestamp")]
    pub state: FlameGraphState,
    /// The root of all stack traces; none without data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<FlameGraphNode>,
}

telling!(VertexFlameGraph: Members(&[Number("endTimestamp")]));

/// A method in stack traces.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FlameGraphNode {
    /// Class, method and line: `java.lang.Thread.run:840`; `root` above all.
    pub name: String,
    /// In how many samples it was called from the node above.
    pub value: u32,
    /// What it called.
    pub children: Vec<FlameGraphNode>,
}

/// When a flame graph was sampled, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
#[non_exhaustive]
pub enum FlameGraphState {
    /// It was sampled, up to then.
    Sampled(Timestamp),
    /// The vertex has ended, there is nothing to sample.
    Terminated,
    /// Flame graphs are disabled on this server.
    Disabled,
    /// It is being sampled, or will be once the vertex runs: ask again in a second.
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
