//! Converts times as written by Lambda and loggers to nanoseconds since the Unix epoch.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::time_zone;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// The wall clock, in nanoseconds since the Unix epoch.
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX))
}

/// Time from one wall-clock moment to another, both in nanoseconds; `None` if the clock was set back in between.
pub fn between(from: u64, to: u64) -> Option<Duration> {
    to.checked_sub(from).map(Duration::from_nanos)
}

/// Reads an RFC 3339 time such as `2026-11-23T15:44:28.123Z`, in nanoseconds since the Unix epoch.
///
/// Lenient for loggers' variants: a space for `T`, `,` or `:` before the fraction, a missing zone, which is then that
/// of the function ([`time_zone`]).
pub fn parse(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    if bytes.len() < 19 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    if !matches!(bytes[10], b'T' | b't' | b' ') || bytes[13] != b':' || bytes[16] != b':' {
        return None;
    }
    let (year, month, day) = (digits(bytes, 0, 4)?, digits(bytes, 5, 7)?, digits(bytes, 8, 10)?);
    let (hour, minute, second) = (digits(bytes, 11, 13)?, digits(bytes, 14, 16)?, digits(bytes, 17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (nanos, zone) = fraction(&bytes[19..]);
    let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    let seconds = match zone {
        [] => time_zone::local_to_unix(seconds, i64::try_from(now() / NANOS_PER_SECOND).unwrap_or(seconds)),
        zone => seconds - offset_seconds(zone)?,
    };
    u64::try_from(seconds)
        .ok()?
        .checked_mul(NANOS_PER_SECOND)?
        .checked_add(nanos)
}

/// Reads a Unix time of unknown unit (seconds to nanoseconds, by its magnitude), in nanoseconds.
pub fn from_number(value: f64) -> Option<u64> {
    let scale = match value {
        v if !v.is_finite() || v < 1e8 => return None,
        v if v < 1e11 => 1e9,
        v if v < 1e14 => 1e6,
        v if v < 1e17 => 1e3,
        // A value after 2262 is not a time but an id.
        v if v < 9.2e18 => 1.0,
        _ => return None,
    };
    Some((value * scale) as u64)
}

/// Like `from_number`, for a whole number, which a double would round.
pub fn from_integer(value: u64) -> Option<u64> {
    let scale = match value {
        0..100_000_000 => return None,
        100_000_000..100_000_000_000 => 1_000_000_000,
        100_000_000_000..100_000_000_000_000 => 1_000_000,
        100_000_000_000_000..100_000_000_000_000_000 => 1_000,
        100_000_000_000_000_000..9_200_000_000_000_000_000 => 1,
        // A value after 2262 is not a time but an id.
        _ => return None,
    };
    value.checked_mul(scale)
}

fn digits(bytes: &[u8], from: usize, to: usize) -> Option<i64> {
    let mut number = 0;
    for byte in bytes.get(from..to)? {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + i64::from(byte - b'0');
    }
    Some(number)
}

/// Nanoseconds of the fraction that `rest` begins with, and what follows it.
fn fraction(rest: &[u8]) -> (u64, &[u8]) {
    let Some((b'.' | b',' | b':', after)) = rest.split_first() else {
        return (0, rest);
    };
    let count = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let digits = after[..count].iter().map(|digit| u64::from(digit - b'0'));
    let nanos = digits
        .chain(std::iter::repeat(0))
        .take(9)
        .fold(0, |nanos, digit| nanos * 10 + digit);
    (nanos, &after[count..])
}

fn offset_seconds(zone: &[u8]) -> Option<i64> {
    match zone {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), rest @ ..] => {
            // `+01`, `+0100`, `+01:00`: anything longer is not a zone.
            let minutes_at = match rest {
                [_, _] => None,
                [_, _, _, _] => Some(2),
                [_, _, b':', _, _] => Some(3),
                _ => return None,
            };
            let minutes = minutes_at.map_or(Some(0), |at| digits(rest, at, at + 2))?;
            let seconds = digits(rest, 0, 2)? * 3_600 + minutes * 60;
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar, counted in years that begin in March.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_lambda_writes() {
        assert_eq!(parse("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(parse("2022-10-12T00:00:15.064Z"), Some(1_665_532_815_064_000_000));
        assert_eq!(parse("2000-02-29T12:00:00.5Z"), Some(951_825_600_500_000_000));
        assert_eq!(parse("2022-10-12T00:00:15:064Z"), Some(1_665_532_815_064_000_000));
    }

    #[test]
    fn reads_offsets_and_spaces() {
        assert_eq!(parse("1970-01-01 01:00:00+01:00"), Some(0));
        assert_eq!(parse("1970-01-01T00:00:01,25-0100"), Some(3_601_250_000_000));
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "2022",
            "2022-13-01T00:00:00Z",
            "2022-10-12T00:00:00Q",
            "2022-10-12T00:00:00.-000Z and more",
            "2022-10-12T00:00:00+01:00x",
            "2022-10-12T00:00:00+01:",
            "yesterday at noon ...",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_by_magnitude() {
        assert_eq!(from_number(1_665_532_815.0), Some(1_665_532_815_000_000_000));
        assert_eq!(from_number(1_665_532_815_064.0), Some(1_665_532_815_064_000_000));
        assert_eq!(from_number(12.0), None);
        assert_eq!(from_integer(1_772_600_767), Some(1_772_600_767_000_000_000));
        assert_eq!(from_integer(1_772_600_767_089), Some(1_772_600_767_089_000_000));
        assert_eq!(from_integer(1_772_600_767_089_001), Some(1_772_600_767_089_001_000));
        assert_eq!(from_integer(1_772_600_767_089_001_002), Some(1_772_600_767_089_001_002));
        assert_eq!(from_integer(12), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in ".{0,40}") {
            let _ = parse(&text);
        }

        #[test]
        fn years_and_days_are_whole_days(year in 1970i64..2200, month in 1u32..13, day in 1u32..29) {
            let nanos = parse(&format!("{year:04}-{month:02}-{day:02}T00:00:00Z")).unwrap();
            prop_assert_eq!(nanos % (86_400 * NANOS_PER_SECOND), 0);
        }
    }
}
