//! Which traces are kept.

use std::time::Duration;

use super::reader::{Reader, parse_boolean, parse_duration};
use crate::environment::settings::{CLICKSTACK_TRACE_DEBUG_LOGS, CLICKSTACK_TRACE_KEEP, CLICKSTACK_TRACE_RATIO};

/// Number of values of a trace id's random part: its last seven bytes (W3C Trace Context level 2, `random-trace-id`).
const RANDOMNESS: u64 = 1 << 56;

/// Which traces are kept: a share of all, and those of notable invocations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SamplingConfig {
    /// Trace ids with a lower random part are not sampled; 0 keeps all.
    threshold: u64,
    errors: bool,
    cold: bool,
    slow: Option<Duration>,
    /// Whether lines of severity DEBUG and TRACE are kept only with the trace of their invocation.
    pub debug_logs: bool,
}

impl Default for SamplingConfig {
    fn default() -> Self {
        Self {
            threshold: 0,
            errors: true,
            cold: true,
            slow: Some(Duration::from_secs(1)),
            debug_logs: false,
        }
    }
}

/// The facts about an invocation that decide whether its trace is kept, as far as known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// It, or one of its spans, failed.
    pub failed: bool,
    /// Its environment was created for it.
    pub cold: bool,
    /// How long its handler took.
    pub took: Duration,
}

impl SamplingConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let threshold = reader.value(&CLICKSTACK_TRACE_RATIO, |_, text| parse_ratio(text));
        let kept = reader.value(&CLICKSTACK_TRACE_KEEP, |_, text| parse_rules(text));
        let debug_logs = reader.value(&CLICKSTACK_TRACE_DEBUG_LOGS, |_, text| parse_boolean(text));
        Self {
            threshold: threshold.unwrap_or_default(),
            debug_logs: debug_logs.unwrap_or_default(),
            ..kept.unwrap_or_default()
        }
    }

    /// Whether anything is dropped.
    pub fn is_on(&self) -> bool {
        self.threshold > 0
    }

    /// Whether a trace is sampled: by the last 56 bits of its id, as in OpenTelemetry's consistent probability
    /// sampling, so that all functions with the same ratio keep the same traces, and those with a higher ratio keep
    /// these too.
    pub fn keeps_trace(&self, trace_id: &[u8; 16]) -> bool {
        let [.., a, b, c, d, e, f, g] = *trace_id;
        u64::from_be_bytes([0, a, b, c, d, e, f, g]) >= self.threshold
    }

    /// Whether the trace of such an invocation is always kept.
    pub fn keeps(&self, facts: Facts) -> bool {
        let slow = self.slow.is_some_and(|slow| facts.took >= slow);
        (self.errors && facts.failed) || (self.cold && facts.cold) || slow
    }
}

/// The threshold for a share.
fn parse_ratio(text: &str) -> Result<u64, String> {
    match text.parse::<f64>() {
        Ok(ratio) if (0.0..=1.0).contains(&ratio) => Ok(((1.0 - ratio) * RANDOMNESS as f64).round() as u64),
        _ => Err("is not a share from 0 to 1, such as 0.1".to_owned()),
    }
}

/// Parses the rules, ignoring case; the returned threshold has no meaning.
fn parse_rules(text: &str) -> Result<SamplingConfig, String> {
    let text = text.trim().to_ascii_lowercase();
    let mut config = SamplingConfig {
        threshold: 0,
        errors: false,
        cold: false,
        slow: None,
        debug_logs: false,
    };
    if text == "none" {
        return Ok(config);
    }
    for rule in text.split(',').map(str::trim) {
        match rule.split_once(':') {
            None if rule == "error" => config.errors = true,
            None if rule == "cold" => config.cold = true,
            Some(("slow", duration)) => config.slow = Some(parse_duration(duration.trim())?),
            _ => return Err("must be none, or of error, cold and slow:DURATION, such as error,slow:1s".to_owned()),
        }
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::parse;

    fn read(ratio: &str, rules: &str) -> SamplingConfig {
        let (config, _) = parse(&[("CLICKSTACK_TRACE_RATIO", ratio), ("CLICKSTACK_TRACE_KEEP", rules)]);
        config.sampling
    }

    fn trace(random: u64) -> [u8; 16] {
        let mut id = [0xff; 16];
        id[9..].copy_from_slice(&random.to_be_bytes()[1..]);
        id
    }

    #[test]
    fn a_share_is_kept_by_the_random_part_of_the_id() {
        let half = read("0.5", "none");
        assert!(half.keeps_trace(&trace(RANDOMNESS / 2)) && !half.keeps_trace(&trace(RANDOMNESS / 2 - 1)));
        assert!(!read("0", "none").keeps_trace(&trace(RANDOMNESS - 1)));
        assert!(read("1", "none").keeps_trace(&trace(0)) && !read("1", "none").is_on());
        // A higher ratio keeps what a lower one does.
        let tenth = read("0.1", "none");
        for random in (0..1_000).map(|number| number * (RANDOMNESS / 1_000)) {
            assert!(half.keeps_trace(&trace(random)) || !tenth.keeps_trace(&trace(random)));
        }
    }

    #[test]
    fn rules_keep_invocations() {
        let facts = |failed, cold, ms| Facts {
            failed,
            cold,
            took: Duration::from_millis(ms),
        };
        for (rules, kept) in [
            ("error", [true, false, false]),
            ("Cold", [false, true, false]),
            ("slow:500ms", [false, false, true]),
            ("error, slow: 500ms ,cold", [true, true, true]),
            ("none", [false, false, false]),
        ] {
            let config = read("0", rules);
            let invocations = [facts(true, false, 0), facts(false, true, 0), facts(false, false, 500)];
            assert_eq!(invocations.map(|facts| config.keeps(facts)), kept, "{rules}");
            assert!(!config.keeps(facts(false, false, 499)), "{rules}");
        }
    }

    #[test]
    fn values_that_are_not_valid_are_named() {
        for ratio in ["", "-0.1", "1.1", "10%", "nan"] {
            assert!(parse_ratio(ratio).unwrap_err().starts_with("is not a share"), "{ratio}");
        }
        for rules in ["", "errors", "slow", "error,", "slow:", "slow:1", "none,error"] {
            assert!(parse_rules(rules).is_err(), "{rules}");
        }
    }
}
