"""Calls everything that flink-rest-client has, with the installed package, and stores the outcomes.

Runs with both packages, so it uses only their common API. Its argument is a JSON file with the ids to use.
"""

import http.server
import inspect
import json
import sys
import threading

from flink_rest_client import FlinkRestClient
from flink_rest_client.v1.client import DatasetTrigger, FlinkRestClientV1
from flink_rest_client.v1.jars import JarsClient
from flink_rest_client.v1.jobmanager import JobmanagerClient
from flink_rest_client.v1.jobs import JobsClient, JobTrigger, JobVertexClient, JobVertexSubtaskClient
from flink_rest_client.v1.taskmanagers import TaskManagersClient

CLASSES = {
    "FlinkRestClient": FlinkRestClient,
    "client": FlinkRestClientV1,
    "jobmanager": JobmanagerClient,
    "taskmanagers": TaskManagersClient,
    "jars": JarsClient,
    "jobs": JobsClient,
    "vertex": JobVertexClient,
    "subtasks": JobVertexSubtaskClient,
    "JobTrigger": JobTrigger,
    "DatasetTrigger": DatasetTrigger,
}


def signatures():
    """The parameters of each public method; None for a property."""
    found = {}
    for name, cls in CLASSES.items():
        for member, what in inspect.getmembers(cls):
            if member.startswith("_"):
                continue
            if isinstance(what, property):
                found[f"{name}.{member}"] = None
            elif callable(what):
                parameters = inspect.signature(what).parameters.values()
                found[f"{name}.{member}"] = [
                    [p.name, "required" if p.default is p.empty else repr(p.default)]
                    for p in parameters
                    if p.name != "self" and p.kind is not p.KEYWORD_ONLY
                ]
    return found


class Recorder(http.server.BaseHTTPRequestHandler):
    """A stand-in for a cluster that must not be shut down."""

    seen = []

    def answer(self):
        self.seen.append(f"{self.command} {self.path}")
        body = b"{}"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_DELETE = do_GET = answer

    def log_message(self, *_):
        pass


