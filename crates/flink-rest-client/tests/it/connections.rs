//! Connections are kept open and reused.

use flink_rest_client::{FlinkRestClient, blocking};

use crate::{
    certificates::Authority,
    origin::{Origin, answer, overview},
};

const REQUESTS: usize = 50;

/// Asserts that few connections were made. One is enough, but a request may start before the previous response has
/// returned its connection.
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
fn also_in_blocking_code() {
    let server = Origin::http(overview);
    let client = blocking::FlinkRestClient::new(server.url()).unwrap();
    for _ in 0..REQUESTS {
        client.overview().send().unwrap();
    }
    assert_few(&server);
}

#[tokio::test]
async fn an_error_keeps_the_connection() {
    let server = Origin::http(|_| answer("404 Not Found", "", r#"{"errors":["no"]}"#));
    let client = FlinkRestClient::new(server.url()).unwrap();
    for _ in 0..REQUESTS {
        assert!(client.overview().await.unwrap_err().is_not_found());
    }
    assert_few(&server);
}
