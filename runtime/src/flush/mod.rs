//! When to send: pure decisions. The clock is passed in.

mod rhythm;
mod waiting;

use std::time::{Duration, Instant};

pub use rhythm::{FlushMode, FlushPlan, Rhythm};
pub use waiting::WaitForLogs;

/// Time left for Lambda between the end of our work and the function's deadline.
pub const DEADLINE_MARGIN: Duration = Duration::from_millis(100);

/// Telemetry of an invocation that goes on is this old at most before it is sent while the function runs. Shorter ones send
/// once, at their end.
const LONGEST_HOLD: Duration = Duration::from_millis(1_250);

/// Lines that an invocation left to the next one leave after this time at the latest.
const LEFT_HOLD: Duration = Duration::from_secs(1);

/// Where the lines' ids are final already, so much is sent while the function runs: at its end a small request is left.
const EARLY_BYTES: usize = 64 * 1024;

/// With nothing to do, things are looked at again after this time.
const IDLE: Duration = Duration::from_secs(20);

/// Before a flush that overlaps an invocation, the end of the one before is waited for so long: Lambda delivers it within
/// 25 ms after the thaw, and its lines leave only with it.
const SETTLE: Duration = Duration::from_millis(50);

/// What the decision during an invocation rests on.
#[derive(Debug, Clone, Copy)]
pub struct Situation {
    /// The time.
    pub now: Instant,
    /// When the invocation came.
    pub began: Instant,
    /// When function and extensions must be done.
    pub deadline: Instant,
    /// When telemetry is to leave.
    pub plan: FlushPlan,
    /// Whether Lambda delivers telemetry. If not, the end of the invocation can't be seen.
    pub subscribed: bool,
    /// Whether the invocation has ended.
    pub done: bool,
    /// Whether its handler has ended, and neither Lambda's word on it nor its last lines are waited for.
    pub told: bool,
    /// Whether it began with lines, or with lines to come, of invocations before it.
    pub has_earlier: bool,
    /// Whether those before it have.
    pub earlier_done: bool,
    /// Whether the ids of its lines are final already: no handler span is to come, or it has.
    pub ids_known: bool,
    /// Bytes that wait.
    pub buffered: usize,
    /// Bytes that may wait.
    pub capacity: usize,
    /// When something was last sent while this invocation ran, or its start.
    pub last_sent: Instant,
    /// How long ago the last flush was, frozen time included.
    pub since_flush: Duration,
}

/// What to do next during an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Send everything until this time, then ask for the next event.
    Finish(Instant),
    /// Ask for the next event at once: there is no time to send, or none is to be taken.
    Leave,
    /// Send what there is while the function runs.
    Relieve,
    /// Look again after this time, or when telemetry arrives.
    Wait(Duration),
}

/// Decides what to do during an invocation. Whoever asks for the next event early is not waited for: Lambda freezes the
/// environment when the handler is done. Lines that leave while their invocation runs can't take the ids of a handler
/// span that the function's SDK sends at its end; the span that they name is linked with it then.
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

/// So much that it is sent although the plan says later.
fn is_much(buffered: usize, capacity: usize) -> bool {
    buffered >= capacity / 4
}

/// What the decision between events rests on: the handler may run, or the environment be about to freeze.
#[derive(Debug, Clone, Copy)]
pub struct Background {
    /// When telemetry is to leave.
    pub plan: FlushPlan,
    /// Whether anything waits: lines, or the span of an invocation that had none.
    pub waiting: bool,
    /// Bytes that wait.
    pub buffered: usize,
    /// Bytes that may wait.
    pub capacity: usize,
    /// How long ago the last flush was, frozen time included.
    pub since_flush: Duration,
    /// How long ago the last invocation came, or the environment was thawed.
    pub since_invoke: Duration,
    /// Whether that invocation runs, as far as is known.
    pub running: bool,
    /// Whether its handler has ended, which Lambda has not said yet.
    pub told: bool,
    /// The least time between flushes now: longer after one that sent too little.
    pub rest: Duration,
}

/// What to do between events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    /// Send what is complete; `commit` sends lines of invocations that run, too.
    Send {
        /// Whether lines leave before their invocation's ids are final.
        commit: bool,
    },
    /// Look again after this time, or when telemetry arrives.
    Wait(Duration),
}

/// Decides what to do between events, where the plan lets the handler run without us.
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
        // The handler has ended and the runtime still works: nothing says for how long.
        FlushPlan::End if told => LONGEST_HOLD,
        FlushPlan::End => return Between::Wait(IDLE),
        FlushPlan::Periodic(_) if running => LONGEST_HOLD,
        FlushPlan::Periodic(period) => period.max(IDLE),
        FlushPlan::Continuous(rhythm) => rhythm,
    };
    let due = if much { rest } else { pause.max(rest) };
    // Beside an invocation that perhaps is over soon nothing is begun: the environment may freeze in the middle of it.
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
