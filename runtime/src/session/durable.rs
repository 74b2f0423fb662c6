//! Durable functions: which execution an invocation belongs to, what a replay repeats, and the root of its trace.

use std::collections::VecDeque;
use std::rc::Rc;

use super::replays::Replays;
use crate::config::LogsConfig;
use crate::convert::platform::spans;
use crate::invocation::{Invocation, Invocations, durable};
use crate::lambda::telemetry;
use crate::record::{Log, Span};

/// Contained in the runtime version of a durable function, such as `nodejs:24.DurableFunction.v10`.
const RUNTIME_MARK: &str = "DurableFunction";

/// Maximum number of executions for which it is remembered that their root was sent.
const REMEMBERED: usize = 256;

/// The state of durable executions.
#[derive(Debug, Default)]
pub struct Durable {
    /// The function is a durable one, as far as is known.
    pub(super) is_durable: bool,
    replays: Replays,
    /// The executions whose root this environment has sent.
    rooted: VecDeque<Rc<str>>,
}

impl Durable {
    /// Handles `platform.initStart`.
    pub fn begin(&mut self, event: &telemetry::Phase<'_>) {
        self.is_durable |= event.runtime_version.contains(RUNTIME_MARK);
    }

    /// Marks a line of an invocation that a replay repeats.
    pub fn line(&mut self, log: &mut Log, invocations: &Invocations) {
        if !self.is_durable {
            return;
        }
        if let Some(request_id) = log.request_id.clone() {
            let execution = invocations
                .labels(&request_id)
                .and_then(|labels| labels.execution.as_ref());
            self.replays.line(&request_id, execution, log);
        }
    }

    /// Drops what a replay repeats, if the user has configured that.
    pub fn drop_replayed(&self, logs: &mut Vec<Log>, config: &LogsConfig) {
        if config.without_replayed && self.is_durable {
            logs.retain(|log| !durable::is_replayed(log));
        }
    }

    /// The root span above the invoke span of this invocation, once for each execution in an environment.
    pub fn root(&mut self, invocation: &Invocation, function_name: &str) -> Option<Span> {
        let execution = invocation.labels.execution.as_ref()?;
        if self.rooted.contains(execution) {
            return None;
        }
        let root = spans::execution_span(invocation, function_name)?;
        if self.rooted.len() >= REMEMBERED {
            self.rooted.pop_front();
        }
        self.rooted.push_back(Rc::clone(execution));
        Some(root)
    }
}
