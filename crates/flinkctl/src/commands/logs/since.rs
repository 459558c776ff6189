//! The argument of `logs --since`, in several formats.

use flink_rest_client::{FlinkRestClient, Timestamp};
use jiff::{
    ToSpan,
    civil::{DateTime, Time},
    tz::Offset,
};

use crate::{
    error::{Failure, Result},
    output::human,
};

/// A time as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Since {
    At(Timestamp),
    /// A date and time in the cluster's time zone, as in logs.
    Local(DateTime),
    /// The latest occurrence of this time of day, in the cluster's time zone.
    TimeOfDay(Time),
}

impl std::str::FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Ok(at) = text.parse() {
            return Ok(Self::At(at));
        }
        // Without these characters, a number could be a day or an hour as well.
        if text.contains('-')
            && let Ok(at) = text.parse()
        {
            return Ok(Self::Local(at));
        }
        if text.contains(':')
            && let Ok(at) = text.parse()
        {
            return Ok(Self::TimeOfDay(at));
        }
        let ago = human::parse_duration(text).map_err(|_| {
            format!(
                "`{text}` is no time; use the format of logs, 2026-11-23 15:39:51, a time of day, 15:39, a duration before \
                 now, 10m, or a time with a zone, 2026-11-23T15:39:51Z"
            )
        })?;
        Timestamp::now().checked_sub(ago).map(Self::At).map_err(|error| error.to_string())
    }
}

impl Since {
    /// Returns the time, in the cluster's time zone.
    pub(super) async fn on(self, client: &FlinkRestClient) -> Result<Timestamp> {
        if let Self::At(at) = self {
            return Ok(at);
        }
        let zone = client.config().await?.timezone_offset;
        let zone = Offset::from_seconds(zone / 1000).unwrap_or(Offset::UTC);
        self.at(zone, Timestamp::now()).map_err(|error| Failure::usage(format!("--since: {error}")))
    }

    fn at(self, zone: Offset, now: Timestamp) -> Result<Timestamp, jiff::Error> {
        match self {
            Self::At(at) => Ok(at),
            Self::Local(at) => zone.to_timestamp(at),
            Self::TimeOfDay(time) => {
                let today = zone.to_timestamp(zone.to_datetime(now).date().to_datetime(time))?;
                if today <= now { Ok(today) } else { today.checked_sub(24.hours()) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_several_formats() {
        let now = "2026-11-28T18:00:00Z".parse().unwrap();
        let at = |text: &str| {
            let since: Since = text.parse().unwrap_or_else(|error| panic!("{error}"));
            since.at(jiff::tz::offset(2), now).unwrap().to_string()
        };
        for (text, expected) in [
            ("2026-11-28 17:45:12", "2026-11-28T15:45:12Z"),
            ("2026-11-28 17:45:12,123", "2026-11-28T15:45:12.123Z"),
            ("2026-11-28 17:45:12.123", "2026-11-28T15:45:12.123Z"),
            ("2026-11-28T17:45:12", "2026-11-28T15:45:12Z"),
            ("2026-11-28T17:45:12,123", "2026-11-28T15:45:12.123Z"),
            ("2026-11-28 17:45", "2026-11-28T15:45:00Z"),
            ("2026-11-28", "2026-11-27T22:00:00Z"),
            ("17:45", "2026-11-28T15:45:00Z"),
            ("17:45:12", "2026-11-28T15:45:12Z"),
            ("17:45:12,123", "2026-11-28T15:45:12.123Z"),
            // It is 20:00 there.
            ("20:01", "2026-11-27T18:01:00Z"),
            ("2026-11-28T17:45:12Z", "2026-11-28T17:45:12Z"),
            ("2026-11-28 17:45:12+01:00", "2026-11-28T16:45:12Z"),
        ] {
            assert_eq!(at(text), expected, "{text}");
        }
        for text in ["yesterday", "", "17", "2026-13-01", "25:00", "2026-11-28 17:45:12 INFO"] {
            assert!(text.parse::<Since>().is_err(), "{text}");
        }
        assert!(matches!("10m".parse(), Ok(Since::At(at)) if at < Timestamp::now()));
    }
}
