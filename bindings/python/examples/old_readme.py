"""The examples of flink-rest-client's README and mapping page; only the address and the jar are parameters."""

from __future__ import annotations

import sys

from flink_rest_client import FlinkRestClient


def main(host: str, port: int, path_to_my_jar: str) -> None:
    rest_client = FlinkRestClient.get(host=host, port=port)
    result = rest_client.overview()
    print(result)

    # The upload_and_run method returns with the unique identifier of the already started Flink job
    job_id = rest_client.jars.upload_and_run(path_to_jar=path_to_my_jar)

    # Using the job_id, you can query the current status of the submitted job.
    job = rest_client.jobs.get(job_id=job_id)
    print(job)

    # Put the arguments in a dictionary
    job_id = rest_client.jars.upload_and_run(path_to_jar=path_to_my_jar, arguments={"text": 55})

    # Listing the vertex ids that belongs to the job.
    job_vertex_ids = rest_client.jobs.get_vertex_ids(job_id=job_id)

    # Getting the first job_vertex via get_vertex method
    job_vertex = rest_client.jobs.get_vertex(job_id=job_id, vertex_id=job_vertex_ids[0])
    print(job_vertex.details())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
