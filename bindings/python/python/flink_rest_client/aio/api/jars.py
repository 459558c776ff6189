"""Jars: written by `cargo xtask python`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

from flink_rest_client.aio.endpoints import AsyncEndpoints

if TYPE_CHECKING:
    from flink_rest_client import answers


class AsyncJarsEndpoints(AsyncEndpoints):
    """Jars."""

    async def get_jars(self, *, timeout: float | None = None) -> answers.JarList:
        """All uploaded jars.

        GET /jars
        """
        answer: answers.JarList = await self._call("GetJars", timeout)
        return answer

    async def upload_jar(
        self,
        jar: str | PathLike[str],
        *,
        timeout: float | None = None,
    ) -> answers.JarUpload:
        """Uploads a jar.

        POST /jars/upload

        jar: The jar file.
        """
        answer: answers.JarUpload = await self._call("UploadJar", timeout, jar=jar)
        return answer

    async def plan_jar(
        self,
        jar: str,
        entry_class: str | None = None,
        args: Sequence[str] = (),
        parallelism: int | None = None,
        job_id: str | None = None,
        flink_configuration: Mapping[str, str] | None = None,
        *,
        timeout: float | None = None,
    ) -> answers.JobPlanInfo:
        """The dataflow of the job that a jar would submit.

        POST /jars/:jar/plan

        jar: The jar.
        entry_class: The class whose main method is run; else the one that the jar's manifest names.
        args: Arguments of the main method, each as it is: no quoting, no splitting.
        parallelism: Parallelism, at least 1; else the program's own or the cluster's default.
        job_id: The id that the plan names; else a random one.
        flink_configuration: Configuration of the job, over the cluster's (1.17+).
        """
        answer: answers.JobPlanInfo = await self._call(
            "PlanJar",
            timeout,
            jar=jar,
            entry_class=entry_class,
            args=args,
            parallelism=parallelism,
            job_id=job_id,
            flink_configuration=flink_configuration,
        )
        return answer

    async def get_jar_plan(
        self,
        jar: str,
        entry_class: str | None = None,
        args: Sequence[str] = (),
        parallelism: int | None = None,
        *,
        timeout: float | None = None,
    ) -> answers.JobPlanInfo:
        """The same as `plan_jar` with its settings in the query, where arguments cannot contain commas.

        GET /jars/:jar/plan

        jar: The jar.
        entry_class: The class whose main method is run; else the one that the jar's manifest names.
        args: Arguments of the main method.
        parallelism: Parallelism, at least 1; else the program's own or the cluster's default.
        """
        answer: answers.JobPlanInfo = await self._call(
            "GetJarPlan",
            timeout,
            jar=jar,
            entry_class=entry_class,
            args=args,
            parallelism=parallelism,
        )
        return answer

    async def run_jar(
        self,
        jar: str,
        entry_class: str | None = None,
        args: Sequence[str] = (),
        parallelism: int | None = None,
        job_id: str | None = None,
        allow_non_restored_state: bool | None = None,
        savepoint_path: str | None = None,
        claim_mode: Literal["CLAIM", "NO_CLAIM", "LEGACY"] | str | None = None,
        flink_configuration: Mapping[str, str] | None = None,
        *,
        timeout: float | None = None,
    ) -> answers.JarRun:
        """Runs a jar's main method, which submits a job.

        POST /jars/:jar/run

        jar: The jar.
        entry_class: The class whose main method is run; else the one that the jar's manifest names.
        args: Arguments of the main method, each as it is: no quoting, no splitting.
        parallelism: Parallelism, at least 1; else the program's own or the cluster's default.
        job_id: The id that the job gets, so that it is submitted once; else a random one, which the server
            chooses. For programs with one job: Flink gives it to each job, and up to 2.2 all but the first
            are lost, on 2.3 refused.
        allow_non_restored_state: Whether state of the savepoint that no operator wants may be dropped.
        savepoint_path: The savepoint or checkpoint to start from.
        claim_mode: Who owns the savepoint afterwards (1.15+).
        flink_configuration: Configuration of this job, over the cluster's (1.17+).
        """
        answer: answers.JarRun = await self._call(
            "RunJar",
            timeout,
            jar=jar,
            entry_class=entry_class,
            args=args,
            parallelism=parallelism,
            job_id=job_id,
            allow_non_restored_state=allow_non_restored_state,
            savepoint_path=savepoint_path,
            claim_mode=claim_mode,
            flink_configuration=flink_configuration,
        )
        return answer

    async def run_jar_application(
        self,
        jar: str,
        entry_class: str | None = None,
        args: Sequence[str] = (),
        parallelism: int | None = None,
        job_id: str | None = None,
        allow_non_restored_state: bool | None = None,
        savepoint_path: str | None = None,
        claim_mode: Literal["CLAIM", "NO_CLAIM", "LEGACY"] | str | None = None,
        flink_configuration: Mapping[str, str] | None = None,
        application_id: str | None = None,
        *,
        timeout: float | None = None,
    ) -> answers.JarRunApplication:
        """Runs a jar's main method as an application of its own (2.3+).

        POST /jars/:jar/run-application (Flink 2.3+)

        jar: The jar.
        entry_class: The class whose main method is run; else the one that the jar's manifest names.
        args: Arguments of the main method, each as it is: no quoting, no splitting.
        parallelism: Parallelism, at least 1; else the program's own or the cluster's default.
        job_id: The id of its first job; else a random one.
        allow_non_restored_state: Whether state of the savepoint that no operator wants may be dropped.
        savepoint_path: The savepoint or checkpoint to start from.
        claim_mode: Who owns the savepoint afterwards.
        flink_configuration: Configuration of this application, over the cluster's.
        application_id: The id that the application gets; else a random one.
        """
        answer: answers.JarRunApplication = await self._call(
            "RunJarApplication",
            timeout,
            jar=jar,
            entry_class=entry_class,
            args=args,
            parallelism=parallelism,
            job_id=job_id,
            allow_non_restored_state=allow_non_restored_state,
            savepoint_path=savepoint_path,
            claim_mode=claim_mode,
            flink_configuration=flink_configuration,
            application_id=application_id,
        )
        return answer

    async def delete_jar(self, jar: str, *, timeout: float | None = None) -> dict[str, Any]:
        """Deletes a jar from the server; its jobs go on.

        DELETE /jars/:jar

        jar: The jar.
        """
        answer: dict[str, Any] = await self._call("DeleteJar", timeout, jar=jar)
        return answer
