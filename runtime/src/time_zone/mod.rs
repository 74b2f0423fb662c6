//! The function's time zone, for times without one.
//!
//! Loggers without a zone in their layout (Python's `%(asctime)s`, log4j's `%d`, PHP's `Y-m-d H:i:s`) write local time:
//! that of `TZ`, which AWS's document "Defined runtime environment variables" lists among those that a function may set
//! (`:UTC` by default). The value is in POSIX notation: a name of the IANA database, with or without a colon, or a
//! rule.
//!
//! The system's database is read if there is one. The OS-only runtimes on Amazon Linux 2023 have none
//! (aws/aws-lambda-dotnet#1620): there the current rules in `zones.txt` are used, which is sufficient for lines written
//! now.

use std::cell::{OnceCell, RefCell};

use tz::{TimeZone, timezone::TimeZoneSettings};

/// `RULE NAME NAME…` per line; its head names the source.
const ZONES: &str = include_str!("zones.txt");

/// Names of the zone in which no time needs to be converted.
const UTC: [&str; 7] = ["", "UTC", "UTC0", "Etc/UTC", "GMT", "Etc/GMT", "Universal"];

/// No zone changes by more than this within a day, in seconds.
const DAY: i64 = 86_400;

thread_local! {
    static LOCAL: RefCell<Local> = RefCell::default();
}

/// The setting, and the zone once it was needed: most functions log no time without a zone.
#[derive(Default)]
struct Local {
    setting: String,
    zone: OnceCell<Option<Zone>>,
}

/// Makes `TZ`'s value the zone of this thread, as C's `tzset` does. An unknown zone is UTC, as in the C library.
pub fn set_local(setting: Option<&str>) {
    let setting = setting.unwrap_or_default().to_owned();
    LOCAL.set(Local {
        setting,
        zone: OnceCell::new(),
    });
}

/// The Unix time of a local time in seconds since 1970-01-01T00:00:00; `now` decides if two are possible.
pub fn local_to_unix(local: i64, now: i64) -> i64 {
    LOCAL.with_borrow(|known| {
        let zone = known.zone.get_or_init(|| Zone::new(&known.setting));
        zone.as_ref().map_or(local, |zone| zone.to_unix(local, now))
    })
}

/// A time zone other than UTC.
struct Zone(TimeZone);

impl Zone {
    fn new(setting: &str) -> Option<Zone> {
        Zone::with(setting, &TimeZoneSettings::DEFAULT)
    }

    fn with(setting: &str, system: &TimeZoneSettings<'_>) -> Option<Zone> {
        let name = setting.trim().trim_start_matches(':');
        if UTC.contains(&name) {
            return None;
        }
        let zone = system.parse_posix_tz(name).ok();
        let zone = zone.or_else(|| system.parse_posix_tz(rule(name)?).ok());
        zone.map(Zone)
    }

    /// If a time occurs twice, because clocks are set back, the one nearer to `now` is used. If a time does not exist,
    /// because clocks are set forward, the previous offset is used.
    fn to_unix(&self, local: i64, now: i64) -> i64 {
        let (before, after) = (self.offset(local - DAY), self.offset(local + DAY));
        let possible = [before, after].map(|offset| local - offset);
        let real = possible
            .into_iter()
            .filter(|unix| unix + self.offset(*unix) == local)
            .min_by_key(|unix| unix.abs_diff(now));
        real.unwrap_or(possible[0])
    }

    /// Seconds east of Greenwich at a Unix time.
    fn offset(&self, unix: i64) -> i64 {
        self.0
            .find_local_time_type(unix)
            .map_or(0, |kind| i64::from(kind.ut_offset()))
    }
}

