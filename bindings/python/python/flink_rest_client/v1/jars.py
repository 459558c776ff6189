# Generated from aio/jars.py by `cargo xtask python`.
"""Uploaded jars, and the jobs they start."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Union
from uuid import uuid4

from flink_rest_client.v1.resource import Resource
from flink_rest_client.v1.task import result

if TYPE_CHECKING:
    from flink_rest_client import answers

Arguments = Union[Mapping[str, object], Sequence[str]]
"""Program arguments: ``{"topic": "orders"}`` becomes ``["--topic", "orders"]``."""


class JarsClient(Resource):
    """The uploaded jars."""

    def all(self) -> answers.JarList:
        """Returns all jars: ``{"address": …, "files": [{"id": …, "name": …, "uploaded": …, "entry": […]}]}``.

        GET /jars
        """
        return self._api.get_jars()

    def upload(
        self,
        path_to_jar: str | PathLike[str],
        progress: Callable[[int, int | None], object] | None = None,
        timeout: float | None = None,
    ) -> answers.JarUpload:
        """Uploads a jar, streamed from disk.

        POST /jars/upload

        progress: called with the number of bytes sent and the total; an exception in it ends the upload.

        Raises the error of `open` if the file cannot be opened, and an `InvalidRequestError` if it is not a jar.
        """
        uploaded: answers.JarUpload = result(
            self._native.call("UploadJar", {"jar": _readable(path_to_jar)}, timeout, progress)
        )
        return uploaded

    def get_plan(self, jar_id: str) -> answers.JobDetailsPlan:
        """Returns the dataflow of the job that a jar would submit; submits nothing.

        POST /jars/:jar/plan
        """
        return self._api.plan_jar(jar_id)["plan"]

    def run(
        self,
        jar_id: str,
        arguments: Arguments | None = None,
        entry_class: str | None = None,
        parallelism: int | None = None,
        savepoint_path: str | None = None,
        allow_non_restored_state: bool | None = None,
        *,
        claim_mode: str | None = None,
        flink_configuration: Mapping[str, str] | None = None,
        job_id: str | None = None,
        exactly_once: bool = False,
        timeout: float | None = None,
    ) -> str:
        """Runs a jar's main method, which submits one or more jobs; returns the id of the first job.

        POST /jars/:jar/run

        arguments: arguments of the main method, passed unchanged: no quoting, no splitting.
        entry_class: class whose main method runs [default: from the jar's manifest].
        parallelism: at least 1 [default: the program's own, else the cluster's].
        savepoint_path: savepoint or checkpoint to restore from.
        allow_non_restored_state: skip savepoint state that no operator of the job can restore.
        claim_mode: owner of the savepoint after the restore: ``CLAIM``, ``NO_CLAIM``, ``LEGACY`` (Flink 1.15+).
        flink_configuration: configuration of this job, overriding the cluster's (Flink 1.17+).
        job_id: id of the job, so that it is found again if the response is lost; for programs with one job.
        exactly_once: the client chooses the id of the job, so that it is submitted once, even if the response is lost.
            Only for programs with one job: Flink gives the id to each of their jobs, and up to 2.2 silently loses all
            but the first, from 2.3 refuses them. Without it, all jobs run. If the response is lost, the request is
            retried only if it surely did not arrive; otherwise an `OutcomeUnknownError` names the jobs that appeared
            since.
        """
        started = self._api.run_jar(
            jar_id,
            entry_class,
            _program_arguments(arguments),
            parallelism,
            job_id or (uuid4().hex if exactly_once else None),
            allow_non_restored_state,
            savepoint_path,
            claim_mode,
            flink_configuration,
            timeout=timeout,
        )
        return started["jobid"]

    def upload_and_run(
        self,
        path_to_jar: str | PathLike[str],
        arguments: Arguments | None = None,
        entry_class: str | None = None,
        parallelism: int | None = None,
        savepoint_path: str | None = None,
        allow_non_restored_state: bool | None = None,
        *,
        claim_mode: str | None = None,
        flink_configuration: Mapping[str, str] | None = None,
        job_id: str | None = None,
        exactly_once: bool = False,
        delete_jar: bool = False,
        progress: Callable[[int, int | None], object] | None = None,
        timeout: float | None = None,
    ) -> str:
        """Uploads a jar and runs it; returns the id of its first job. See `run` for the parameters.

        If Flink refuses to run the jar, it is deleted again.

        delete_jar: delete the jar from the server once its jobs are submitted. They do not need it any more, even when
            they restart. It stays if the outcome of the submission is unknown. A failed deletion is not an error; the
            jar stays.
        progress: called with the number of bytes sent and the total; an exception in it ends the upload.
        """
        jar = _readable(path_to_jar)
        params = {
            "args": _program_arguments(arguments),
            "entry_class": entry_class,
            "parallelism": parallelism,
            "savepoint_path": savepoint_path,
            "allow_non_restored_state": allow_non_restored_state,
            "claim_mode": claim_mode,
            "flink_configuration": flink_configuration,
            "job_id": job_id,
        }
        job: str = result(
            self._native.upload_and_run(jar, params, timeout, progress, delete_jar, exactly_once)
        )
        return job

    def delete(self, jar_id: str) -> bool:
        """Deletes a jar from the server; its jobs keep running.

        DELETE /jars/:jar
        """
        return not self._api.delete_jar(jar_id)


def _readable(path: str | PathLike[str]) -> str | PathLike[str]:
    """Returns the path; raises the error of `open` if the file cannot be opened."""
    with open(path, "rb"):
        return path


def _program_arguments(arguments: Arguments | None) -> Sequence[str]:
    if isinstance(arguments, Mapping):
        return [word for name, value in arguments.items() for word in (f"--{name}", str(value))]
    return arguments or ()
