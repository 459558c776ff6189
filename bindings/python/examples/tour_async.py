"""The async client: python tour_async.py http://localhost:8081 app.jar"""

from __future__ import annotations

import asyncio
import sys

from flink_rest_client import AsyncFlinkRestClient


async def main(url: str, jar: str) -> None:
    async with AsyncFlinkRestClient.from_url(url) as client:
        overview, taskmanagers = await asyncio.gather(client.overview(), client.taskmanagers.all())
        print(f"{overview['slots-available']} slots are free on {len(taskmanagers)} TaskManagers")
        job = await client.jars.upload_and_run(jar, {"name": "Orders"}, parallelism=1)
        await asyncio.wait_for(client.jobs.wait_until_running(job), 120)
        async for line in client.follow_logs(last=3):
            print(f"{line.process}: {line.text}")
            break
        await client.jobs.terminate(job)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