/// The current rule of a zone.
fn rule(name: &str) -> Option<&'static str> {
    let mut zones = ZONES.lines().filter(|line| !line.starts_with('#'));
    zones.find_map(|line| {
        let (rule, names) = line.split_once(' ')?;
        names.split(' ').any(|known| known == name).then_some(rule)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp;

    const WITHOUT_DATABASE: TimeZoneSettings<'static> = TimeZoneSettings::new(&["/nowhere"], |path| Err(path.into()));

    fn seconds(text: &str) -> i64 {
        i64::try_from(timestamp::parse(text).unwrap() / 1_000_000_000).unwrap()
    }

    fn converted(setting: &str, local: &str, system: &TimeZoneSettings<'_>) -> i64 {
        let local = seconds(&format!("{local}Z"));
        Zone::with(setting, system).map_or(local, |zone| zone.to_unix(local, local))
    }

    #[test]
    fn local_times_of_zones_in_every_form() {
        for (setting, local, utc) in [
            ("America/New_York", "2026-01-15T07:00:00", "2026-01-15T12:00:00Z"),
            (":America/New_York", "2026-07-15T08:00:00", "2026-07-15T12:00:00Z"),
            ("Europe/Berlin", "2026-03-29T03:30:00", "2026-03-29T01:30:00Z"),
            ("Asia/Kolkata", "2026-01-15T17:30:00", "2026-01-15T12:00:00Z"),
            ("Australia/Lord_Howe", "2026-01-15T23:00:00", "2026-01-15T12:00:00Z"),
            ("EST5EDT,M3.2.0,M11.1.0", "2026-07-15T08:00:00", "2026-07-15T12:00:00Z"),
            ("Etc/GMT+5", "2026-07-15T07:00:00", "2026-07-15T12:00:00Z"),
            ("<+0330>-3:30", "2026-07-15T15:30:00", "2026-07-15T12:00:00Z"),
            ("Asia/Tokyo", "2026-11-29T21:00:00.5", "2026-11-29T12:00:00Z"),
            (":UTC", "2026-01-15T12:00:00", "2026-01-15T12:00:00Z"),
            ("", "2026-01-15T12:00:00", "2026-01-15T12:00:00Z"),
            ("Nowhere/At_All", "2026-01-15T12:00:00", "2026-01-15T12:00:00Z"),
        ] {
            for system in [&TimeZoneSettings::DEFAULT, &WITHOUT_DATABASE] {
                assert_eq!(converted(setting, local, system), seconds(utc), "{setting} {local}");
            }
        }
    }

    #[test]
    fn hours_that_come_twice_or_never() {
        let zone = Zone::with("America/New_York", &WITHOUT_DATABASE).unwrap();
        let twice = seconds("2026-11-01T01:30:00Z");
        for (now, utc) in [
            ("2026-11-01T05:30:05Z", "2026-11-01T05:30:00Z"),
            ("2026-11-01T06:30:05Z", "2026-11-01T06:30:00Z"),
        ] {
            assert_eq!(zone.to_unix(twice, seconds(now)), seconds(utc));
        }
        let never = seconds("2026-03-08T02:30:00Z");
        assert_eq!(zone.to_unix(never, never), seconds("2026-03-08T07:30:00Z"));
    }

    #[test]
    fn every_zone_of_the_table_has_a_rule_that_is_understood() {
        for line in ZONES.lines().filter(|line| !line.starts_with('#')) {
            for name in line.split(' ').skip(1) {
                let rule = rule(name).unwrap();
                assert!(WITHOUT_DATABASE.parse_posix_tz(rule).is_ok(), "{name}: {rule}");
            }
        }
    }

    #[test]
    fn times_without_a_zone_are_local() {
        set_local(Some("America/New_York"));
        let utc = timestamp::parse("2026-07-15T12:00:00.250Z");
        for text in [
            "2026-07-15T08:00:00.250",
            "2026-07-15 08:00:00,250",
            "2026-07-15T12:00:00.250Z",
            "2026-07-15T14:00:00.250+02:00",
        ] {
            assert_eq!(timestamp::parse(text), utc, "{text}");
        }
        set_local(None);
        assert_eq!(timestamp::parse("2026-07-15T12:00:00.250"), utc);
    }
}
