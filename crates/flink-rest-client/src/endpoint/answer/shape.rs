//! Tells an answer of Flink's from JSON of somebody else: a gateway or a login page that answers 200 in its place.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use self::Member::{Flag, List, Number, Object, Text};

/// The shape of an answer, as far as every release has it.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// `{}`.
    Empty,
    /// An object with at least one of these members.
    Members(&'static [Member]),
    /// A list of objects that have at least one of these members, or an empty list.
    ListOf(&'static [Member]),
    /// An object whose keys are ids.
    ById,
    /// Bytes, or an answer that this crate does not know.
    Any,
}

/// A member by its name, and the kind of its value.
#[derive(Clone, Copy, Debug)]
enum Member {
    Text(&'static str),
    Number(&'static str),
    Flag(&'static str),
    List(&'static str),
    Object(&'static str),
}

/// The shape of answers of this type. One telling member would do; several keep answers of releases to come.
///
/// Members whose names anybody may use (`status`, `name`, `id`, `message`) are left out where there are others.
fn shape(response: &str) -> Shape {
    use Shape::{Any, ById, Empty, ListOf, Members};
    match response {
        "Empty" => Empty,
        "Vec<Metric>" | "Vec<AggregatedMetric>" => ListOf(&[Text("id")]),
        "Configuration" => ListOf(&[Text("key")]),
        "Vec<JobRescaleDetails>" => ListOf(&[Text("rescaleUuid"), Text("resourceRequirementsUuid")]),
        "JobResourceRequirements" => ById,
        "ApplicationDetails" => Members(&[Number("start-time"), Object("timestamps"), List("jobs")]),
        "ApplicationExceptions" | "JobExceptions" => Members(&[Object("exceptionHistory")]),
        "ApplicationsOverview" => Members(&[List("applications")]),
        "AsynchronousOperation<CheckpointInfo>"
        | "AsynchronousOperation<Done>"
        | "AsynchronousOperation<SavepointInfo>"
        | "JobExecutionResultResponse" => Members(&[Object("status")]),
        "CheckpointConfig" => {
            Members(&[Object("externalization"), Number("max_concurrent"), Number("min_pause")])
        }
        "CheckpointStatistics" => {
            Members(&[Number("num_subtasks"), Number("trigger_timestamp"), Flag("is_savepoint")])
        }
        "CheckpointingStatistics" => Members(&[Object("counts"), Object("latest"), List("history")]),
        "CoordinationResponse" => Members(&[Text("serializedCoordinationResult")]),
        "DashboardConfiguration" => Members(&[
            Object("features"),
            Text("flink-version"),
            Number("refresh-interval"),
            Text("timezone-name"),
        ]),
        "DatasetList" => Members(&[List("dataSets")]),
        "Environment" => Members(&[Object("jvm"), List("classpath")]),
        "JarList" => Members(&[List("files")]),
        "JarRun" => Members(&[Text("jobid")]),
        "JarRunApplication" => Members(&[Text("applicationid")]),
        "JarUpload" => Members(&[Text("filename")]),
        "JobAccumulators" => Members(&[List("user-task-accumulators"), List("job-accumulators")]),
        "JobConfig" => Members(&[Text("jid")]),
        "JobDetails" => Members(&[Text("jid"), Text("state"), List("vertices"), Object("plan")]),
        "JobIdsWithStatus" | "JobsOverview" => Members(&[List("jobs")]),
        "JobPlanInfo" => Members(&[Object("plan")]),
        "JobRescaleConfig" => Members(&[Number("rescaleHistoryMax"), Number("slotIdleTimeoutInMillis")]),
        "JobRescaleDetails" => Members(&[Text("rescaleUuid"), Text("resourceRequirementsUuid")]),
        "JobRescalesOverview" | "JobRescalesSummary" => Members(&[Object("rescalesCounts")]),
        "JobStatusInfo" => Members(&[Text("status")]),
        "JobSubmission" => Members(&[Text("jobUrl")]),
        "JobVertexAccumulators" => Members(&[List("user-accumulators")]),
        "JobVertexBackPressure" => Members(&[Text("status")]),
        "JobVertexDetails" => Members(&[List("subtasks"), Number("parallelism"), Number("maxParallelism")]),
        "JobVertexTaskManagers" | "TaskManagerList" => Members(&[List("taskmanagers")]),
        "LogList" => Members(&[List("logs")]),
        "LogUrl" => Members(&[Text("url")]),
        "Overview" => Members(&[Number("slots-total"), Number("jobs-running"), Number("taskmanagers")]),
        "Profiling" => Members(&[Number("triggerTime"), Text("profilingMode")]),
        "ProfilingList" => Members(&[List("profilingList")]),
        "SubtaskExecutionAttemptAccumulators" => Members(&[List("user-accumulators"), Number("subtask")]),
        "SubtaskExecutionAttemptDetails" => {
            Members(&[Number("subtask"), Number("attempt"), Object("metrics")])
        }
        "SubtasksAllAccumulators" | "SubtasksTimes" => Members(&[List("subtasks")]),
        "TaskCheckpointStatisticsWithSubtasks" => Members(&[List("subtasks"), Number("num_subtasks")]),
        "TaskManagerDetails" => {
            Members(&[Number("slotsNumber"), Object("hardware"), Object("memoryConfiguration")])
        }
        "ThreadDump" => Members(&[List("threadInfos")]),
        "Triggered" => Members(&[Text("request-id")]),
        "VertexFlameGraph" => Members(&[Number("endTimestamp")]),
        _ => Any,
    }
}

/// Whether JSON may be an answer of this type. It is read only until a telling member is found.
pub(crate) fn fits(response: &str, json: &[u8]) -> bool {
    let shape = shape(response);
    if matches!(shape, Shape::Any) {
        return true;
    }
    let is_found = |json: &[u8]| {
        let found = Cell::new(false);
        // What is left unread is an error, which does not matter.
        let _ = Search { shape, found: &found }.deserialize(&mut serde_json::Deserializer::from_slice(json));
        found.get()
    };
    // A text that is not UTF-8 ends the search as well.
    is_found(json) || (str::from_utf8(json).is_err() && is_found(String::from_utf8_lossy(json).as_bytes()))
}

impl Member {
    fn name(self) -> &'static str {
        match self {
            Text(name) | Number(name) | Flag(name) | List(name) | Object(name) => name,
        }
    }
}

/// Looks for what shows that an answer has its shape.
struct Search<'a> {
    shape: Shape,
    found: &'a Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for Search<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Search<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer of Flink's")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let members = match self.shape {
            Shape::Members(members) => members,
            Shape::Empty | Shape::ById => {
                let is_id = |key: &str| key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
                let key = map.next_key::<String>()?;
                let is_found = key.is_none_or(|key| matches!(self.shape, Shape::ById) && is_id(&key));
                self.found.set(is_found);
                return Ok(());
            }
            Shape::ListOf(_) | Shape::Any => return Err(A::Error::custom("an object")),
        };
        while !self.found.get()
            && let Some(key) = map.next_key::<String>()?
        {
            match members.iter().find(|member| member.name() == key) {
                Some(member) => map.next_value_seed(Kind { member: *member, found: self.found })?,
                None => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Shape::ListOf(members) = self.shape else { return Err(A::Error::custom("a list")) };
        let first = list.next_element_seed(Search { shape: Shape::Members(members), found: self.found })?;
        if first.is_none() {
            self.found.set(true);
        }
        Ok(())
    }
}

/// Ends the search if a value is of its member's kind.
struct Kind<'a> {
    member: Member,
    found: &'a Cell<bool>,
}

impl Kind<'_> {
    fn found_if<E>(&self, is_of_kind: bool) -> Result<(), E> {
        self.found.set(is_of_kind);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Kind<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Kind<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.found_if(matches!(self.member, Flag(_)))
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.found_if(matches!(self.member, Number(_)))
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.found_if(matches!(self.member, Number(_)))
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.found_if(matches!(self.member, Number(_)))
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        self.found_if(matches!(self.member, Text(_)))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.found_if(matches!(self.member, Object(_)))?;
        while !self.found.get() && map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.found_if(matches!(self.member, List(_)))?;
        while !self.found.get() && list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ENDPOINTS;

    #[test]
    fn every_answer_that_is_json_has_a_shape() {
        let unknown: Vec<_> = ENDPOINTS
            .iter()
            .filter(|spec| spec.response != "Text" && matches!(shape(spec.response), Shape::Any))
            .map(|spec| spec.response)
            .collect();
        assert!(unknown.is_empty(), "no shape: {unknown:?}");
    }

    #[test]
    fn json_of_somebody_else_fits_no_endpoint() {
        for json in [
            r#"{"code":401,"msg":"not logged in"}"#,
            r#"{"errors":["no"]}"#,
            r#"{"error":{"message":"no"}}"#,
            r#"{"status":401}"#,
            r#"{"jobs":null,"files":7,"taskmanagers":{},"vertices":"none","request-id":5}"#,
            r#"[{"code":401}]"#,
            "[[]]",
            "[1]",
            "null",
            "true",
            "7",
            r#""not logged in""#,
        ] {
            for spec in ENDPOINTS.iter().filter(|spec| spec.response != "Text") {
                assert!(!fits(spec.response, json.as_bytes()), "{}: {json}", spec.name);
            }
        }
    }

    #[test]
    fn an_empty_answer_is_one_only_where_flink_gives_it() {
        let fitting = |json: &str| {
            let mut types: Vec<_> =
                ENDPOINTS.iter().map(|spec| spec.response).filter(|ty| fits(ty, json.as_bytes())).collect();
            types.sort_unstable();
            types.dedup();
            types
        };
        assert_eq!(fitting("{}"), ["Empty", "JobResourceRequirements", "Text"]);
        let lists =
            ["Configuration", "Text", "Vec<AggregatedMetric>", "Vec<JobRescaleDetails>", "Vec<Metric>"];
        assert_eq!(fitting("[]"), lists);
    }

    #[test]
    fn the_rest_may_be_anything() {
        assert!(fits("JobsOverview", br#"{"jobs":[ and so on"#));
        assert!(fits("LogUrl", b"{\"x\":\"\xff\",\"url\":\"http://\xff\"}"));
        let deep = format!(r#"{{"x":{}{},"jobs":[]}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert!(fits("JobsOverview", deep.as_bytes()));
    }
}
