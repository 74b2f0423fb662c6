//! The ids of a log record.

use crate::convert::logs;
use crate::invocation::{Invocations, Placement};
use crate::record::{Log, Origin};

/// Completes a log record with its invocation's ids; false if they aren't known yet. Ids of the line itself count first.
pub fn stamp(log: &mut Log, invocations: &Invocations) -> bool {
    if log.stamped {
        return true;
    }
    // What another extension says has a request id only if it names one itself.
    if log.origin == Origin::Extension && log.request_id.is_none() {
        log.stamped = true;
        return true;
    }
    match invocations.place(log.request_id.as_ref(), log.observed) {
        Placement::Unknown if log.claimed => {
            logs::disclaim(log);
            return stamp(log, invocations);
        }
        Placement::Later | Placement::Unknown => return false,
        Placement::Known(request_id, context) => {
            log.request_id = log.request_id.take().or(request_id);
            log.context = log.context.or(context);
        }
    }
    log.stamped = true;
    true
}
