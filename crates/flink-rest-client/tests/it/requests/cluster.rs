use super::{Row, client, rows};

pub(crate) fn rows() -> Vec<Row> {
    let client = client();
    rows! { client;
        client.overview() => "GET /overview";
        client.config() => "GET /config";
        client.shutdown_cluster() => "DELETE /cluster";
    }
}
