//! Rejected requests of the function's SDK. SDKs do not report failed exports unless their own diagnostics are enabled,
//! so the extension reports the first rejection for each signal.

use std::cell::Cell;
use std::rc::Rc;

use crate::diagnostics::Diagnostics;
use crate::record::Signal;

/// Reports rejections.
pub struct Refusals {
    diagnostics: Rc<Diagnostics>,
    /// By signal; the last one is for requests of an unknown signal.
    reported: Cell<[bool; 4]>,
}

impl Refusals {
    /// Nothing is reported yet.
    pub fn new(diagnostics: Rc<Diagnostics>) -> Self {
        let reported = Cell::default();
        Refusals { diagnostics, reported }
    }

    /// Reports a rejected request with this content type.
    pub fn report(&self, signal: Option<Signal>, content_type: &str, reason: &str) {
        let mut reported = self.reported.get();
        let place = signal.and_then(|signal| Signal::ALL.iter().position(|known| *known == signal));
        if std::mem::replace(&mut reported[place.unwrap_or(3)], true) {
            return;
        }
        self.reported.set(reported);
        let signal = signal.map_or("telemetry", Signal::name);
        let content_type = match content_type {
            "" => "without content type".to_owned(),
            kind => format!("content type {kind}"),
        };
        self.diagnostics.warn(&format!(
            "a request with {signal} of the function's OpenTelemetry SDK was refused ({content_type}): {reason}; further ones \
             are refused without a message"
        ));
    }
}
