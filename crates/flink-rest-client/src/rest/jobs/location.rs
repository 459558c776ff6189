//! Location of a subtask, in the spellings of all releases.
//!
//! Up to 1.20 Flink sends `host`, since 1.19 `endpoint`, and `(unassigned)` for a subtask without a slot.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const UNASSIGNED: &str = "(unassigned)";

/// Returns the location; none if the subtask has no slot.
pub(crate) fn assigned(place: Option<&str>) -> Option<&str> {
    place.filter(|place| *place != UNASSIGNED)
}

/// Returns the machine: `host` is its name alone, `endpoint` includes the port.
pub(crate) fn host<'a>(host: Option<&'a str>, endpoint: Option<&'a str>) -> Option<&'a str> {
    let of_endpoint = |endpoint: &'a str| endpoint.rsplit_once(':').map_or(endpoint, |(host, _)| host);
    assigned(host.or(endpoint.map(of_endpoint)))
}

/// For `#[serde(with = "…")]`: `(unassigned)` stands for none.
pub(crate) mod unassigned {
    use super::*;

    pub(crate) fn serialize<T: Serialize, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => value.serialize(serializer),
            None => serializer.serialize_str(UNASSIGNED),
        }
    }

    pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
    where
        T: TryFrom<String, Error: std::fmt::Display>,
        D: Deserializer<'de>,
    {
        let text = String::deserialize(deserializer)?;
        if text == UNASSIGNED {
            return Ok(None);
        }
        T::try_from(text).map(Some).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_name_the_same_machine() {
        assert_eq!(host(Some("worker"), None), Some("worker"));
        assert_eq!(host(Some("worker"), Some("worker:6121")), Some("worker"));
        assert_eq!(host(None, Some("worker:6121")), Some("worker"));
        assert_eq!(host(None, Some("[::1]:6121")), Some("[::1]"));
        assert_eq!(host(Some(UNASSIGNED), Some(UNASSIGNED)), None);
        assert_eq!(host(None, Some(UNASSIGNED)), None);
    }
}
