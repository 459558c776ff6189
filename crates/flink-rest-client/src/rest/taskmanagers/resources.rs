//! Resources of TaskManagers and slots.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// CPU and memory of a TaskManager or a slot. A resource without a limit is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ResourceProfile {
    /// CPU cores; fractions are possible.
    #[serde(rename = "cpuCores", with = "cores")]
    pub cpu_cores: Option<f64>,
    /// Heap for user code, in bytes; Flink counts whole MiB.
    #[serde(rename = "taskHeapMemory", with = "mebibytes")]
    pub task_heap_memory: Option<u64>,
    /// Off-heap memory for user code, in bytes; Flink counts whole MiB.
    #[serde(rename = "taskOffHeapMemory", with = "mebibytes")]
    pub task_off_heap_memory: Option<u64>,
    /// Memory for state backends, sorting and caching, in bytes; Flink counts whole MiB.
    #[serde(rename = "managedMemory", with = "mebibytes")]
    pub managed_memory: Option<u64>,
    /// Memory for network buffers, in bytes; Flink counts whole MiB.
    #[serde(rename = "networkMemory", with = "mebibytes")]
    pub network_memory: Option<u64>,
    /// Amounts of other resources, such as GPUs, by name.
    #[serde(rename = "extendedResources")]
    pub extended_resources: BTreeMap<String, f64>,
}

/// A number of cores; `-1.0` stands for none.
mod cores {
    use serde::{Deserialize, Deserializer, Serializer};

    #[allow(clippy::ref_option, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(cores: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(cores.unwrap_or(-1.0))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
        let cores = f64::deserialize(deserializer)?;
        Ok((cores >= 0.0).then_some(cores))
    }
}

/// Bytes here, mebibytes on the wire; `-1` stands for none.
mod mebibytes {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    const MEBIBYTE: u64 = 1 << 20;

    #[allow(clippy::ref_option, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(bytes: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => serializer.serialize_u64(bytes / MEBIBYTE),
            None => serializer.serialize_i64(-1),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
        let mebibytes = i64::deserialize(deserializer)?;
        if mebibytes == -1 {
            return Ok(None);
        }
        let bytes = u64::try_from(mebibytes).ok().and_then(|mebibytes| mebibytes.checked_mul(MEBIBYTE));
        bytes.map(Some).ok_or_else(|| D::Error::custom(format!("{mebibytes} MiB is out of range")))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn memory_is_in_bytes_and_minus_one_is_none() {
        let wire = json!({
            "cpuCores": 0.5, "taskHeapMemory": 64, "taskOffHeapMemory": 0, "managedMemory": 16, "networkMemory": -1,
            "extendedResources": {"gpu": 2.0},
        });
        let profile: ResourceProfile = serde_json::from_value(wire.clone()).unwrap();
        assert_eq!((profile.cpu_cores, profile.task_heap_memory), (Some(0.5), Some(64 * 1024 * 1024)));
        assert_eq!((profile.task_off_heap_memory, profile.network_memory), (Some(0), None));
        assert_eq!(serde_json::to_value(&profile).unwrap(), wire);
    }

    #[test]
    fn an_unknown_profile_comes_back_as_it_was() {
        let wire = json!({
            "cpuCores": -1.0, "taskHeapMemory": -1, "taskOffHeapMemory": -1, "managedMemory": -1, "networkMemory": -1,
            "extendedResources": {},
        });
        let profile: ResourceProfile = serde_json::from_value(wire.clone()).unwrap();
        assert_eq!(profile.cpu_cores, None);
        assert_eq!(serde_json::to_value(&profile).unwrap(), wire);
    }
}
