use flink_rest_client::jobs::checkpoints::trigger::CheckpointType;

use super::{JOB, Row, TRIGGER, VERTEX, client, rows};

pub(crate) fn rows() -> Vec<Row> {
    let client = client();
    rows! { client;
        client.job(JOB).checkpoints().statistics() => "GET /jobs/00000000000000000000000000000001/checkpoints";
        client.job(JOB).checkpoints().config() => "GET /jobs/00000000000000000000000000000001/checkpoints/config";
        client.job(JOB).checkpoints().details(7)
            => "GET /jobs/00000000000000000000000000000001/checkpoints/details/7";
        client.job(JOB).checkpoints().subtasks(7, VERTEX)
            => "GET /jobs/00000000000000000000000000000001/checkpoints/details/7/subtasks/00000000000000000000000000000002";
        client.job(JOB).checkpoints().trigger() => "POST /jobs/00000000000000000000000000000001/checkpoints", {};
        client.job(JOB).checkpoints().trigger().checkpoint_type(CheckpointType::Full).trigger_id(TRIGGER)
            => "POST /jobs/00000000000000000000000000000001/checkpoints",
            {"checkpointType": "FULL", "triggerId": TRIGGER};
        client.job(JOB).checkpoints().trigger_status(TRIGGER).status()
            => "GET /jobs/00000000000000000000000000000001/checkpoints/00000000000000000000000000000003";
    }
}
