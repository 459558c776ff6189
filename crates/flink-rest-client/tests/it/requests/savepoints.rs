use flink_rest_client::jobs::savepoints::SavepointFormatType;

use super::{JOB, Row, TRIGGER, client, rows};

pub(crate) fn rows() -> Vec<Row> {
    let client = client();
    rows! { client;
        client.job(JOB).savepoint() => "POST /jobs/00000000000000000000000000000001/savepoints", {};
        client.job(JOB).savepoint().target_directory("s3://bucket/a b").cancel_job(false)
            => "POST /jobs/00000000000000000000000000000001/savepoints",
            {"target-directory": "s3://bucket/a b", "cancel-job": false};
        client.job(JOB).savepoint().format_type(SavepointFormatType::Native).trigger_id(TRIGGER)
            => "POST /jobs/00000000000000000000000000000001/savepoints",
            {"formatType": "NATIVE", "triggerId": TRIGGER};
        client.job(JOB).stop_with_savepoint() => "POST /jobs/00000000000000000000000000000001/stop", {};
        client.job(JOB).stop_with_savepoint().target_directory("/savepoints").drain(true)
            => "POST /jobs/00000000000000000000000000000001/stop",
            {"targetDirectory": "/savepoints", "drain": true};
        client.job(JOB).stop_with_savepoint().format_type(SavepointFormatType::Canonical).trigger_id(TRIGGER)
            => "POST /jobs/00000000000000000000000000000001/stop",
            {"formatType": "CANONICAL", "triggerId": TRIGGER};
        client.job(JOB).savepoint_status(TRIGGER).status()
            => "GET /jobs/00000000000000000000000000000001/savepoints/00000000000000000000000000000003";
        client.dispose_savepoint("file:/savepoints/1")
            => "POST /savepoint-disposal", {"savepoint-path": "file:/savepoints/1"};
        client.savepoint_disposal_status(TRIGGER).status()
            => "GET /savepoint-disposal/00000000000000000000000000000003";
    }
}
