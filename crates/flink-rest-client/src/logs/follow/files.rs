//! The log files of one process on the server.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::StatusCode;

use super::Process;
use crate::{
    CallOptions, Client, Endpoint, Error, LogFileName, Mode, Result, Text,
    client::{download::Body, wait::Waiting},
    rest::{
        jobmanager::{GetJobManagerLog, GetJobManagerLogFile, GetJobManagerLogs, GetJobManagerStdout},
        processes::LogInfo,
        taskmanagers::{GetTaskManagerLog, GetTaskManagerLogFile, GetTaskManagerLogs, GetTaskManagerStdout},
    },
    value::id::is_part_of_path,
};

/// Timeout for listing files. A dead TaskManager does not respond until the JobManager notices.
const LIST_TIMEOUT: Duration = Duration::from_secs(10);

/// Number of bytes at the start of a file that tell it from others: log lines begin with a time.
const HEAD_BYTES: usize = 4096;

/// The kind of file to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum File {
    Log,
    Stdout,
}

/// The files of one process.
pub(crate) struct Files<M> {
    pub(crate) client: Client<M>,
    pub(crate) process: Process,
}

impl<M: Mode> Files<M> {
    /// Returns the name of the file in the list. The server does not tell, and other processes may use the same folder.
    pub(crate) async fn name(&self, which: File) -> Result<LogFileName> {
        if which == File::Stdout {
            // Fails if there is none.
            self.stdout().await?;
        }
        let mut log = self.log(Waiting::question()).await?;
        let start = head(&mut log).await?;
        let mut files = self.list().await?;
        // Other names cannot be put in a request.
        files.retain(|file| is_part_of_path(file.name.as_str()));
        let size = log.size.unwrap_or_default();
        files.sort_by_key(|file| (!file.name.as_str().ends_with(".log"), file.size.abs_diff(size)));
        for file in &files {
            let other = head(&mut self.open(&file.name).await?).await?;
            let is_alike = start.starts_with(&other) || other.starts_with(&start);
            if is_alike && start.is_empty() == other.is_empty() {
                return match which {
                    File::Log => Ok(file.name.clone()),
                    // Flink derives the name in the same way.
                    File::Stdout => Ok(file.name.with_ending("out")),
                };
            }
        }
        let found = "files of which none is the log".into();
        Err(Error::not_flink(GetJobManagerLogs::SPEC.name, StatusCode::OK, found))
    }

    pub(crate) async fn list(&self) -> Result<Vec<LogInfo>> {
        let mut options = Waiting::question();
        options.timeout = Some(LIST_TIMEOUT);
        let list = match &self.process {
            Process::JobManager => self.client.execute(&GetJobManagerLogs::new(), options).await?,
            Process::TaskManager(id) => self.client.execute(&GetTaskManagerLogs::new(id), options).await?,
        };
        Ok(list.logs)
    }

    pub(crate) async fn open(&self, name: &LogFileName) -> Result<Body> {
        match &self.process {
            Process::JobManager => self.download(GetJobManagerLogFile::new(name)).await,
            Process::TaskManager(id) => self.download(GetTaskManagerLogFile::new(id, name)).await,
        }
    }

    /// Opens the current log.
    pub(crate) async fn log(&self, options: CallOptions) -> Result<Body> {
        match &self.process {
            Process::JobManager => self.client.download(&GetJobManagerLog::new(), options).await,
            Process::TaskManager(id) => self.client.download(&GetTaskManagerLog::new(id), options).await,
        }
    }

    async fn stdout(&self) -> Result<Body> {
        match &self.process {
            Process::JobManager => self.download(GetJobManagerStdout::new()).await,
            Process::TaskManager(id) => self.download(GetTaskManagerStdout::new(id)).await,
        }
    }

    async fn download(&self, endpoint: impl Endpoint<Response = Text>) -> Result<Body> {
        self.client.download(&endpoint, Waiting::question()).await
    }
}

/// Returns the first bytes of a file.
async fn head(body: &mut Body) -> Result<Bytes> {
    let mut head = BytesMut::new();
    while head.len() < HEAD_BYTES
        && let Some(bytes) = body.next().await?
    {
        head.extend_from_slice(&bytes);
    }
    head.truncate(HEAD_BYTES);
    Ok(head.freeze())
}
