//! When to send: pure decisions. The clock is passed in.

mod rhythm;
mod waiting;

use std::time::{Duration, Instant};

pub use rhythm::{FlushMode, FlushPlan, Rhythm};
pub use waiting::WaitForLogs;

/// Time left for Lambda between the end of the extension's work and the function's deadline.
pub const DEADLINE_MARGIN: Duration = Duration::from_millis(100);

/// Maximum age of telemetry before it is sent while its invocation is still running. Shorter invocations send once, at
/// their end.
const LONGEST_HOLD: Duration = Duration::from_millis(1_250);

/// Lines that an invocation left to the next one are sent after this time at the latest.
const LEFT_HOLD: Duration = Duration::from_secs(1);

/// If the lines' ids are final, chunks of this size are sent while the function runs, so only a small request remains
/// at its end.
const EARLY_BYTES: usize = 64 * 1024;

/// With nothing to do, the situation is re-evaluated after this time.
const IDLE: Duration = Duration::from_secs(20);

/// Before a flush that overlaps an invocation, how long to wait for the end of the previous one: Lambda delivers it
/// within 25 ms after the thaw, and its lines are only sent with it.
const SETTLE: Duration = Duration::from_millis(50);

/// The situation during an invocation.
#[derive(Debug, Clone, Copy)]
pub struct Situation {
    /// The current time.
    pub now: Instant,
    /// When the invocation began.
    pub began: Instant,
    /// When function and extensions must have finished.
    pub deadline: Instant,
    /// When telemetry is to be sent.
    pub plan: FlushPlan,
    /// Whether Lambda delivers telemetry. If not, the end of the invocation cannot be noticed.
    pub subscribed: bool,
    /// Whether the invocation has ended.
    pub done: bool,
    /// Whether its handler has ended, and neither Lambda's event about it nor its last lines are awaited.
    pub told: bool,
    /// Whether it began with lines of earlier invocations queued or still expected.
    pub has_earlier: bool,
    /// Whether the earlier ones have ended.
    pub earlier_done: bool,
    /// Whether the ids of its lines are final: no handler span is expected, or it has arrived.
    pub ids_known: bool,
    /// Bytes queued.
    pub buffered: usize,
    /// Capacity in bytes.
    pub capacity: usize,
    /// When something was last sent during this invocation, or its start.
    pub last_sent: Instant,
    /// How long ago the last flush was, frozen time included.
    pub since_flush: Duration,
}

/// What to do next during an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Send everything until this time, then ask for the next event.
    Finish(Instant),
    /// Ask for the next event at once: there is no time to send, or none should be spent.
    Leave,
    /// Send what is queued while the function runs.
    Relieve,
    /// Decide again after this time, or when telemetry arrives.
    Wait(Duration),
}

/// Decides what to do during an invocation. If the extension asks for the next event early, Lambda does not wait for
/// it: the environment is frozen when the handler is done. Lines that are sent while their invocation runs cannot have
/// the ids of a handler span that the function's SDK sends at its end; the span that they name is then linked with it.
pub fn decide(situation: &Situation) -> Decision {
    let until = situation.deadline.checked_sub(DEADLINE_MARGIN).unwrap_or(situation.now);
    if situation.now >= until {
        return Decision::Leave;
    }
    match situation.plan {
        FlushPlan::End => after_the_handler(situation, until),
        FlushPlan::Periodic(period) => beside_the_handler(situation, until, period),
        FlushPlan::Continuous(_) => Decision::Leave,
    }
}

fn after_the_handler(situation: &Situation, until: Instant) -> Decision {
    let Situation {
        now, began, last_sent, ..
    } = *situation;
    if situation.done || situation.told || !situation.subscribed {
        return Decision::Finish(until);
    }
    let early = situation.ids_known && situation.buffered >= EARLY_BYTES;
    if early || is_much(situation.buffered, situation.capacity) {
        return Decision::Relieve;
    }
    let hold = match situation.has_earlier && last_sent == began {
        true => LEFT_HOLD,
        false => LONGEST_HOLD,
    };
    let due = last_sent + hold;
    if situation.buffered > 0 && now >= due {
        return Decision::Relieve;
    }
    let wake = if due > now {
        due.min(until)
    } else {
        (now + IDLE).min(until)
    };
    Decision::Wait(wake - now)
}

fn beside_the_handler(situation: &Situation, until: Instant, period: Duration) -> Decision {
    let due = situation.since_flush >= period || is_much(situation.buffered, situation.capacity);
    if !due {
        return Decision::Leave;
    }
    let settled = (situation.began + SETTLE).min(until);
    if situation.subscribed && !situation.earlier_done && situation.now < settled {
        return Decision::Wait(settled - situation.now);
    }
    Decision::Finish(until)
}

/// Whether so much is queued that it is sent before the planned time.
fn is_much(buffered: usize, capacity: usize) -> bool {
    buffered >= capacity / 4
}

/// The situation between events: the handler may be running, or the environment may be about to freeze.
#[derive(Debug, Clone, Copy)]
pub struct Background {
    /// When telemetry is to be sent.
    pub plan: FlushPlan,
    /// Whether anything is queued: lines, or the span of an invocation without lines.
    pub waiting: bool,
    /// Bytes queued.
    pub buffered: usize,
    /// Capacity in bytes.
    pub capacity: usize,
    /// How long ago the last flush was, frozen time included.
    pub since_flush: Duration,
    /// How long ago the last invocation began, or the environment was thawed.
    pub since_invoke: Duration,
    /// Whether that invocation is running, as far as is known.
    pub running: bool,
    /// Whether its handler has ended without Lambda having reported it yet.
    pub told: bool,
    /// The current minimum time between flushes: longer after one that sent too little.
    pub rest: Duration,
}

/// What to do between events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    /// Send what is complete; `commit` also sends lines of running invocations.
    Send {
        /// Whether lines are sent before their invocation's ids are final.
        commit: bool,
    },
    /// Decide again after this time, or when telemetry arrives.
    Wait(Duration),
}

/// Decides what to do between events, if the plan does not wait for the handler.
pub fn between(background: &Background) -> Between {
    let Background {
        plan,
        waiting,
        buffered,
        capacity,
        since_flush,
        since_invoke,
        running,
        told,
        rest,
    } = *background;
    let much = is_much(buffered, capacity);
    let pause = match plan {
        // The handler has ended and the runtime is still working, for an unknown time.
        FlushPlan::End if told => LONGEST_HOLD,
        FlushPlan::End => return Between::Wait(IDLE),
        FlushPlan::Periodic(_) if running => LONGEST_HOLD,
        FlushPlan::Periodic(period) => period.max(IDLE),
        FlushPlan::Continuous(rhythm) => rhythm,
    };
    let due = if much { rest } else { pause.max(rest) };
    // No request is started during an invocation that may end soon: the environment could freeze in the middle of it.
    let young = match plan {
        FlushPlan::End | FlushPlan::Periodic(_) if running && !much => LONGEST_HOLD.saturating_sub(since_invoke),
        _ => Duration::ZERO,
    };
    match due.saturating_sub(since_flush).max(young) {
        left if !left.is_zero() => Between::Wait(left),
        _ if !waiting => Between::Wait(pause),
        _ => Between::Send {
            commit: much || since_invoke >= LONGEST_HOLD,
        },
    }
}

#[cfg(test)]
mod tests;
