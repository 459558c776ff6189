use flink_rest_client::Timestamp;

use super::{JOB, Row, client, rows};

pub(crate) fn rows() -> Vec<Row> {
    let client = client();
    rows! { client;
        client.job(JOB).exceptions() => "GET /jobs/00000000000000000000000000000001/exceptions";
        client.job(JOB).exceptions().max_exceptions(5).failure_label_filter(["type:user", "team:a&b"])
            => "GET /jobs/00000000000000000000000000000001/exceptions?maxExceptions=5&failureLabelFilter=type%3Auser,team%3Aa%26b";
        client.job(JOB).plan() => "GET /jobs/00000000000000000000000000000001/plan";
        client.job(JOB).send_to_coordinator("my uid", "rO0ABQ==")
            => "POST /jobs/00000000000000000000000000000001/coordinators/my%20uid",
            {"serializedCoordinationRequest": "rO0ABQ=="};
        client.job(JOB).heartbeat(Timestamp::from_millisecond(1_700_000_000_000).unwrap())
            => "PATCH /jobs/00000000000000000000000000000001/clientHeartbeat", {"expiredTimestamp": 1_700_000_000_000i64};
    }
}
