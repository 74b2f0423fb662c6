//! The order of lines whose times are whole milliseconds, as written by Lambda and most loggers.
//!
//! ClickHouse returns rows with equal times in any order. Consecutive lines within a millisecond therefore get
//! increasing nanoseconds.

const MILLISECOND: u64 = 1_000_000;

/// Milliseconds remembered. Lines with their own time and lines with Lambda's alternate between a few of them.
const REMEMBERED: usize = 8;

/// The last time given in each of the newest milliseconds.
#[derive(Debug, Default)]
pub struct Order {
    last: [u64; REMEMBERED],
    /// The slot that is used for the next new millisecond.
    next: usize,
}

impl Order {
    /// The time of the next record, in nanoseconds: after the previous one in the same millisecond. A time with more
    /// than millisecond precision is unchanged.
    pub fn place(&mut self, time: u64) -> u64 {
        let millisecond = time / MILLISECOND;
        let known = self.last.iter_mut().find(|last| **last / MILLISECOND == millisecond);
        let Some(last) = known.filter(|last| **last != 0) else {
            if let Some(place) = self.last.get_mut(self.next) {
                *place = time;
            }
            self.next = (self.next + 1) % REMEMBERED;
            return time;
        };
        if time % MILLISECOND != 0 {
            *last = time.max(*last);
            return time;
        }
        // A million records in one millisecond do not occur; they would share the last nanosecond.
        *last = last.saturating_add(1).min(time.saturating_add(MILLISECOND - 1));
        *last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: u64 = MILLISECOND;

    fn placed(times: &[u64]) -> Vec<u64> {
        let mut order = Order::default();
        times.iter().map(|time| order.place(*time)).collect()
    }

    #[test]
    fn records_of_one_millisecond_rise_within_it() {
        assert_eq!(placed(&[5 * MS; 3]), [5 * MS, 5 * MS + 1, 5 * MS + 2]);
        assert_eq!(
            placed(&[5 * MS, 6 * MS, 6 * MS, 7 * MS]),
            [5 * MS, 6 * MS, 6 * MS + 1, 7 * MS]
        );
    }

    #[test]
    fn sources_of_the_time_that_alternate_keep_their_order() {
        let times = [5 * MS, 6 * MS, 5 * MS, 6 * MS, 5 * MS];
        assert_eq!(placed(&times), [5 * MS, 6 * MS, 5 * MS + 1, 6 * MS + 1, 5 * MS + 2]);
    }

    #[test]
    fn exact_times_are_untouched_and_others_follow_them() {
        let times = [5 * MS + 250_000, 5 * MS, 5 * MS + 100, 5 * MS];
        assert_eq!(
            placed(&times),
            [5 * MS + 250_000, 5 * MS + 250_001, 5 * MS + 100, 5 * MS + 250_002]
        );
    }

    #[test]
    fn a_full_millisecond_and_the_epoch_are_survived() {
        assert_eq!(placed(&[5 * MS + MS - 1, 5 * MS, 5 * MS]), [6 * MS - 1; 3]);
        assert_eq!(placed(&[0, 0, u64::MAX, u64::MAX / MS * MS]).len(), 4);
    }

    proptest! {
        #[test]
        fn never_leaves_the_millisecond_and_always_rises_in_it(gaps in prop::collection::vec(0_u64..2, 1..200)) {
            let times: Vec<u64> = gaps.iter().scan(1_000, |at, gap| { *at += gap; Some(*at * MS) }).collect();
            let placed = placed(&times);
            for (time, placed) in times.iter().zip(&placed) {
                prop_assert_eq!(time / MS, placed / MS);
            }
            prop_assert!(placed.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