def recorded(do):
    """The requests that a call sends to a stand-in, and its result for the response ``{}``."""
    with http.server.HTTPServer(("127.0.0.1", 0), Recorder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        Recorder.seen.clear()
        try:
            answer = do(FlinkRestClient.get("127.0.0.1", server.server_address[1]))
        except Exception as error:
            answer = describe(error)
        server.shutdown()
    return {"sent": list(Recorder.seen), "answer": answer}


def describe(value):
    if isinstance(value, Exception):
        return {"raised": [cls.__name__ for cls in type(value).__mro__], "text": str(value)[:300]}
    return {"object": type(value).__name__, "public": sorted(n for n in vars(value) if n[0] != "_")}


def reads(client, about):
    """Read-only calls, a row for each variant."""
    job, finished, vertex_id = about["streaming"], about["finished"], about["vertex"]
    taskmanager, log = about["taskmanager"], about["log"]
    vertex = client.jobs.get_vertex(job, vertex_id)
    subtasks = vertex.subtasks
    unknown = "0" * 32

    def checkpoint():
        history = client.jobs.get_checkpoints(job)["history"]
        return next(checkpoint["id"] for checkpoint in history if checkpoint["status"] == "COMPLETED")

    jobmanager, taskmanagers, jars, jobs = client.jobmanager, client.taskmanagers, client.jars, client.jobs
    return {
        "FlinkRestClient.get(host)": lambda: FlinkRestClient.get(client.host).api_url,
        "FlinkRestClient.get(host, port)": lambda: FlinkRestClient.get("localhost", 8082).api_url,
        "FlinkRestClient.get(version='v1')": lambda: FlinkRestClient.get("h", 1, "v1").api_url,
        "FlinkRestClient.get(version='v2')": lambda: FlinkRestClient.get("h", 1, "v2"),
        "FlinkRestClient.get('https://host/base')": lambda: FlinkRestClient.get("https://host/base").api_url,
        "client.host": lambda: client.host,
        "client.port": lambda: client.port,
        "client.api_url": lambda: client.api_url,
        "client.jobmanager": lambda: type(jobmanager).__name__,
        "client.taskmanagers": lambda: type(taskmanagers).__name__,
        "client.taskmanager": lambda: client.taskmanager.all(),
        "client.jars": lambda: type(jars).__name__,
        "client.jobs": lambda: type(jobs).__name__,
        "client.overview()": client.overview,
        "client.config()": client.config,
        "client.datasets()": client.datasets,
        "jobmanager.prefix": lambda: jobmanager.prefix,
        "jobmanager.config()": jobmanager.config,
        "jobmanager.logs()": jobmanager.logs,
        "jobmanager.get_log(log)": lambda: jobmanager.get_log(log),
        "jobmanager.get_log(unknown)": lambda: jobmanager.get_log("no-such.log"),
        "jobmanager.metric_names()": jobmanager.metric_names,
        "jobmanager.metrics()": jobmanager.metrics,
        "taskmanagers.prefix": lambda: taskmanagers.prefix,
        "taskmanagers.all()": taskmanagers.all,
        "taskmanagers.taskmanager_ids()": taskmanagers.taskmanager_ids,
        "taskmanagers.metric_names()": taskmanagers.metric_names,
        "taskmanagers.metrics()": taskmanagers.metrics,
        "taskmanagers.metrics(names, modes, ids)": lambda: taskmanagers.metrics(
            ["Status.JVM.Threads.Count"], ["min", "avg"], [taskmanager]
        ),
        "taskmanagers.metrics(agg_modes=['nonsense'])": lambda: taskmanagers.metrics(agg_modes=["nonsense"]),
        "taskmanagers.get(id)": lambda: taskmanagers.get(taskmanager),
        "taskmanagers.get(unknown)": lambda: taskmanagers.get("unknown:1-000000"),
        "taskmanagers.get_logs(id)": lambda: taskmanagers.get_logs(taskmanager),
        "taskmanagers.get_metrics(id)": lambda: taskmanagers.get_metrics(taskmanager),
        "taskmanagers.get_metrics(id, names)": lambda: taskmanagers.get_metrics(
            taskmanager, ["Status.JVM.Threads.Count"]
        ),
        "taskmanagers.get_thread_dump(id)": lambda: taskmanagers.get_thread_dump(taskmanager),
        "jars.prefix": lambda: jars.prefix,
        "jars.all()": jars.all,
        "jars.get_plan(id)": lambda: jars.get_plan(about["jar"]),
        "jars.get_plan(unknown)": lambda: jars.get_plan("unknown.jar"),
        "jobs.prefix": lambda: jobs.prefix,
        "jobs.all()": jobs.all,
        "jobs.job_ids()": jobs.job_ids,
        "jobs.overview()": jobs.overview,
        "jobs.metric_names()": jobs.metric_names,
        "jobs.metrics()": jobs.metrics,
        "jobs.metrics(names, modes, ids)": lambda: jobs.metrics(["numRestarts"], ["max"], [job]),
        "jobs.get(id)": lambda: jobs.get(job),
        "jobs.get(unknown)": lambda: jobs.get(unknown),
        "jobs.get(no id)": lambda: jobs.get("nonsense"),
        "jobs.get_config(id)": lambda: jobs.get_config(job),
        "jobs.get_exceptions(id)": lambda: jobs.get_exceptions(job),
        "jobs.get_execution_result(running)": lambda: jobs.get_execution_result(job),
        "jobs.get_execution_result(finished)": lambda: jobs.get_execution_result(finished),
        "jobs.get_execution_results(finished)": lambda: jobs.get_execution_results(finished),
        "jobs.get_metrics(id)": lambda: jobs.get_metrics(job),
        "jobs.get_metrics(id, names)": lambda: jobs.get_metrics(job, ["numRestarts"]),
        "jobs.get_plan(id)": lambda: jobs.get_plan(job),
        "jobs.get_vertex_ids(id)": lambda: jobs.get_vertex_ids(job),
        "jobs.get_accumulators(id)": lambda: jobs.get_accumulators(finished),
        "jobs.get_accumulators(id, True)": lambda: jobs.get_accumulators(finished, True),
        "jobs.get_checkpointing_configuration(id)": lambda: jobs.get_checkpointing_configuration(job),
        "jobs.get_checkpoints(id)": lambda: jobs.get_checkpoints(job),
        "jobs.get_checkpoint_ids(id)": lambda: jobs.get_checkpoint_ids(job),
        "jobs.get_checkpoint_details(id, checkpoint)": lambda: jobs.get_checkpoint_details(job, checkpoint()),
        "jobs.get_checkpoint_details(…, show_subtasks=True)": lambda: jobs.get_checkpoint_details(
            job, checkpoint(), show_subtasks=True
        ),
        "jobs.rescale(id, 1)": lambda: jobs.rescale(job, 1),
        "jobs.get_vertex(id, vertex)": lambda: describe(vertex),
        "vertex.prefix_url": lambda: vertex.prefix_url,
        "vertex.subtasks": lambda: type(subtasks).__name__,
        "vertex.details()": vertex.details,
        "vertex.backpressure()": vertex.backpressure,
        "vertex.metric_names()": vertex.metric_names,
        "vertex.metrics()": vertex.metrics,
        "vertex.metrics(names)": lambda: vertex.metrics(["0.numRecordsIn"]),
        "vertex.subtasktimes()": vertex.subtasktimes,
        "vertex.taskmanagers()": vertex.taskmanagers,
        "vertex.watermarks()": vertex.watermarks,
        "subtasks.prefix_url": lambda: subtasks.prefix_url,
        "subtasks.subtask_ids()": subtasks.subtask_ids,
        "subtasks.accumulators()": subtasks.accumulators,
        "subtasks.metric_names()": subtasks.metric_names,
        "subtasks.metrics()": subtasks.metrics,
        "subtasks.metrics(names, modes, ids)": lambda: subtasks.metrics(["numRecordsIn"], ["sum"], [0]),
        "subtasks.get(0)": lambda: subtasks.get(0),
        "subtasks.get(unknown)": lambda: subtasks.get(99),
        "subtasks.get_attempt(0)": lambda: subtasks.get_attempt(0),
        "subtasks.get_attempt(0, 0)": lambda: subtasks.get_attempt(0, 0),
        "subtasks.get_attempt_accumulators(0)": lambda: subtasks.get_attempt_accumulators(0),
        "subtasks.get_attempt_accumulators(0, 0)": lambda: subtasks.get_attempt_accumulators(0, 0),
    }


def changes(client, about):
    """Calls that change something, in this order."""
    jars, jobs, made, folder = client.jars, client.jobs, {}, about["folder"]
    word_count, streaming = about["jars"]["WordCount"], about["jars"]["StreamingJob"]

    def keep(name, value):
        made[name] = value
        return value

    def jar(uploaded):
        return uploaded["filename"].rpartition("/")[2]

    def started(job):
        keep("jobs", [*made.get("jobs", []), job])
        return job

    def running(job):
        """Waits until the job can be stopped."""
        while set(vertex["status"] for vertex in jobs.get(job)["vertices"]) != {"RUNNING"}:
            threading.Event().wait(0.1)
        return job

    def completed(trigger):
        while (status := trigger.status)["status"]["id"] != "COMPLETED":
            threading.Event().wait(0.1)
        return status

    def start_streaming():
        return running(started(jars.run(made["streaming"], parallelism=1)))

    def name_of(job):
        return jobs.get(started(job))["name"]

    return {
        "client.delete_cluster()": lambda: recorded(lambda stand_in: stand_in.delete_cluster()),
        "client.delete_dataset(id)": lambda: describe(keep("dataset", client.delete_dataset("1" * 32))),
        "DatasetTrigger.status": lambda: completed(made["dataset"]),
        "jars.upload(path)": lambda: keep("upload", jars.upload(word_count)),
        "jars.upload(no file)": lambda: jars.upload("/no/such/file.jar"),
        "jars.run(id)": lambda: started(jars.run(jar(made["upload"]))),
        "jars.run(unknown)": lambda: jars.run("unknown.jar"),
        "jars.run(entry_class='no.Such')": lambda: started(jars.run(jar(made["upload"]), entry_class="no.Such")),
        "jars.run(parallelism=0)": lambda: started(jars.run(jar(made["upload"]), parallelism=0)),
        "jars.run(parallelism=-1)": lambda: jars.run(jar(made["upload"]), parallelism=-1),
        "jars.run(arguments={'name': 'Orders'})": lambda: name_of(
            jars.run(keep("streaming", jar(jars.upload(streaming))), {"name": "Orders"})
        ),
        "jars.upload_and_run(path)": lambda: started(jars.upload_and_run(path_to_jar=word_count)),
        "jars.delete(id)": lambda: jars.delete(jar(made["upload"])),
        "jars.delete(unknown)": lambda: jars.delete("unknown.jar"),
        "jars.delete('../cluster')": lambda: recorded(lambda stand_in: stand_in.jars.delete("../cluster")),
        "jobs.create_savepoint(id, folder)": lambda: describe(
            keep("savepoint", jobs.create_savepoint(keep("job", start_streaming()), folder))
        ),
        "JobTrigger.status (savepoint)": lambda: completed(made["savepoint"]),
        "JobTrigger.status (failed savepoint)": lambda: completed(jobs.create_savepoint(made["job"], "/dev/null/no")),
        "jobs.stop(id, folder)": lambda: describe(keep("stop", jobs.stop(made["job"], folder))),
        "JobTrigger.status (stop)": lambda: completed(made["stop"]),
        "jobs.stop(unknown, folder)": lambda: describe(jobs.stop("0" * 32, folder)),
        "jobs.terminate(id)": lambda: jobs.terminate(start_streaming()),
        "jobs.terminate(unknown)": lambda: jobs.terminate("0" * 32),
        "(cleaning up)": lambda: [ended(jobs, job) for job in made["jobs"]] and None,
    }


def ended(jobs, job):
    try:
        jobs.terminate(job)
    except Exception:  # It has already ended.
        pass


def outcome(call):
    try:
        return {"value": json.loads(json.dumps(call(), default=describe))}
    except Exception as error:
        return describe(error)


def main():
    about = json.load(open(sys.argv[1]))
    client = FlinkRestClient.get(about["host"], about["port"])
    rows = (changes if about["changes"] else reads)(client, about)
    outcomes = {name: outcome(call) for name, call in rows.items()}
    json.dump({"signatures": signatures(), "outcomes": outcomes}, open(about["out"], "w"))


main()
