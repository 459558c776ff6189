"""The benchmarks of the old Python client and of plain Python: python3 client.py BENCHMARK ARGUMENTS."""

import json
import sys


def client(url):
    from flink_rest_client import FlinkRestClient

    host, port = url.removeprefix("http://").split(":")
    return FlinkRestClient.get(host=host, port=int(port))


def list_(url):
    for job in client(url).jobs.overview():
        print(job["name"], job["jid"], job["state"], sep="\t")


def get(url, job, times):
    flink = client(url)
    print(sum(len(flink.jobs.get(job)["vertices"]) for _ in range(int(times))))


def upload(url, file):
    print(client(url).jars.upload(file)["status"])


def decode(file, times):
    with open(file) as opened:
        text = opened.read()
    for _ in range(int(times)):
        json.loads(text)


def metrics(url, job):
    """Reads the metrics of each subtask; the names of a whole vertex do not fit into Flink's request line."""
    jobs = client(url).jobs
    count = len(jobs.get_metrics(job))
    for vertex in jobs.get_vertex_ids(job):
        subtasks = jobs.get_vertex(job, vertex).subtasks
        for subtask in subtasks.subtask_ids():
            count += len(subtasks.metrics(agg_modes=["sum"], subtask_ids=[subtask]))
    print(count)


what, *arguments = sys.argv[1:]
{"list": list_, "get": get, "upload": upload, "decode": decode, "metrics": metrics}[what](*arguments)
