//! Lines that a replay of a durable function repeats.
//!
//! A durable function that was suspended runs again from its beginning: its finished steps are skipped, but what it
//! prints outside them is printed again, in the same order, since its code has to be deterministic. A line that the
//! previous invocation of the same execution wrote is therefore a repeated one, if no later line was already repeated.
//! Only invocations in this environment are known, and only those whose execution is known.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use crate::invocation::durable;
use crate::record::{Log, Origin};

/// Number of invocations whose lines are remembered.
const RUNS: usize = 8;

/// Number of lines remembered for each. Later ones are not recognized.
const LINES: usize = 2048;

/// The lines of an invocation.
#[derive(Debug)]
struct Run {
    request_id: Rc<str>,
    execution: Option<Rc<str>>,
    /// A digest of each line.
    digests: Vec<u64>,
    /// Number of lines of the previous run that were repeated, or skipped.
    repeated: usize,
}

/// The lines of the newest invocations, oldest first.
#[derive(Debug, Default)]
pub struct Replays {
    runs: VecDeque<Run>,
}

impl Replays {
    /// Handles a line of this invocation, in the order of writing, and marks it if it is repeated.
    pub fn line(&mut self, request_id: &Rc<str>, execution: Option<&Rc<str>>, log: &mut Log) {
        if log.origin != Origin::Function {
            return;
        }
        let digest = digest(log);
        let at = self.run_of(request_id);
        if let Some(run) = self.runs.get_mut(at) {
            run.execution = run.execution.take().or_else(|| execution.cloned());
            if run.digests.len() < LINES {
                run.digests.push(digest);
            }
        }
        if let Some(next) = self.place_in_run_before(at, digest) {
            if let Some(run) = self.runs.get_mut(at) {
                run.repeated = next;
            }
            durable::mark(log);
        }
    }

    fn run_of(&mut self, request_id: &Rc<str>) -> usize {
        if let Some(at) = self.runs.iter().rposition(|run| run.request_id == *request_id) {
            return at;
        }
        if self.runs.len() >= RUNS {
            self.runs.pop_front();
        }
        self.runs.push_back(Run {
            request_id: Rc::clone(request_id),
            execution: None,
            digests: Vec::new(),
            repeated: 0,
        });
        self.runs.len() - 1
    }

    /// The position after this line in the previous run of the same execution, if the line is still to be repeated.
    fn place_in_run_before(&self, at: usize, digest: u64) -> Option<usize> {
        let run = self.runs.get(at)?;
        let execution = run.execution.as_ref()?;
        let mut before = self.runs.iter().take(at);
        let before = before.rfind(|before| before.execution.as_ref() == Some(execution))?;
        let rest = before.digests.get(run.repeated..)?;
        rest.iter()
            .position(|known| *known == digest)
            .map(|found| run.repeated + found + 1)
    }
}

/// A digest of what a replay repeats of a line, which excludes its time.
fn digest(log: &Log) -> u64 {
    let mut hasher = DefaultHasher::new();
    (log.severity as u8, &log.body, durable::operation(log)).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::logs::from_line;
    use proptest::prelude::*;

    /// For each invocation, which of its lines are marked.
    fn marked(runs: &[(&str, &[&str])]) -> Vec<Vec<bool>> {
        let mut replays = Replays::default();
        let mut marked = Vec::new();
        for (number, (execution, lines)) in runs.iter().enumerate() {
            let request_id: Rc<str> = number.to_string().into();
            let execution: Option<Rc<str>> = Some(*execution).filter(|named| !named.is_empty()).map(Rc::from);
            let line = |line: &&str| {
                let mut log = from_line(Origin::Function, 1, &serde_json::Value::from(*line).to_string());
                replays.line(&request_id, execution.as_ref(), &mut log);
                durable::is_replayed(&log)
            };
            marked.push(lines.iter().map(line).collect());
        }
        marked
    }

    #[test]
    fn lines_outside_of_steps_are_repeated_in_their_order() {
        let runs: [(&str, &[&str]); 3] = [
            ("a", &["start", "in step 1", "suspended soon"]),
            ("a", &["start", "suspended soon", "awake", "in step 2"]),
            ("a", &["start", "suspended soon", "awake", "done"]),
        ];
        assert_eq!(
            marked(&runs),
            [
                vec![false; 3],
                vec![true, true, false, false],
                vec![true, true, true, false]
            ]
        );
    }

    #[test]
    fn the_same_text_again_is_a_new_line_once_the_run_before_has_no_more_of_it() {
        let runs: [(&str, &[&str]); 3] = [
            ("a", &["poll"]),
            ("a", &["poll", "poll"]),
            ("a", &["poll", "poll", "poll"]),
        ];
        assert_eq!(marked(&runs), [vec![false], vec![true, false], vec![true, true, false]]);
    }

    #[test]
    fn other_executions_and_unknown_ones_repeat_nothing() {
        let lines: &[&str] = &["start", "end"];
        let none = vec![false, false];
        assert_eq!(marked(&[("a", lines), ("b", lines)]), [none.clone(), none.clone()]);
        assert_eq!(marked(&[("", lines), ("", lines)]), [none.clone(), none.clone()]);
        let between = marked(&[("a", lines), ("b", lines), ("a", lines)]);
        assert_eq!(between, [none.clone(), none, vec![true, true]]);
    }

    #[test]
    fn a_line_that_differs_each_time_keeps_the_others_recognized() {
        let runs: [(&str, &[&str]); 2] = [("a", &["at 12:01", "start", "go"]), ("a", &["at 12:07", "start", "go"])];
        assert_eq!(marked(&runs)[1], [false, true, true]);
    }

    #[test]
    fn memory_is_bounded() {
        let mut replays = Replays::default();
        for number in 0..100 {
            let request_id: Rc<str> = number.to_string().into();
            for _ in 0..LINES + 10 {
                let mut log = from_line(Origin::Function, 1, "\"x\"");
                replays.line(&request_id, None, &mut log);
            }
        }
        assert_eq!(replays.runs.len(), RUNS);
        assert!(replays.runs.iter().all(|run| run.digests.len() == LINES));
    }

    proptest! {
        #[test]
        fn what_is_repeated_in_its_order_is_marked_and_never_more_often_than_written(
            lines in prop::collection::vec("[a-c]", 0..20), kept in prop::collection::vec(any::<bool>(), 20),
        ) {
            let all: Vec<&str> = lines.iter().map(String::as_str).collect();
            let some: Vec<&str> = all.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(line, _)| *line).collect();
            let marked = marked(&[("a", &all), ("a", &some), ("a", &[])]);
            prop_assert!(marked[1].iter().all(|marked| *marked), "{all:?} {some:?}");
            prop_assert!(marked[0].iter().all(|marked| !marked));
        }
    }
}
