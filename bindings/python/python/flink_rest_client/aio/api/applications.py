"""Applications: written by `cargo xtask python`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_rest_client.aio.endpoints import AsyncEndpoints

if TYPE_CHECKING:
    from flink_rest_client import answers


class AsyncApplicationsEndpoints(AsyncEndpoints):
    """Applications."""

    async def get_applications_overview(
        self,
        *,
        timeout: float | None = None,
    ) -> answers.ApplicationsOverview:
        """Names, states, times and numbers of jobs of all applications.

        GET /applications/overview (Flink 2.3+)
        """
        answer: answers.ApplicationsOverview = await self._call("GetApplicationsOverview", timeout)
        return answer

    async def get_application(
        self,
        application: str,
        *,
        timeout: float | None = None,
    ) -> answers.ApplicationDetails:
        """State, times and jobs of an application.

        GET /applications/:application (Flink 2.3+)

        application: The application.
        """
        answer: answers.ApplicationDetails = await self._call(
            "GetApplication",
            timeout,
            application=application,
        )
        return answer

    async def get_application_exceptions(
        self,
        application: str,
        *,
        timeout: float | None = None,
    ) -> answers.ApplicationExceptions:
        """What went wrong in the program of an application, or in its jobs.

        GET /applications/:application/exceptions (Flink 2.3+)

        application: The application.
        """
        answer: answers.ApplicationExceptions = await self._call(
            "GetApplicationExceptions",
            timeout,
            application=application,
        )
        return answer

    async def get_application_job_manager_config(
        self,
        application: str,
        *,
        timeout: float | None = None,
    ) -> list[answers.Configuration]:
        """The options that were set in the configuration of an application's JobManager.

        GET /applications/:application/jobmanager/config (Flink 2.3+)

        application: The application. A JobManager of several applications answers alike for each, also for
            unknown ones.
        """
        answer: list[answers.Configuration] = await self._call(
            "GetApplicationJobManagerConfig",
            timeout,
            application=application,
        )
        return answer

    async def cancel_application(self, application: str, *, timeout: float | None = None) -> dict[str, Any]:
        """Cancels an application with all its jobs, without savepoints.

        POST /applications/:application/cancel (Flink 2.3+)

        application: The application.
        """
        answer: dict[str, Any] = await self._call("CancelApplication", timeout, application=application)
        return answer
