//! The session as the source of exports.

use super::Session;
use crate::buffer::{Batch, Drops, Source, Usage};
use crate::record::Signal;

impl Source for Session {
    fn usage(&self) -> Usage {
        Session::usage(self)
    }

    fn take(&mut self, signal: Signal, limit: usize, now: u64) -> Batch {
        Session::take(self, signal, limit, now)
    }

    fn waiting(&self) -> usize {
        Session::waiting(self)
    }

    fn drops(&self) -> Drops {
        Session::drops(self)
    }

    fn drops_mut(&mut self) -> &mut Drops {
        &mut self.buffer.drops
    }
}
