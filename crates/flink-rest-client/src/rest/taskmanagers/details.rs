//! TaskManagers with their slots, resources and memory.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Endpoint, JobId, TaskManagerId,
    endpoint::answer::shape::telling,
    rest::taskmanagers::resources::ResourceProfile,
    value::time::{millis, minus_one, zero},
};

/// All TaskManagers with their slots and resources.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/taskmanagers" -> TaskManagerList, handle = "taskmanagers().list()", python = "taskmanager.all")]
#[non_exhaustive]
pub struct GetTaskManagers {}

/// All TaskManagers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskManagerList {
    /// One entry a TaskManager, in no order.
    pub taskmanagers: Vec<TaskManagerInfo>,
}

telling!(TaskManagerList: Members(&[List("taskmanagers")]));

/// A TaskManager in short.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskManagerInfo {
    /// The TaskManager.
    pub id: TaskManagerId,
    /// Where other processes of the cluster reach it.
    pub path: String,
    /// The port at which other TaskManagers get data; none if it serves none.
    #[serde(rename = "dataPort", with = "minus_one")]
    pub data_port: Option<u16>,
    /// The port of its JMX server; none if it has none.
    #[serde(rename = "jmxPort", with = "minus_one")]
    pub jmx_port: Option<u16>,
    /// When the JobManager last heard of it; none if it has not yet. Flink calls this time `timeSinceLastHeartbeat`.
    #[serde(rename = "timeSinceLastHeartbeat", with = "zero")]
    pub last_heartbeat: Option<Timestamp>,
    /// Its slots.
    #[serde(rename = "slotsNumber")]
    pub slots_number: u32,
    /// Slots in which no task runs.
    #[serde(rename = "freeSlots")]
    pub free_slots: u32,
    /// Tasks in its slots (2.3+).
    #[serde(rename = "assignedTasks", default, skip_serializing_if = "Option::is_none")]
    pub assigned_tasks: Option<u32>,
    /// What its slots have together.
    #[serde(rename = "totalResource")]
    pub total_resource: ResourceProfile,
    /// What is left for further slots.
    #[serde(rename = "freeResource")]
    pub free_resource: ResourceProfile,
    /// The machine and the Java process that it runs in.
    pub hardware: HardwareDescription,
    /// How its memory is divided.
    #[serde(rename = "memoryConfiguration")]
    pub memory_configuration: MemoryConfiguration,
    /// Whether it takes no more tasks (1.16+; never before).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blocked: bool,
}

/// The machine and the Java process of a TaskManager.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HardwareDescription {
    /// Processor cores that Java sees.
    #[serde(rename = "cpuCores")]
    pub cpu_cores: u32,
    /// Memory of the machine, in bytes; none if Flink cannot find it out.
    #[serde(rename = "physicalMemory", with = "minus_one")]
    pub physical_memory: Option<u64>,
    /// The most that the Java heap can grow to, in bytes.
    #[serde(rename = "freeMemory")]
    pub free_memory: u64,
    /// Memory for state backends, sorting and caching, in bytes.
    #[serde(rename = "managedMemory")]
    pub managed_memory: u64,
}

/// How the memory of a TaskManager is divided, in bytes. What is not configured is none.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MemoryConfiguration {
    /// Heap for Flink itself.
    pub framework_heap: Option<u64>,
    /// Heap for the user's code.
    pub task_heap: Option<u64>,
    /// Memory off the heap for Flink itself.
    pub framework_off_heap: Option<u64>,
    /// Memory off the heap for the user's code.
    pub task_off_heap: Option<u64>,
    /// Network buffers.
    pub network_memory: Option<u64>,
    /// Memory for state backends, sorting and caching.
    pub managed_memory: Option<u64>,
    /// Java's metaspace.
    pub jvm_metaspace: Option<u64>,
    /// What else Java needs: stacks, compiled code.
    pub jvm_overhead: Option<u64>,
    /// All of it but Java's own.
    pub total_flink_memory: Option<u64>,
    /// All of it.
    pub total_process_memory: Option<u64>,
}

