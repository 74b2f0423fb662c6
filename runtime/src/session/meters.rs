//! Lambda's measurements, aggregated separately by the labels of the invocations, so that one tenant's numbers do not
//! appear in another's.

use crate::buffer::Drops;
use crate::convert::platform::metrics::Measures;
use crate::invocation::{Invocation, Labels};
use crate::lambda::telemetry::Done;
use crate::record::{Metric, TraceContext};

/// Distinct labels between two exports; the numbers of any further ones have no labels.
const MOST: usize = 64;

/// With exemplars of this many invocations, metrics are due before their interval is over,
const ENOUGH_EXEMPLARS: usize = 256;
/// and any further invocation after this many has none: until metrics are sent, more may end.
const MOST_EXEMPLARS: usize = 512;

/// Measurements since metrics were last sent.
#[derive(Debug)]
pub struct Meters {
    function_name: String,
    /// Of invocations without labels, and of the environment itself.
    plain: Measures,
    labelled: Vec<(Labels, Measures)>,
    /// Whether invocations have exemplars.
    pub exemplars: bool,
}

impl Meters {
    /// No measurements yet, for this function.
    pub fn new(function_name: &str) -> Self {
        Meters {
            function_name: function_name.to_owned(),
            plain: Measures::new(function_name),
            labelled: Vec::new(),
            exemplars: false,
        }
    }

    /// Adds an invocation that has ended.
    pub fn invocation(&mut self, invocation: &Invocation) {
        self.of(&invocation.labels).invocation(invocation);
    }

    /// Adds a `platform.report` of an invocation with these labels, and with this span if it is sent.
    pub fn report(&mut self, report: &Done<'_>, labels: Option<&Labels>, at: u64, span: Option<TraceContext>) {
        let span = span.filter(|_| self.exemplars && self.exemplars() < MOST_EXEMPLARS);
        match labels {
            Some(labels) => self.of(labels).report(report, at, span),
            None => self.plain.report(report, at, span),
        }
    }

    /// The number of invocations with exemplars since metrics were last sent.
    fn exemplars(&self) -> usize {
        let labelled = self.labelled.iter().map(|(_, measures)| measures.exemplars());
        self.plain.exemplars() + labelled.sum::<usize>()
    }

    fn of(&mut self, labels: &Labels) -> &mut Measures {
        if labels.is_empty() {
            return &mut self.plain;
        }
        let known = self.labelled.iter().position(|(known, _)| known == labels);
        let at = known.unwrap_or_else(|| {
            if self.labelled.len() < MOST {
                let measures = Measures::with_labels(&self.function_name, labels);
                self.labelled.push((labels.clone(), measures));
                return self.labelled.len() - 1;
            }
            MOST
        });
        self.labelled
            .get_mut(at)
            .map_or(&mut self.plain, |(_, measures)| measures)
    }

    /// Whether there are measurements and they are due.
    pub fn is_due(&self, now: u64, ending: bool) -> bool {
        let mut labelled = self.labelled.iter();
        self.exemplars() >= ENOUGH_EXEMPLARS
            || self.plain.is_due(now, ending)
            || labelled.any(|(_, measures)| measures.is_due(now, ending))
    }

    /// Takes the metrics since the last call; `drops` are counts since the environment's start.
    pub fn take(&mut self, drops: Drops, now: u64) -> Vec<Metric> {
        let mut metrics = self.plain.take(drops, now);
        for (_, mut measures) in self.labelled.drain(..) {
            metrics.append(&mut measures.take(Drops::default(), now));
        }
        metrics
    }
}

#[cfg(test)]
mod tests;
