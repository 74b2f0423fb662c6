//! The rate of invocations, and so when telemetry is sent. Pure; times are passed in.

use std::time::Duration;

/// When telemetry is sent, as set by the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FlushMode {
    /// After each invocation until the rate is known, then during one of the next invocations.
    #[default]
    Auto,
    /// After each invocation.
    End,
    /// At the beginning of an invocation, if the last flush was at least this long ago.
    Periodic(Duration),
    /// At this interval whenever the environment runs.
    Continuous(Duration),
}

impl FlushMode {
    /// The default period of `Periodic`.
    pub const DEFAULT_PERIOD: Duration = Duration::from_secs(20);
    /// The default interval of `Continuous`.
    pub const DEFAULT_RHYTHM: Duration = Duration::from_secs(1);
}

/// When telemetry is sent, as currently decided: `FlushMode` without `Auto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlushPlan {
    /// After each invocation, as part of its billed time.
    End,
    /// At the beginning of an invocation, if the last flush was at least this long ago: concurrently with the handler.
    Periodic(Duration),
    /// At this interval; no invocation waits for it.
    Continuous(Duration),
}

/// Number of invocations after which the rate is considered known.
const KNOWN_AFTER: u32 = 20;
/// The weight of the newest gap. This and the other two numbers are those of the Rotel extension.
const WEIGHT: f64 = 0.07;
/// With a longer average gap, telemetry would wait too long for the next invocation.
const FREQUENT: Duration = Duration::from_secs(60);
/// After a gap of this length the rate is considered unknown again.
const BREAK: Duration = Duration::from_secs(300);

/// The rate of invocations.
#[derive(Debug, Clone, Default)]
pub struct Rhythm {
    last: Option<u64>,
    newest: Option<Duration>,
    gaps: u32,
    /// Exponentially weighted mean of the gaps, in nanoseconds.
    mean: f64,
}

impl Rhythm {
    /// Records an invocation at this wall-clock time in nanoseconds: the monotonic clock may stand still while Lambda
    /// freezes the environment.
    pub fn invoked(&mut self, now: u64) {
        let Some(last) = self.last.replace(now) else { return };
        let gap = now.saturating_sub(last);
        self.newest = Some(Duration::from_nanos(gap));
        if u128::from(gap) >= BREAK.as_nanos() {
            (self.gaps, self.mean) = (0, 0.0);
            return;
        }
        let gap = gap as f64;
        self.mean = match self.gaps {
            0 => gap,
            _ => self.mean + WEIGHT * (gap - self.mean),
        };
        self.gaps = self.gaps.saturating_add(1);
    }

    /// The time between the last two invocations.
    pub fn newest_gap(&self) -> Option<Duration> {
        self.newest
    }

    /// When telemetry is currently to be sent.
    pub fn plan(&self, mode: FlushMode) -> FlushPlan {
        match mode {
            FlushMode::End => FlushPlan::End,
            FlushMode::Periodic(period) => FlushPlan::Periodic(period),
            FlushMode::Continuous(rhythm) => FlushPlan::Continuous(rhythm),
            FlushMode::Auto if self.gaps >= KNOWN_AFTER && self.mean < FREQUENT.as_nanos() as f64 => {
                FlushPlan::Periodic(FlushMode::DEFAULT_PERIOD)
            }
            FlushMode::Auto => FlushPlan::End,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn after(gaps: impl IntoIterator<Item = u64>) -> Rhythm {
        let (mut rhythm, mut now) = (Rhythm::default(), 1_000 * SECOND);
        rhythm.invoked(now);
        for gap in gaps {
            now += gap;
            rhythm.invoked(now);
        }
        rhythm
    }

    #[test]
    fn auto_overlaps_once_frequent_invocations_are_known() {
        let periodic = FlushPlan::Periodic(FlushMode::DEFAULT_PERIOD);
        assert_eq!(after([]).plan(FlushMode::Auto), FlushPlan::End);
        assert_eq!(after([SECOND; 19]).plan(FlushMode::Auto), FlushPlan::End);
        assert_eq!(after([SECOND; 20]).plan(FlushMode::Auto), periodic);
        assert_eq!(after([59 * SECOND; 20]).plan(FlushMode::Auto), periodic);
        assert_eq!(after([61 * SECOND; 40]).plan(FlushMode::Auto), FlushPlan::End);
    }

    #[test]
    fn a_long_break_makes_the_rhythm_unknown() {
        let broken = [SECOND; 30].into_iter().chain([300 * SECOND]);
        assert_eq!(after(broken).plan(FlushMode::Auto), FlushPlan::End);
        let again = [SECOND; 30].into_iter().chain([300 * SECOND]).chain([SECOND; 20]);
        assert_eq!(
            after(again).plan(FlushMode::Auto),
            FlushPlan::Periodic(FlushMode::DEFAULT_PERIOD)
        );
    }

    #[test]
    fn invocations_that_grow_rare_are_noticed() {
        let rarer = [SECOND; 30].into_iter().chain([240 * SECOND; 10]);
        assert_eq!(after(rarer).plan(FlushMode::Auto), FlushPlan::End);
    }

    #[test]
    fn a_clock_that_goes_back_is_survived() {
        let mut rhythm = after([SECOND; 30]);
        rhythm.invoked(5);
        assert_eq!(
            rhythm.plan(FlushMode::Auto),
            FlushPlan::Periodic(FlushMode::DEFAULT_PERIOD)
        );
    }

    #[test]
    fn what_the_user_wants_needs_no_rhythm() {
        let second = Duration::from_secs(1);
        for (mode, plan) in [
            (FlushMode::End, FlushPlan::End),
            (FlushMode::Periodic(second), FlushPlan::Periodic(second)),
            (FlushMode::Continuous(second), FlushPlan::Continuous(second)),
        ] {
            assert_eq!(after([SECOND; 30]).plan(mode), plan);
            assert_eq!(after([]).plan(mode), plan);
        }
    }
}
