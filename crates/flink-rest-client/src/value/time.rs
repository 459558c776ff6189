//! Conversion of Flink's numbers to times and durations, lossless in both directions.
//!
//! Flink uses milliseconds, and `-1`, `0` or `Long.MAX_VALUE` for missing values. Each module here is for
//! `#[serde(with = "…")]`: [`millis`] for values that are always present; [`minus_one`], [`zero`] and [`max_value`] for
//! `Option`s whose `None` is that number; [`maybe`] for fields that older releases leave out.

use std::{fmt, time::Duration};

use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer, Serializer,
    de::{Error as _, Visitor},
};

/// Rounds a time for people: to a tenth of a second, or to a millisecond if it is shorter than a second.
pub(crate) fn rounded(time: Duration) -> Duration {
    let unit = if time < Duration::from_millis(950) { 1 } else { 100 };
    let units = (time.as_micros() + unit * 500) / (unit * 1000);
    Duration::from_millis(u64::try_from(units * unit).unwrap_or(u64::MAX))
}

/// A value that Flink writes as a `long`.
pub(crate) trait Long: Sized {
    fn from_long(long: i64) -> Option<Self>;
    fn to_long(&self) -> i64;
}

impl Long for Timestamp {
    fn from_long(long: i64) -> Option<Self> {
        Self::from_millisecond(long).ok()
    }

    fn to_long(&self) -> i64 {
        self.as_millisecond()
    }
}

impl Long for Duration {
    /// Negative durations become zero: Flink 1.15 sends them for jobs that ended just before another JobManager took
    /// over.
    fn from_long(long: i64) -> Option<Self> {
        Some(Self::from_millis(long.try_into().unwrap_or(0)))
    }

    fn to_long(&self) -> i64 {
        i64::try_from(self.as_millis()).unwrap_or(i64::MAX)
    }
}

impl Long for u64 {
    fn from_long(long: i64) -> Option<Self> {
        long.try_into().ok()
    }

    fn to_long(&self) -> i64 {
        i64::try_from(*self).unwrap_or(i64::MAX)
    }
}

impl Long for u16 {
    fn from_long(long: i64) -> Option<Self> {
        long.try_into().ok()
    }

    fn to_long(&self) -> i64 {
        (*self).into()
    }
}

impl Long for u32 {
    fn from_long(long: i64) -> Option<Self> {
        long.try_into().ok()
    }

    fn to_long(&self) -> i64 {
        (*self).into()
    }
}

fn read<'de, T: Long, D: Deserializer<'de>>(long: i64) -> Result<T, D::Error> {
    T::from_long(long).ok_or_else(|| D::Error::custom(format!("{long} is out of range")))
}

/// Milliseconds as a [`Timestamp`] or a [`Duration`].
pub(crate) mod millis {
    use super::*;

    pub(crate) fn serialize<T: Long, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(value.to_long())
    }

    pub(crate) fn deserialize<'de, T: Long, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        read::<T, D>(i64::deserialize(deserializer)?)
    }
}

/// A field that older releases leave out; for use with `default` and `skip_serializing_if`.
pub(crate) mod maybe {
    use super::*;

    pub(crate) fn serialize<T: Long, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.serialize_i64(value.to_long()),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, T: Long, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        Option::<i64>::deserialize(deserializer)?.map(read::<T, D>).transpose()
    }
}

macro_rules! none_is {
    ($($(#[$doc:meta])* $name:ident = $none:expr;)*) => {$(
        $(#[$doc])*
        pub(crate) mod $name {
            use super::*;

            pub(crate) fn serialize<T: Long, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i64(value.as_ref().map_or($none, Long::to_long))
            }

            pub(crate) fn deserialize<'de, T: Long, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
                let long = i64::deserialize(deserializer)?;
                if long == $none { Ok(None) } else { read::<T, D>(long).map(Some) }
            }
        }
    )*};
}

none_is! {
    /// `-1` is `None`: not ended, unknown, unlimited.
    minus_one = -1;
    /// `0` is `None`: not yet.
    zero = 0;
    /// `Long.MAX_VALUE` is `None`: never.
    max_value = i64::MAX;
}

