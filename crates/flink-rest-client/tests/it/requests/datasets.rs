use flink_rest_client::{DatasetId, TriggerId};

use super::{Row, client, rows};

const DATASET: DatasetId = DatasetId::from_bytes(3u128.to_be_bytes());
const TRIGGER: TriggerId = TriggerId::from_bytes(4u128.to_be_bytes());

pub(crate) fn rows() -> Vec<Row> {
    let client = client();
    rows! { client;
        client.datasets().list() => "GET /datasets";
        client.datasets().delete(DATASET) => "DELETE /datasets/00000000000000000000000000000003";
        client.datasets().deletion(TRIGGER).status() => "GET /datasets/delete/00000000000000000000000000000004";
    }
}
