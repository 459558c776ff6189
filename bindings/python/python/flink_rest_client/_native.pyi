from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any, Generic, TypeVar

VERSION: str

T = TypeVar("T", covariant=True)
Path = str | PathLike[str]
Progress = Callable[[int, int | None], object]
Params = Mapping[str, object]

class Task(Generic[T]):
    def wait(self) -> T: ...
    def result(self) -> T: ...
    def when_done(self, callback: Callable[[], object]) -> None: ...
    def cancel(self) -> None: ...

class Chunks:
    @property
    def size(self) -> int | None: ...
    def next(self) -> Task[bytes | None]: ...

class Lines:
    def next(self) -> Task[list[tuple[str, int | None, str, bool, bool]]]: ...

class Client:
    def __init__(self, url: str, options: Mapping[str, object]) -> None: ...
    @property
    def url(self) -> str: ...
    def call(
        self,
        name: str,
        params: Params,
        timeout: float | None = None,
        progress: Progress | None = None,
        retry: bool = True,
    ) -> Task[Any]: ...
    def upload_and_run(
        self,
        jar: Path,
        params: Params,
        timeout: float | None = None,
        progress: Progress | None = None,
        delete_jar: bool = False,
        exactly_once: bool = False,
    ) -> Task[str]: ...
    def stream(self, name: str, params: Params, timeout: float | None = None) -> Task[Chunks]: ...
    def save(
        self,
        name: str,
        params: Params,
        path: Path,
        timeout: float | None = None,
        progress: Progress | None = None,
    ) -> Task[int]: ...
    def follow(
        self, process: str | None = None, last: int | None = None, since: str | None = None
    ) -> Lines: ...
    def wait_for_job(self, job: str, finished: bool, timeout: float | None = None) -> Task[None]: ...
    def wait_for_operation(
        self,
        name: str,
        job: str | None,
        trigger: str,
        timeout: float | None = None,
        accepted: float | None = None,
    ) -> Task[Any]: ...
    def wait_for_backpressure(self, job: str, vertex: str, wait: float) -> Task[object]: ...
    def trigger_savepoint(self, params: Params) -> Task[str]: ...
    def stop_with_savepoint(self, params: Params) -> Task[str]: ...
    def rescale(self, job: str, parallelism: int, timeout: float | None = None) -> Task[object]: ...
    def close(self) -> None: ...
