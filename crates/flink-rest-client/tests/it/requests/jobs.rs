use super::{JOB, Row, client, rows};

pub(crate) fn rows() -> Vec<Row> {
    let client = client();
    rows! { client;
        client.jobs().list() => "GET /jobs";
        client.jobs().overview() => "GET /jobs/overview";
        client.jobs().submit("a.job") => "POST /jobs", {"executionPlanFileName": "a.job"};
        client.jobs().submit("/x/a.job").jars(["/y/b.jar"]).artifacts([("words", "/z/c.txt")])
            => "POST /jobs",
            {"executionPlanFileName": "a.job", "jobJarFileNames": ["b.jar"],
             "jobArtifactFileNames": [{"entryName": "words", "fileName": "c.txt"}]};
        client.job(JOB).details() => "GET /jobs/00000000000000000000000000000001";
        client.job(JOB).status() => "GET /jobs/00000000000000000000000000000001/status";
        client.job(JOB).config() => "GET /jobs/00000000000000000000000000000001/config";
        client.job(JOB).accumulators() => "GET /jobs/00000000000000000000000000000001/accumulators";
        client.job(JOB).accumulators().include_serialized_value(true)
            => "GET /jobs/00000000000000000000000000000001/accumulators?includeSerializedValue=true";
        client.job(JOB).execution_result() => "GET /jobs/00000000000000000000000000000001/execution-result";
        client.job(JOB).cancel() => "PATCH /jobs/00000000000000000000000000000001?mode=cancel";
    }
}
