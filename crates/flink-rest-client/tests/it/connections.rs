//! Connections are kept open and used again.

use flink_rest_client::{FlinkRestClient, blocking};

use crate::{
    certificates::Authority,
    origin::{Origin, answer, overview},
};

const REQUESTS: usize = 50;

/// One does, but the next request may come before the last answer has given its connection back.
fn assert_few(server: &Origin) {
    let (asked, connections) = (server.asked().len(), server.connections());
    assert!(
        asked == REQUESTS && connections <= REQUESTS / 10,
        "{connections} for {asked} at {}",
        server.url()
    );
}

#[tokio::test]
async fn many_requests_need_few_connections() {
    let own = Authority::new("authority");
    let servers = [Origin::http(overview), Origin::https(own.server().server(), overview)];
    for server in servers {
        let client = FlinkRestClient::builder(server.url()).ca_certificate(own.pem()).build().unwrap();
        for _ in 0..REQUESTS {
            client.clone().overview().await.unwrap();
        }
        assert_few(&server);
    }
}

#[test]
fn in_blocking_code_as_well() {
    let server = Origin::http(overview);
    let client = blocking::FlinkRestClient::new(server.url()).unwrap();
    for _ in 0..REQUESTS {
        client.overview().send().unwrap();
    }
    assert_few(&server);
}

#[tokio::test]
async fn a_refusal_does_not_cost_the_connection() {
    let server = Origin::http(|_| answer("404 Not Found", "", r#"{"errors":["no"]}"#));
    let client = FlinkRestClient::new(server.url()).unwrap();
    for _ in 0..REQUESTS {
        assert!(client.overview().await.unwrap_err().is_not_found());
    }
    assert_few(&server);
}
