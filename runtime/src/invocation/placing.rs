//! Assigns lines to an invocation, and to a position in a trace.

use std::rc::Rc;

use super::Invocations;
use super::placement::Placement;

impl Invocations {
    /// Assigns a line that Lambda received `at`, with the request id that it contains, if any.
    pub fn place(&self, request_id: Option<&Rc<str>>, at: u64) -> Placement {
        match request_id {
            Some(id) => match self.newest(id) {
                Some(index) => self.placement(index, true),
                None => Placement::Unknown,
            },
            None if self.concurrent => Placement::Known(None, None),
            None => self.place_by_time(at),
        }
    }

    /// Whether a line that arrived `at` may come from an invocation that Lambda has not announced yet. If several run
    /// at a time, that is no longer possible once a later one was announced; if they run one at a time, `place`
    /// decides.
    pub fn may_announce_one_of(&self, at: u64) -> bool {
        self.concurrent && self.recent.iter().all(|invocation| invocation.began() <= at)
    }

    /// For one invocation at a time: the newest invocation that had begun when the line arrived. Before the first one
    /// of this environment it is a line of the init phase: in the first invocation's trace, but of no invocation.
    fn place_by_time(&self, at: u64) -> Placement {
        for index in (0..self.recent.len()).rev() {
            if self.begun_by(index, at) {
                return self.placement(index, true);
            }
        }
        match self.recent.front() {
            None => Placement::Later,
            Some(_) => self.placement(0, self.seen > self.recent.len() as u64),
        }
    }

    pub(super) fn begun_by(&self, index: usize, at: u64) -> bool {
        if let Some(started) = self.recent[index].started {
            return started <= at;
        }
        // Only INVOKE has arrived, whose time of receipt may be later than the first line's. What arrived after the end
        // of the previous invocation belongs to this one.
        match index.checked_sub(1).map(|before| &self.recent[before].outcome) {
            Some(Some(outcome)) => outcome.at < at,
            Some(None) => self.recent[index].began() <= at,
            None => self.recent[index].outcome.is_some() || self.recent[index].began() <= at,
        }
    }

    fn placement(&self, index: usize, within: bool) -> Placement {
        let invocation = &self.recent[index];
        if !invocation.ids_final() {
            return Placement::Later;
        }
        invocation.a_line_leaves();
        let request_id = within.then(|| Rc::clone(&invocation.request_id));
        Placement::Known(request_id, Some(invocation.context()))
    }
}
