//! `flinkctl taskmanager`: the TaskManagers.

use crate::{
    command::Noun,
    commands::processes,
    endpoint_command::EndpointCommand,
    metrics,
    view::{Part, bytes, id, number, text, time},
};

pub(crate) const NOUN: Noun = Noun {
    name: "taskmanager",
    about: "TaskManagers, each named by its id, a prefix of it, or the part after its last dash",
    endpoints: &[
        EndpointCommand::new(
            "list",
            "GetTaskManagers",
            &[Part::Rows(
                "/taskmanagers",
                &[
                    id("ID", "/id"),
                    number("SLOTS", "/slotsNumber"),
                    number("FREE", "/freeSlots"),
                    number("TASKS", "/assignedTasks"),
                    bytes("MEMORY", "/memoryConfiguration/totalProcessMemory"),
                    time("HEARTBEAT", "/timeSinceLastHeartbeat"),
                    number("CPUS", "/hardware/cpuCores").wide(),
                    bytes("PHYSICAL", "/hardware/physicalMemory").wide(),
                    number("DATA PORT", "/dataPort").wide(),
                    text("PATH", "/path").wide(),
                ],
            )],
        ),
        EndpointCommand::new(
            "get",
            "GetTaskManager",
            &[
                Part::Fields(&[
                    id("TaskManager", "/id"),
                    text("Path", "/path"),
                    time("Heartbeat", "/timeSinceLastHeartbeat"),
                    number("Slots", "/slotsNumber"),
                    number("  free", "/freeSlots"),
                    number("CPU cores", "/hardware/cpuCores"),
                    bytes("Physical memory", "/hardware/physicalMemory"),
                    bytes("Process memory", "/memoryConfiguration/totalProcessMemory"),
                    bytes("  Flink", "/memoryConfiguration/totalFlinkMemory"),
                    bytes("  task heap", "/memoryConfiguration/taskHeap"),
                    bytes("  managed", "/memoryConfiguration/managedMemory"),
                    bytes("  network", "/memoryConfiguration/networkMemory"),
                    bytes("Heap used", "/metrics/heapUsed"),
                    bytes("  of at most", "/metrics/heapMax"),
                ]),
                Part::Rows(
                    "/allocatedSlots",
                    &[
                        number("SLOT", "/index"),
                        id("JOB", "/jobId"),
                        number("TASKS", "/assignedTasks"),
                        number("CPUS", "/resource/cpuCores"),
                        number("HEAP MiB", "/resource/taskHeapMemory"),
                        number("MANAGED MiB", "/resource/managedMemory"),
                    ],
                ),
            ],
        ),
        EndpointCommand::new("metrics", "GetTaskManagerMetrics", metrics::PLAIN),
        EndpointCommand::new("metrics-all", "GetAggregatedTaskManagerMetrics", metrics::AGGREGATED),
        EndpointCommand::new("threads", "GetTaskManagerThreadDump", processes::THREADS),
        EndpointCommand::new("logs", "GetTaskManagerLogs", processes::LOGS),
        EndpointCommand::new("log", "GetTaskManagerLog", processes::TEXT),
        EndpointCommand::new("log-file", "GetTaskManagerLogFile", processes::TEXT),
        EndpointCommand::new("stdout", "GetTaskManagerStdout", processes::TEXT),
        EndpointCommand::new("profile", "StartTaskManagerProfiling", processes::PROFILE),
        EndpointCommand::new("profiles", "GetTaskManagerProfilingList", processes::PROFILES),
        EndpointCommand::new("profile-file", "GetTaskManagerProfilingFile", processes::TEXT),
    ],
    commands: &[],
};
