//! Times, durations and sizes in readable units.

use std::time::Duration;

use flink_rest_client::Timestamp;

/// Parses `90s`, `5m`, `1h30m`, `500ms`.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time; write it as 90s, 5m or 1h30m");
    let duration: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(duration).ok().filter(|duration| !duration.is_zero()).ok_or_else(wrong)
}

/// Formats milliseconds in the two largest units: `3d 4h`, `5m 3s`, `345ms`.
pub(crate) fn duration(millis: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let Some(first) = UNITS.iter().position(|(unit, _)| millis >= *unit) else {
        return format!("{millis}ms");
    };
    let counted = UNITS.iter().scan(millis, |rest, (unit, name)| {
        let count = *rest / unit;
        *rest %= unit;
        Some((count, name))
    });
    let words = counted.skip(first).take(2).filter(|(count, _)| *count > 0);
    words.map(|(count, name)| format!("{count}{name}")).collect::<Vec<_>>().join(" ")
}

/// Formats a size: `512 B`, `1.5 KiB`, `64 MiB`.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if count < 1024 {
        return format!("{count} B");
    }
    // Counts in tenths, to avoid floats.
    let (mut tenths, mut units) = (u128::from(count) * 10 / 1024, UNITS.iter());
    let mut unit = units.next();
    while tenths >= 10_240
        && let Some(next) = units.next()
    {
        tenths /= 1024;
        unit = Some(next);
    }
    let unit = unit.unwrap_or(&"");
    match tenths {
        ..1000 if tenths % 10 > 0 => format!("{}.{} {unit}", tenths / 10, tenths % 10),
        _ => format!("{} {unit}", tenths / 10),
    }
}

/// Formats a rate: `0.4`, `97`, `1.2k`, `35M`.
pub(crate) fn rate(count: f64) -> String {
    const UNITS: [(f64, &str); 3] = [(1e9, "G"), (1e6, "M"), (1e3, "k")];
    let (count, unit) = UNITS
        .iter()
        .find(|(unit, _)| count >= *unit)
        .map_or((count, ""), |(size, unit)| (count / size, *unit));
    match count {
        ..10.0 if (count * 10.0).round() % 10.0 != 0.0 => format!("{count:.1}{unit}"),
        _ => format!("{count:.0}{unit}"),
    }
}

/// Formats a number with at most three decimals.
pub(crate) fn number(number: f64) -> String {
    let text = format!("{number:.3}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Formats the time since `at`: `3m 5s ago`.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let millis = now.as_millisecond().saturating_sub(at.as_millisecond());
    match u64::try_from(millis) {
        Ok(millis) if millis >= 1000 => format!("{} ago", duration(millis)),
        _ => "now".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_two_units_at_most() {
        let shown = [0, 999, 1_000, 61_000, 3_600_000, 93_784_000].map(duration);
        assert_eq!(shown, ["0ms", "999ms", "1s", "1m 1s", "1h", "1d 2h"]);
    }

    #[test]
    fn sizes_are_short() {
        let shown = [0, 1023, 1024, 1536, 67_108_864, 1_140_850_688, u64::MAX].map(bytes);
        assert_eq!(shown, ["0 B", "1023 B", "1 KiB", "1.5 KiB", "64 MiB", "1 GiB", "16777215 TiB"]);
    }

    #[test]
    fn rates_are_short() {
        assert_eq!([0.0, 0.44, 9.96, 97.4, 1234.0, 35e6].map(rate), ["0", "0.4", "10", "97", "1.2k", "35M"]);
    }

    #[test]
    fn numbers_have_few_digits() {
        let numbers = [322.0, 0.833_333_3, -1.5, 1e15, 0.0, f64::NAN];
        assert_eq!(numbers.map(number), ["322", "0.833", "-1.5", "1000000000000000", "0", "NaN"]);
    }

    #[test]
    fn durations_are_read_as_people_write_them() {
        assert_eq!(parse_duration("1h30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
        for wrong in ["", "0s", "-5s", "5", "soon"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }
}
