"""Streams take constant memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Server

MEGABYTE = 1 << 20
JAR_SIZE = 300 * MEGABYTE
MAX_GROWTH = 40 * MEGABYTE

SCRIPT = """
import re, sys
from flink_rest_client import FlinkRestClient
client = FlinkRestClient.from_url(sys.argv[1])
client.overview()
memory = lambda what: int(re.search(what + r":\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
idle = memory("VmRSS")
reports = []
client.jars.upload(sys.argv[2], progress=lambda done, size: reports.append(done))
assert reports[-1] == int(sys.argv[3]), reports[-1]
print(memory("VmHWM") - idle)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_an_upload_of_300_mb(server: Server, tmp_path: Path) -> None:
    jar = tmp_path / "app.jar"
    with jar.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(JAR_SIZE)  # The rest is a hole.
    grown = int(
        subprocess.check_output([sys.executable, "-c", SCRIPT, server.url, str(jar), str(JAR_SIZE)], timeout=300)
    )
    assert grown < MAX_GROWTH, f"{grown / MEGABYTE:.0f} MB"
