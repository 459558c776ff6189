"""From a jar to a savepoint: python tour.py http://localhost:8081 app.jar file:///tmp/savepoints"""

from __future__ import annotations

import sys

from flink_rest_client import FlinkRestClient, JobEndedError


def main(url: str, jar: str, savepoints: str) -> None:
    with FlinkRestClient.from_url(url, timeout=30) as client:
        print(f"Flink {client.overview()['flink-version']}")
        job = client.jars.upload_and_run(jar, progress=lambda done, size: print(f"{done} of {size} bytes"))
        try:
            details = client.jobs.wait_until_running(job, timeout=120)
        except JobEndedError as error:
            sys.exit(f"the job did not run: {error.root_cause}")
        for vertex in details["vertices"]:
            print(f"{vertex['name']}: {vertex['status']}")
        for line in client.jobmanager.follow_log(last=3):
            print(f"{line.time} {line.text}")
            break
        savepoint: str = client.jobs.stop(job, savepoints).wait(timeout=120)
        print(f"stopped, its state is in {savepoint}")


if __name__ == "__main__":
    main(*sys.argv[1:])
