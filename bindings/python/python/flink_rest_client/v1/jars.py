# Made from aio/jars.py by `cargo xtask python`.
"""The jars that were uploaded, and the jobs they start."""

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
"""Arguments of a program: ``{"topic": "orders"}`` is ``["--topic", "orders"]``."""


class JarsClient(Resource):
    """The jars that were uploaded."""

    def all(self) -> answers.JarList:
        """All jars: ``{"address": …, "files": [{"id": …, "name": …, "uploaded": …, "entry": […]}]}``.

        GET /jars
        """
        return self._api.get_jars()

    def upload(
        self,
        path_to_jar: str | PathLike[str],
        progress: Callable[[int, int | None], object] | None = None,
        timeout: float | None = None,
    ) -> answers.JarUpload:
        """Uploads a jar; it is read while it is sent.

        POST /jars/upload

        progress: is called with the bytes so far and those of the whole; what it raises ends the upload.

        A file that cannot be opened raises what `open` does, one that is no jar an `InvalidRequestError`.
        """
        uploaded: answers.JarUpload = result(
            self._native.call("UploadJar", {"jar": _readable(path_to_jar)}, timeout, progress)
        )
        return uploaded

    def get_plan(self, jar_id: str) -> answers.JobDetailsPlan:
        """The dataflow of the job that a jar would submit; nothing is submitted.

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
        """Runs a jar's main method, which submits one or more jobs: the id of the first one.

        POST /jars/:jar/run

        arguments: of the main method, each as it is: no quoting, no splitting.
        entry_class: the class whose main method is run; else the one that the jar's manifest names.
        parallelism: at least 1; else the program's own or the cluster's default.
        savepoint_path: the savepoint or checkpoint to start from.
        allow_non_restored_state: whether state of the savepoint that no operator wants may be dropped.
        claim_mode: who owns the savepoint afterwards: ``CLAIM``, ``NO_CLAIM``, ``LEGACY`` (Flink 1.15+).
        flink_configuration: configuration of this job, over the cluster's (Flink 1.17+).
        job_id: the id that the job gets, by which a lost answer is found again; for programs with one job.
        exactly_once: the client chooses the id of the job, so that it is submitted once, even if an answer is lost. Only for
            programs with one job: Flink gives the id to each of them, and up to 2.2 loses all but the first without a
            word, from 2.3 refuses them. Otherwise the program runs whole; if the answer is lost, nothing is sent again
            unless the request surely did not arrive, and an `OutcomeUnknownError` names the jobs that are new since.
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
        """Uploads a jar and runs it: the id of its first job. See `run` for the parameters.

        A jar that Flink refuses to run is deleted again.

        delete_jar: whether the jar is deleted from the server once its jobs are submitted. They do not need it any more,
            also when they are restarted. While it is not known whether they were submitted, it stays. If it cannot be
            deleted, it stays; that is no error.
        progress: is called with the bytes so far and those of the whole; what it raises ends the upload.
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
        """Deletes a jar from the server; its jobs go on.

        DELETE /jars/:jar
        """
        return not self._api.delete_jar(jar_id)


def _readable(path: str | PathLike[str]) -> str | PathLike[str]:
    """The path; what cannot be opened raises what `open` does."""
    with open(path, "rb"):
        return path


def _program_arguments(arguments: Arguments | None) -> Sequence[str]:
    if isinstance(arguments, Mapping):
        return [word for name, value in arguments.items() for word in (f"--{name}", str(value))]
    return arguments or ()
