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
    /// One entry per TaskManager, in no order.
    pub taskmanagers: Vec<TaskManagerInfo>,
}

telling!(TaskManagerList: Members(&[List("taskmanagers")]));

/// A summary of a TaskManager.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskManagerInfo {
    /// The TaskManager.
    pub id: TaskManagerId,
    /// Address at which other processes of the cluster reach it.
    pub path: String,
    /// Port from which other TaskManagers read data; none if it has none.
    #[serde(rename = "dataPort", with = "minus_one")]
    pub data_port: Option<u16>,
    /// Port of the JMX server; none if it has none.
    #[serde(rename = "jmxPort", with = "minus_one")]
    pub jmx_port: Option<u16>,
    /// Time of its last heartbeat; none before the first. Flink calls this field `timeSinceLastHeartbeat`.
    #[serde(rename = "timeSinceLastHeartbeat", with = "zero")]
    pub last_heartbeat: Option<Timestamp>,
    /// Number of slots.
    #[serde(rename = "slotsNumber")]
    pub slots_number: u32,
    /// Slots in which no task runs.
    #[serde(rename = "freeSlots")]
    pub free_slots: u32,
    /// Number of tasks in its slots (2.3+).
    #[serde(rename = "assignedTasks", default, skip_serializing_if = "Option::is_none")]
    pub assigned_tasks: Option<u32>,
    /// Resources of all its slots together.
    #[serde(rename = "totalResource")]
    pub total_resource: ResourceProfile,
    /// Resources left for further slots.
    #[serde(rename = "freeResource")]
    pub free_resource: ResourceProfile,
    /// The machine and the Java process.
    pub hardware: HardwareDescription,
    /// The division of its memory.
    #[serde(rename = "memoryConfiguration")]
    pub memory_configuration: MemoryConfiguration,
    /// True if it is blocked: it gets no new tasks (1.16+; false before).
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
    /// Memory of the machine, in bytes; none if Flink cannot determine it.
    #[serde(rename = "physicalMemory", with = "minus_one")]
    pub physical_memory: Option<u64>,
    /// Maximum size of the Java heap, in bytes.
    #[serde(rename = "freeMemory")]
    pub free_memory: u64,
    /// Memory for state backends, sorting and caching, in bytes.
    #[serde(rename = "managedMemory")]
    pub managed_memory: u64,
}

/// The division of a TaskManager's memory, in bytes. Sizes that are not configured are none.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MemoryConfiguration {
    /// Heap for Flink itself.
    pub framework_heap: Option<u64>,
    /// Heap for user code.
    pub task_heap: Option<u64>,
    /// Off-heap memory for Flink itself.
    pub framework_off_heap: Option<u64>,
    /// Off-heap memory for user code.
    pub task_off_heap: Option<u64>,
    /// Memory for network buffers.
    pub network_memory: Option<u64>,
    /// Memory for state backends, sorting and caching.
    pub managed_memory: Option<u64>,
    /// Size of the JVM's metaspace.
    pub jvm_metaspace: Option<u64>,
    /// Other memory of the JVM: stacks, compiled code.
    pub jvm_overhead: Option<u64>,
    /// Total without metaspace and overhead of the JVM.
    pub total_flink_memory: Option<u64>,
    /// Total memory of the process.
    pub total_process_memory: Option<u64>,
}

/// A TaskManager with its slots, memory usage and garbage collections.
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
    /// The fields that the list of TaskManagers has, too.
    #[serde(flatten)]
    pub info: TaskManagerInfo,
    /// Slots allocated to jobs. Empty up to 1.17, unless `cluster.fine-grained-resource-management.enabled` is set.
    #[serde(rename = "allocatedSlots")]
    pub allocated_slots: Vec<SlotInfo>,
    /// Memory usage and garbage collections.
    pub metrics: TaskManagerMetrics,
}

telling!(TaskManagerDetails: Members(&[Number("slotsNumber"), Object("hardware"), Object("memoryConfiguration")]));

/// A slot allocated to a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SlotInfo {
    /// The job.
    #[serde(rename = "jobId")]
    pub job_id: JobId,
    /// The resources of the slot.
    pub resource: ResourceProfile,
    /// Number of tasks in it (2.3+).
    #[serde(rename = "assignedTasks", default, skip_serializing_if = "Option::is_none")]
    pub assigned_tasks: Option<u32>,
}

/// Memory usage and garbage collections; sizes in bytes. All values are 0 until Flink has collected them for the first
/// time, which a request triggers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TaskManagerMetrics {
    /// Heap in use.
    pub heap_used: u64,
    /// Heap that Java has reserved.
    pub heap_committed: u64,
    /// Maximum size of the heap; none if there is no limit.
    #[serde(with = "minus_one")]
    pub heap_max: Option<u64>,
    /// Non-heap memory in use.
    pub non_heap_used: u64,
    /// Non-heap memory that Java has reserved.
    pub non_heap_committed: u64,
    /// Maximum size of non-heap memory; none if there is no limit.
    #[serde(with = "minus_one")]
    pub non_heap_max: Option<u64>,
    /// Number of direct buffers.
    pub direct_count: u64,
    /// Memory that direct buffers use.
    pub direct_used: u64,
    /// Capacity of direct buffers.
    pub direct_max: u64,
    /// Number of mapped buffers.
    pub mapped_count: u64,
    /// Memory that mapped buffers use.
    pub mapped_used: u64,
    /// Capacity of mapped buffers.
    pub mapped_max: u64,
    /// Number of free network buffers; the same as `netty_shuffle_memory_segments_available` (up to 1.20).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_segments_available: Option<u64>,
    /// Number of network buffers; the same as `netty_shuffle_memory_segments_total` (up to 1.20).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_segments_total: Option<u64>,
    /// Number of free network buffers.
    pub netty_shuffle_memory_segments_available: u64,
    /// Number of network buffers in use.
    pub netty_shuffle_memory_segments_used: u64,
    /// Number of network buffers.
    pub netty_shuffle_memory_segments_total: u64,
    /// Memory of free network buffers.
    pub netty_shuffle_memory_available: u64,
    /// Memory of network buffers in use.
    pub netty_shuffle_memory_used: u64,
    /// Memory of all network buffers.
    pub netty_shuffle_memory_total: u64,
    /// Java's garbage collectors.
    pub garbage_collectors: Vec<GarbageCollector>,
}

/// A garbage collector of Java.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GarbageCollector {
    /// Its name; `All` is the sum of the others (1.19+).
    pub name: String,
    /// Number of collections.
    pub count: u64,
    /// Total time spent in collections.
    #[serde(with = "millis")]
    pub time: Duration,
}
