//! The time from which on logs are shown, in each spelling that people have at hand.

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
    /// As logs have it: in the cluster's time zone.
    Local(DateTime),
    /// The latest time of this, in the cluster's time zone.
    TimeOfDay(Time),
}

impl std::str::FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Ok(at) = text.parse() {
            return Ok(Self::At(at));
        }
        // Without these signs, a number could be a day or an hour as well.
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
                "`{text}` is no time; write it as in the log, 2026-11-23 15:39:51, as 15:39, as how long ago, 10m, \
                 or with a zone, 2026-11-23T15:39:51Z"
            )
        })?;
        Timestamp::now().checked_sub(ago).map(Self::At).map_err(|error| error.to_string())
    }
}

impl Since {
    /// The time that is meant on this cluster.
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
    fn a_time_may_be_spelled_as_people_have_it_at_hand() {
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
