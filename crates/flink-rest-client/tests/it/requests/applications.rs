use flink_rest_client::ApplicationId;

use super::{Row, client, rows};

const APPLICATION: ApplicationId = ApplicationId::from_bytes(5u128.to_be_bytes());

pub(crate) fn rows() -> Vec<Row> {
    let client = client();
    rows! { client;
        client.applications().overview() => "GET /applications/overview";
        client.application(APPLICATION).details() => "GET /applications/00000000000000000000000000000005";
        client.application(APPLICATION).exceptions() => "GET /applications/00000000000000000000000000000005/exceptions";
        client.application(APPLICATION).jobmanager_config()
            => "GET /applications/00000000000000000000000000000005/jobmanager/config";
        client.application(APPLICATION).cancel() => "POST /applications/00000000000000000000000000000005/cancel";
    }
}
