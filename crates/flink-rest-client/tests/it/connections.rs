//! Connections are kept open and used again.

use flink_rest_client::{FlinkRestClient, blocking};

use crate::{
    certificates::Authority,
    origin::{Origin, answer, overview},
};

const REQUESTS: usize = 50;

#[tokio::test]
async fn many_requests_need_one_connection() {
    let own = Authority::new("authority");
    let servers = [Origin::http(overview), Origin::https(own.server().server(), overview)];
    for server in servers {
        let client = FlinkRestClient::builder(server.url()).ca_certificate(own.pem()).build().unwrap();
        for _ in 0..REQUESTS {
            client.clone().overview().await.unwrap();
        }
        assert_eq!((server.asked().len(), server.connections()), (REQUESTS, 1), "{}", server.url());
    }
}

#[test]
fn in_blocking_code_as_well() {
    let server = Origin::http(overview);
    let client = blocking::FlinkRestClient::new(server.url()).unwrap();
    for _ in 0..REQUESTS {
        client.overview().send().unwrap();
    }
    assert_eq!((server.asked().len(), server.connections()), (REQUESTS, 1));
}

#[tokio::test]
async fn a_refusal_does_not_cost_the_connection() {
    let server = Origin::http(|_| answer("404 Not Found", "", r#"{"errors":["no"]}"#));
    let client = FlinkRestClient::new(server.url()).unwrap();
    for _ in 0..REQUESTS {
        assert!(client.overview().await.unwrap_err().is_not_found());
    }
    assert_eq!((server.asked().len(), server.connections()), (REQUESTS, 1));
}
