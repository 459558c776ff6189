"""Cluster: written by `cargo xtask python`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_rest_client.aio.endpoints import AsyncEndpoints

if TYPE_CHECKING:
    from flink_rest_client import answers


class AsyncClusterEndpoints(AsyncEndpoints):
    """Cluster."""

    async def get_overview(self, *, timeout: float | None = None) -> answers.Overview:
        """Taskmanagers, slots and jobs in numbers.

        GET /overview
        """
        answer: answers.Overview = await self._call("GetOverview", timeout)
        return answer

    async def get_config(self, *, timeout: float | None = None) -> answers.DashboardConfiguration:
        """What the web dashboard is configured with, and the server's release.

        GET /config
        """
        answer: answers.DashboardConfiguration = await self._call("GetConfig", timeout)
        return answer

    async def shutdown_cluster(self, *, timeout: float | None = None) -> dict[str, Any]:
        """Shuts the whole cluster down, with all its jobs.

        DELETE /cluster
        """
        answer: dict[str, Any] = await self._call("ShutdownCluster", timeout)
        return answer

    async def get_datasets(self, *, timeout: float | None = None) -> answers.DatasetList:
        """All cluster data sets.

        GET /datasets
        """
        answer: answers.DatasetList = await self._call("GetDatasets", timeout)
        return answer

    async def delete_dataset(self, dataset: str, *, timeout: float | None = None) -> answers.Triggered:
        """Deletes a cluster data set.

        DELETE /datasets/:dataset

        dataset: The data set.
        """
        answer: answers.Triggered = await self._call("DeleteDataset", timeout, dataset=dataset)
        return answer

    async def get_dataset_deletion(
        self,
        trigger: str,
        *,
        timeout: float | None = None,
    ) -> answers.AsynchronousOperationDone:
        """How the deletion of a cluster data set is doing.

        GET /datasets/delete/:trigger

        trigger: The deletion.
        """
        answer: answers.AsynchronousOperationDone = await self._call(
            "GetDatasetDeletion",
            timeout,
            trigger=trigger,
        )
        return answer

    async def dispose_savepoint(self, path: str, *, timeout: float | None = None) -> answers.Triggered:
        """Deletes a savepoint.

        POST /savepoint-disposal

        path: Where it is, as a URI.
        """
        answer: answers.Triggered = await self._call("DisposeSavepoint", timeout, path=path)
        return answer

    async def get_savepoint_disposal(
        self,
        trigger: str,
        *,
        timeout: float | None = None,
    ) -> answers.AsynchronousOperationDone:
        """How the deletion of a savepoint is doing.

        GET /savepoint-disposal/:trigger

        trigger: The operation.
        """
        answer: answers.AsynchronousOperationDone = await self._call(
            "GetSavepointDisposal",
            timeout,
            trigger=trigger,
        )
        return answer
