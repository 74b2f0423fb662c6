//! Inserts that are too large for a proxy in front of ClickHouse.

use super::*;
use crate::export::clickhouse::blocks;

fn logs(count: usize) -> Batch {
    let line = |number: usize| from_line(Origin::Function, 7, &format!("\"{number:04} {}\"", number * 7_919));
    Batch {
        logs: (0..count).map(line).collect(),
        ..Batch::default()
    }
}

#[test]
fn inserts_are_halved_by_rows_until_a_proxy_takes_them() {
    for lz4 in [true, false] {
        run(async {
            let limit = 2_000;
            let server = Server::start(move |seen| match seen.body.len() > limit {
                true => Answer::new(413, "<html>413 Request Entity Too Large</html>"),
                false => Answer::new(200, ""),
            })
            .await;
            let exporter = exporter(&server, lz4);
            let whole = exporter.encode(Signal::Logs, logs(100), &resource());
            let rows = |body: &[u8]| {
                if lz4 {
                    blocks::unpack(body).unwrap()
                } else {
                    body.to_vec()
                }
            };
            let expected = rows(&whole[0].body);
            let mut waiting = vec![whole];
            let mut taken = Vec::new();
            while let Some(inserts) = waiting.pop() {
                match exporter.send(&inserts, TIME).await {
                    Verdict::TooLarge(reason, None) => {
                        assert!(reason.contains("413"), "{reason}");
                        let split = split(&inserts);
                        assert_eq!(split.refused, 0);
                        let parts = split.parts.into_iter().rev();
                        waiting.extend(parts.map(|(inserts, _)| inserts));
                    }
                    verdict => {
                        assert_eq!(verdict, Verdict::Delivered(0));
                        taken.extend(inserts.iter().flat_map(|insert| rows(&insert.body)));
                    }
                }
            }
            assert_eq!(taken, expected, "every row once, in its order");
        });
    }
}

#[test]
fn one_row_that_is_too_large_costs_no_other() {
    run(async {
        let server = Server::start(|seen| match seen.path.contains("metrics_sum") {
            true => Answer::new(413, ""),
            false => Answer::new(200, ""),
        })
        .await;
        let exporter = exporter(&server, true);
        let inserts = exporter.encode(Signal::Metrics, two_metrics(), &resource());
        assert!(matches!(exporter.send(&inserts, TIME).await, Verdict::TooLarge(..)));
        let split = split(&inserts);
        assert_eq!((split.parts.len(), split.refused), (0, 1));
    });
}
