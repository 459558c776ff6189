use flink_rest_client::{
    RescaleId, VertexId,
    jobs::rescaling::{JobResourceRequirements, TriggerRescaling},
};
use serde_json::json;

use super::{JOB, Row, TRIGGER, VERTEX, client, rows};

pub(crate) fn rows() -> Vec<Row> {
    let client = client();
    let rescale = RescaleId::from_bytes([0xab; 16]);
    rows! { client;
        client.job(JOB).trigger_rescaling(4) => "PATCH /jobs/00000000000000000000000000000001/rescaling?parallelism=4";
        client.job(JOB).rescaling_status(TRIGGER).status()
            => "GET /jobs/00000000000000000000000000000001/rescaling/00000000000000000000000000000003";
        client.job(JOB).resource_requirements()
            => "GET /jobs/00000000000000000000000000000001/resource-requirements";
        client.job(JOB).set_resource_requirements(JobResourceRequirements::from_iter([(VERTEX, 1..=8)]))
            => "PUT /jobs/00000000000000000000000000000001/resource-requirements",
            {"00000000000000000000000000000002": {"parallelism": {"lowerBound": 1, "upperBound": 8}}};
        client.job(JOB).rescales().config() => "GET /jobs/00000000000000000000000000000001/rescales/config";
        client.job(JOB).rescales().overview() => "GET /jobs/00000000000000000000000000000001/rescales/overview";
        client.job(JOB).rescales().summary() => "GET /jobs/00000000000000000000000000000001/rescales/summary";
        client.job(JOB).rescales().history() => "GET /jobs/00000000000000000000000000000001/rescales/history";
        client.job(JOB).rescales().details(rescale)
            => "GET /jobs/00000000000000000000000000000001/rescales/details/abababababababababababababababab";
    }
}

#[test]
fn requirements_by_name_are_the_whole_body() {
    let requirements = json!({VERTEX.to_string(): {"parallelism": {"lowerBound": 1, "upperBound": 8}}});
    let params = json!({"job": JOB, "requirements": requirements});
    let request = client().request_by_name("UpdateJobResourceRequirements", params).to_request().unwrap();
    let flink_rest_client::endpoint::Body::Json(body) = request.body else { panic!("no JSON body") };
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&body).unwrap(), requirements);
}

#[test]
fn an_invalid_parallelism_is_refused() {
    for (bounds, reason) in [
        (0..=4, "no parallelism is in 0..=4"),
        (std::ops::RangeInclusive::new(3, 2), "no parallelism is in 3..=2"),
    ] {
        let requirements = JobResourceRequirements::from_iter([(VertexId::from_bytes([0; 16]), bounds)]);
        let error = client().job(JOB).set_resource_requirements(requirements).to_request().unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains(reason), "{error}");
    }
    let error = client().request(TriggerRescaling::new(JOB, 0u32)).to_request().unwrap_err();
    assert!(error.is_invalid_input(), "{error}");
}
