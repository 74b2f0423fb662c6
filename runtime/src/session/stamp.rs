//! The ids of a log record.

use super::durable::Durable;
use crate::convert::logs;
use crate::invocation::{Invocations, Placement};
use crate::record::{Log, Origin};

/// Completes a log record with its invocation's ids; returns false if they are not known yet. Ids of the line itself
/// take precedence.
pub fn stamp(log: &mut Log, invocations: &Invocations, durable: &mut Durable) -> bool {
    if log.stamped {
        return true;
    }
    // A line of another extension has a request id only if it contains one.
    if log.origin == Origin::Extension && log.request_id.is_none() {
        log.stamped = true;
        return true;
    }
    let mut placement = invocations.place(log.request_id.as_ref(), log.observed);
    if placement == Placement::Unknown {
        // Lambda announces an invocation before its lines are delivered. So once the invocation in which the line was
        // written is settled, an unknown id is the application's own, or one of another environment.
        placement = invocations.place(None, log.observed);
        match placement {
            Placement::Known(..) if invocations.may_announce_one_of(log.observed) => return false,
            Placement::Known(..) => logs::disclaim(log),
            Placement::Later | Placement::Unknown => {}
        }
    }
    let Placement::Known(request_id, context) = placement else {
        return false;
    };
    log.request_id = log.request_id.take().or(request_id);
    if let Some(context) = context {
        log.complete_context(context);
    }
    label(log, invocations);
    durable.line(log, invocations);
    log.stamped = true;
    true
}

/// Adds the attributes of its invocation.
fn label(log: &mut Log, invocations: &Invocations) {
    let labels = log.request_id.as_ref().and_then(|id| invocations.labels(id));
    if let Some(labels) = labels {
        labels.complete(&mut log.attributes);
    }
}