/// A Java `double`. JSON has no numbers for `"NaN"`, `"Infinity"` and `"-Infinity"`, so Flink sends strings.
pub(crate) mod double {
    use super::*;

    struct Double;

    impl Visitor<'_> for Double {
        type Value = f64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number, or `NaN`, `Infinity` or `-Infinity`")
        }

        fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<f64, E> {
            Ok(number)
        }

        #[allow(clippy::cast_precision_loss, reason = "so does Java")]
        fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<f64, E> {
            Ok(number as f64)
        }

        #[allow(clippy::cast_precision_loss, reason = "so does Java")]
        fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<f64, E> {
            Ok(number as f64)
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<f64, E> {
            match text {
                "NaN" => Ok(f64::NAN),
                "Infinity" => Ok(f64::INFINITY),
                "-Infinity" => Ok(f64::NEG_INFINITY),
                other => Err(E::custom(format!("`{other}` is not a number"))),
            }
        }
    }

    pub(crate) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            v if v.is_nan() => serializer.serialize_str("NaN"),
            v if v.is_infinite() => serializer.serialize_str(if *v > 0.0 { "Infinity" } else { "-Infinity" }),
            v => serializer.serialize_f64(*v),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        deserializer.deserialize_any(Double)
    }
}

/// [`double`] for a field that older releases leave out.
pub(crate) mod maybe_double {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => double::serialize(value, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
        #[derive(Deserialize)]
        struct Double(#[serde(with = "double")] f64);
        Ok(Option::<Double>::deserialize(deserializer)?.map(|double| double.0))
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::*;

    #[derive(Serialize, Deserialize, Debug)]
    struct Sample {
        #[serde(with = "millis")]
        start: Timestamp,
        #[serde(with = "minus_one")]
        end: Option<Timestamp>,
        #[serde(with = "max_value")]
        interval: Option<Duration>,
        #[serde(with = "double")]
        p99: f64,
    }

    #[test]
    fn times_are_rounded_for_people() {
        let shown = |time: Duration| format!("{:?}", rounded(time));
        assert_eq!(shown(Duration::from_secs_f64(4.989_308_933)), "5s");
        assert_eq!(shown(Duration::from_secs_f64(7.747_484_831)), "7.7s");
        assert_eq!(shown(Duration::from_secs_f64(0.096_903_384)), "97ms");
        assert_eq!(shown(Duration::from_millis(300)), "300ms");
        assert_eq!(shown(Duration::from_secs(600)), "600s");
    }

    #[test]
    fn sentinels_are_none_and_come_back_as_they_were() {
        let wire = json!({"start": 1_700_000_000_123i64, "end": -1, "interval": i64::MAX, "p99": "NaN"});
        let sample: Sample = serde_json::from_value(wire.clone()).unwrap();
        assert_eq!(sample.start.to_string(), "2023-11-14T22:13:20.123Z");
        assert!(sample.end.is_none() && sample.interval.is_none() && sample.p99.is_nan());
        assert_eq!(serde_json::to_value(&sample).unwrap(), wire);
    }

    #[test]
    fn values_are_read_in_their_unit() {
        let wire = json!({"start": 0, "end": 5, "interval": 1500, "p99": 2.0});
        let sample: Sample = serde_json::from_value(wire.clone()).unwrap();
        assert_eq!(sample.interval, Some(Duration::from_millis(1500)));
        assert_eq!(serde_json::to_value(&sample).unwrap(), wire);
    }

    #[test]
    fn a_duration_is_never_negative() {
        let wire = json!({"start": 0, "end": 0, "interval": -1_795_450_994_252_i64, "p99": 0.0});
        assert_eq!(serde_json::from_value::<Sample>(wire).unwrap().interval, Some(Duration::ZERO));
    }

    #[test]
    fn what_no_clock_can_show_is_an_error_not_a_panic() {
        let wire = json!({"start": i64::MIN, "end": -1, "interval": 0, "p99": 0.0});
        assert!(serde_json::from_value::<Sample>(wire).unwrap_err().to_string().contains("out of range"));
    }
}
