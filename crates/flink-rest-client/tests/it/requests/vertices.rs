use flink_rest_client::{jobs::flame_graph::FlameGraphType, metrics::Aggregation};

use super::{JOB, Row, VERTEX, client, rows};

pub(crate) fn rows() -> Vec<Row> {
    let client = client();
    let names = ["a", "b c"];
    rows! { client;
        client.jobs().metrics().get(names) => "GET /jobs/metrics?get=a,b%20c";
        client.jobs().metrics() => "GET /jobs/metrics";
        client.jobs().metrics().get(names).agg([Aggregation::Min, Aggregation::Skew]).jobs([JOB])
            => "GET /jobs/metrics?get=a,b%20c&agg=min,skew&jobs=00000000000000000000000000000001";
        client.job(JOB).metrics().get(names) => "GET /jobs/00000000000000000000000000000001/metrics?get=a,b%20c";
        client.job(JOB).vertex(VERTEX).metrics().get(names)
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002/metrics?get=a,b%20c";
        client.job(JOB).vertex(VERTEX).jm_operator_metrics()
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002/jm-operator-metrics";

        client.job(JOB).vertex(VERTEX).details()
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002";
        client.job(JOB).vertex(VERTEX).accumulators()
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002/accumulators";
        client.job(JOB).vertex(VERTEX).taskmanagers()
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002/taskmanagers";
        client.job(JOB).vertex(VERTEX).watermarks()
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002/watermarks";
        client.job(JOB).vertex(VERTEX).backpressure()
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002/backpressure";
        client.job(JOB).vertex(VERTEX).flame_graph()
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002/flamegraph";
        client.job(JOB).vertex(VERTEX).flame_graph().kind(FlameGraphType::OffCpu).subtask(1)
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002/flamegraph?type=off_cpu&subtaskindex=1";

        client.job(JOB).vertex(VERTEX).subtask_times()
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002/subtasktimes";
        client.job(JOB).vertex(VERTEX).subtasks().accumulators()
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002/subtasks/accumulators";
        client.job(JOB).vertex(VERTEX).subtasks().metrics().get(names)
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002/subtasks/metrics?get=a,b%20c";
        client.job(JOB).vertex(VERTEX).subtasks().metrics().get(names).subtasks([0, 2])
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002/subtasks/metrics?get=a,b%20c&subtasks=0,2";
        client.job(JOB).vertex(VERTEX).subtasks().metrics().get(names).agg([Aggregation::Avg]).subtasks([0..=3])
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002/subtasks/metrics?get=a,b%20c&agg=avg&subtasks=0-3";
        client.job(JOB).vertex(VERTEX).subtask(1).details()
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002/subtasks/1";
        client.job(JOB).vertex(VERTEX).subtask(1).metrics().get(names)
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002/subtasks/1/metrics?get=a,b%20c";
        client.job(JOB).vertex(VERTEX).subtask(1).attempt(2).details()
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002/subtasks/1/attempts/2";
        client.job(JOB).vertex(VERTEX).subtask(1).attempt(2).accumulators()
            => "GET /jobs/00000000000000000000000000000001/vertices/00000000000000000000000000000002/subtasks/1/attempts/2/accumulators";
    }
}
