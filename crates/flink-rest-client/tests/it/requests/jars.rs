use flink_rest_client::{JarId, Upload, jars::ClaimMode};

use super::{JOB, Row, client, rows};

pub(crate) fn rows() -> Vec<Row> {
    let client = client();
    let id: JarId = "a_b.jar".parse().unwrap();
    rows! { client;
        client.jars().list() => "GET /jars";
        client.jars().upload(Upload::new("word-count.jar")) => "POST /jars/upload";
        client.jar(&id).delete() => "DELETE /jars/a_b.jar";
        client.jar("50% a+b?#.jar".parse::<JarId>().unwrap()).delete() => "DELETE /jars/50%2525%20a%252Bb%253F%23.jar";
        client.jar(&id).plan() => "POST /jars/a_b.jar/plan", {};
        client.jar(&id).plan().entry_class("Main").parallelism(2)
            => "POST /jars/a_b.jar/plan", {"entryClass": "Main", "parallelism": 2};
        client.jar(&id).run() => "POST /jars/a_b.jar/run", {};
        client.jar(&id).run().entry_class("com.acme.Main").args(["--topic", "orders, paid"]).parallelism(4)
            => "POST /jars/a_b.jar/run",
            {"entryClass": "com.acme.Main", "programArgsList": ["--topic", "orders, paid"], "parallelism": 4};
        client.jar(&id).run().job_id(JOB).savepoint_path("/s").allow_non_restored_state(true)
            => "POST /jars/a_b.jar/run",
            {"jobId": JOB, "savepointPath": "/s", "allowNonRestoredState": true};
        client.jar(&id).run().claim_mode(ClaimMode::Claim).flink_configuration([("a.b", "c")])
            => "POST /jars/a_b.jar/run", {"claimMode": "CLAIM", "flinkConfiguration": {"a.b": "c"}};
        client.jar(&id).run_application() => "POST /jars/a_b.jar/run-application", {};
    }
}