/// A TaskManager with its slots, its memory in use and its garbage collections.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/taskmanagers/{taskmanager}" -> TaskManagerDetails, handle = "taskmanager(id).details()", python = "taskmanager.get", measured = true)]
#[non_exhaustive]
pub struct GetTaskManager {
    /// The TaskManager.
    pub taskmanager: TaskManagerId,
}

/// A TaskManager in full.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskManagerDetails {
    /// What the list of all TaskManagers says, too.
    #[serde(flatten)]
    pub info: TaskManagerInfo,
    /// Slots that belong to jobs. Empty up to 1.17, unless `cluster.fine-grained-resource-management.enabled`.
    #[serde(rename = "allocatedSlots")]
    pub allocated_slots: Vec<SlotInfo>,
    /// Its memory in use and its garbage collections.
    pub metrics: TaskManagerMetrics,
}

telling!(TaskManagerDetails: Members(&[Number("slotsNumber"), Object("hardware"), Object("memoryConfiguration")]));

/// A slot that belongs to a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SlotInfo {
    /// The job.
    #[serde(rename = "jobId")]
    pub job_id: JobId,
    /// What it has.
    pub resource: ResourceProfile,
    /// Tasks in it (2.3+).
    #[serde(rename = "assignedTasks", default, skip_serializing_if = "Option::is_none")]
    pub assigned_tasks: Option<u32>,
}

/// Memory in use and garbage collections. Sizes are in bytes. All is 0 until Flink has collected it for the first
/// time, which it does when it is asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TaskManagerMetrics {
    /// Heap in use.
    pub heap_used: u64,
    /// Heap that Java has of the system.
    pub heap_committed: u64,
    /// The most that the heap can grow to; none if there is no limit.
    #[serde(with = "minus_one")]
    pub heap_max: Option<u64>,
    /// Other memory of Java in use.
    pub non_heap_used: u64,
    /// Other memory that Java has of the system.
    pub non_heap_committed: u64,
    /// The most that other memory can grow to; none if there is no limit.
    #[serde(with = "minus_one")]
    pub non_heap_max: Option<u64>,
    /// Direct buffers: how many.
    pub direct_count: u64,
    /// Direct buffers: what they take.
    pub direct_used: u64,
    /// Direct buffers: what they can hold.
    pub direct_max: u64,
    /// Mapped buffers: how many.
    pub mapped_count: u64,
    /// Mapped buffers: what they take.
    pub mapped_used: u64,
    /// Mapped buffers: what they can hold.
    pub mapped_max: u64,
    /// Network buffers that are free: how many; as `netty_shuffle_memory_segments_available` (up to 1.20).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_segments_available: Option<u64>,
    /// Network buffers: how many; as `netty_shuffle_memory_segments_total` (up to 1.20).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_segments_total: Option<u64>,
    /// Network buffers that are free: how many.
    pub netty_shuffle_memory_segments_available: u64,
    /// Network buffers in use: how many.
    pub netty_shuffle_memory_segments_used: u64,
    /// Network buffers: how many.
    pub netty_shuffle_memory_segments_total: u64,
    /// Network buffers that are free: what they take.
    pub netty_shuffle_memory_available: u64,
    /// Network buffers in use: what they take.
    pub netty_shuffle_memory_used: u64,
    /// Network buffers: what they take.
    pub netty_shuffle_memory_total: u64,
    /// Java's garbage collectors.
    pub garbage_collectors: Vec<GarbageCollector>,
}

/// A garbage collector of Java.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GarbageCollector {
    /// Its name; `All` is their sum (1.19+).
    pub name: String,
    /// How often it collected.
    pub count: u64,
    /// How long it took for that, in all.
    #[serde(with = "millis")]
    pub time: Duration,
}
