//! The TaskManagers.

use crate::{
    command::Noun,
    commands::processes,
    metrics,
    verb::Verb,
    view::{Part, bytes, id, number, text, time},
};

pub(crate) const NOUN: Noun = Noun {
    name: "taskmanager",
    about: "TaskManagers, each named by its id, the beginning of it, or what follows its dash",
    verbs: &[
        Verb::new(
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
        Verb::new(
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
        Verb::new("metrics", "GetTaskManagerMetrics", metrics::PLAIN),
        Verb::new("metrics-all", "GetAggregatedTaskManagerMetrics", metrics::AGGREGATED),
        Verb::new("threads", "GetTaskManagerThreadDump", processes::THREADS),
        Verb::new("logs", "GetTaskManagerLogs", processes::LOGS),
        Verb::new("log", "GetTaskManagerLog", processes::TEXT),
        Verb::new("log-file", "GetTaskManagerLogFile", processes::TEXT),
        Verb::new("stdout", "GetTaskManagerStdout", processes::TEXT),
        Verb::new("profile", "StartTaskManagerProfiling", processes::PROFILE),
        Verb::new("profiles", "GetTaskManagerProfilingList", processes::PROFILES),
        Verb::new("profile-file", "GetTaskManagerProfilingFile", processes::TEXT),
    ],
    deeds: &[],
};
