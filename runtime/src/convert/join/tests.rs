use super::*;
use proptest::prelude::*;

fn line(number: usize, text: &str) -> Log {
    logs::from_text(Origin::Function, number as u64 + 1, &format!("{text}\n"))
}

/// The records for lines that arrive one by one.
fn joined_logs(text: &str) -> Vec<Log> {
    let mut kept = Vec::new();
    let mut joiner = Joiner::default();
    for (number, part) in text.split('\n').enumerate() {
        joiner.offer(line(number, part), &mut |log| kept.push(log));
    }
    joiner.close(&mut |log| kept.push(log));
    assert_eq!((joiner.waiting(), joiner.bytes(), joiner.newest()), (0, 0, None));
    kept
}

fn bodies(text: &str) -> Vec<String> {
    joined_logs(text).into_iter().map(|log| log.body).collect()
}

/// The text between two ordinary lines is one record; returns its attributes.
fn one(text: &str) -> (Log, Vec<String>) {
    let mut logs = joined_logs(&format!("before\n{text}\nafter"));
    let all: Vec<&str> = logs.iter().map(|log| log.body.as_str()).collect();
    assert_eq!(all, ["before", text, "after"]);
    let log = logs.remove(1);
    assert_eq!(log.time, 2, "the first line's time");
    let attribute = |name: &str| {
        let found = log.attributes.iter().find(|(key, _)| key == name);
        found
            .and_then(|(_, value)| value.as_str())
            .unwrap_or_default()
            .to_owned()
    };
    let attributes = vec![attribute("exception.type"), attribute("exception.message")];
    (log, attributes)
}

const PYTHON: &str = "Traceback (most recent call last):\n  File \"/var/task/app.py\", line 8, in handler\n    1 / 0\n    ~~^~~\nZeroDivisionError: division by zero";
const CRASH: &str = "/var/task/index.js:11\n    setTimeout(() => { throw new Error('later') });\n                       ^\n\nError: later\n    at Timeout._onTimeout (/var/task/index.js:11:31)\n    at listOnTimeout (node:internal/timers:581:17)\n\nNode.js v22.14.0";
const REJECTION: &str = "node:internal/process/promises:394\n      triggerUncaughtException(err, true);\n      ^\n\n[UnhandledPromiseRejection: This error originated either] {\n  code: 'ERR_UNHANDLED_REJECTION'\n}\n\nNode.js v22.14.0";
const JAVA: &str = "java.lang.IllegalStateException: no order\n\tat com.example.Handler.handle(Handler.java:7)\n\tat com.example.Main.main(Main.java:3)\nCaused by: java.io.IOException: closed\n\tat com.example.Stream.read(Stream.java:1)\n\t... 2 more";
const NODE: &str = "TypeError: x is not a function\n    at handler (/var/task/index.js:3:4)\n    at run (/var/runtime/ric.mjs:1:1) {\n  code: 'E_X',\n  detail: { a: 1 }\n}";
const GO: &str = "panic: order is nil\n\ngoroutine 1 [running]:\nmain.handle(0x0)\n\t/src/main.go:12 +0x1d\nmain.main()\n\t/src/main.go:7 +0x20";

const OTHERS: &str = "--- Logging error ---\nTraceback (most recent call last):\n  File \"x.py\", line 8, in handler\nTypeError: no\nCall stack:\n  File \"x.py\", line 9, in handler\nMessage: 'a'\nFatal Python error: Aborted\n\nCurrent thread 0x7 (most recent call first):\n  File \"x.py\", line 8 in handler\nFATAL ERROR: heap limit\n----- Native stack trace -----\n\n 1: 0xb0 node::Abort()\nSIGSEGV: segmentation violation\nPC=0x4\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:7 +0x20\nrax    0x0\nProcess terminated. x\n   at A.B()\n--------------------------------\nError: \n   0: x\n   1: y\n\nLocation:\n   src/main.rs:9";

#[test]
fn python_tracebacks() {
    let (log, attributes) = one(PYTHON);
    assert_eq!(log.severity, Severity::Error);
    assert_eq!(attributes, ["ZeroDivisionError", "division by zero"]);
    let chained =
        format!("{PYTHON}\n\nDuring handling of the above exception, another exception occurred:\n\n{PYTHON}");
    assert_eq!(one(&chained).1[0], "ZeroDivisionError");
}

#[test]
fn crashes_and_rejections_of_node() {
    let (log, attributes) = one(CRASH);
    assert_eq!(log.severity, Severity::Fatal);
    assert_eq!(attributes, ["Error", "later"]);
    assert_eq!(one(REJECTION).0.severity, Severity::Fatal);
}

#[test]
fn errors_with_frames() {
    assert_eq!(one(JAVA).1, ["java.lang.IllegalStateException", "no order"]);
    assert_eq!(one(NODE).1, ["TypeError", "x is not a function"]);
    let uncaught = format!("Exception in thread \"main\" {JAVA}");
    assert_eq!(one(&uncaught).1, ["java.lang.IllegalStateException", "no order"]);
    assert_eq!(one(GO).1, ["panic", "order is nil"]);
}

#[test]
fn traces_end_where_something_else_begins() {
    for other in ["status: done", "hello", "42", ""] {
        let cut = PYTHON.rsplit_once('\n').unwrap().0;
        assert_eq!(bodies(&format!("{cut}\n{other}")), [cut, other]);
        assert_eq!(bodies(&format!("{PYTHON}\n{other}")), [PYTHON, other]);
        assert_eq!(bodies(&format!("{JAVA}\n{other}")), [JAVA, other]);
        assert_eq!(bodies(&format!("{CRASH}\n{other}")), [CRASH, other]);
    }
    assert_eq!(bodies(&format!("{PYTHON}\n{PYTHON}\n{NODE}")), [PYTHON, PYTHON, NODE]);
}

#[test]
fn what_only_looks_like_a_beginning_stays_single() {
    for text in [
        "Error: just text\nnext",
        "/var/task/index.js:11\nsource\nno marker",
        "/health:80\nTraceback (most recent call last):\nx",
        "panic: but no goroutine\nx",
        "Traceback (most recent call last):",
        "    at nowhere\n\tat all",
    ] {
        assert_eq!(bodies(text), text.split('\n').collect::<Vec<_>>());
    }
    let late = format!("/a:1\n{PYTHON}");
    assert_eq!(bodies(&late), ["/a:1", PYTHON]);
}

#[test]
fn glued_records_come_apart() {
    let logs = joined_logs(&format!("{PYTHON}{{\"task\": [\"app.py\"]}}\nafter"));
    assert_eq!(logs[0].body, PYTHON);
    assert_eq!(logs[1].attributes.len(), 1);
    let uncaught = "[ERROR] TypeError: handler failed\rTraceback (most recent call last):\r  File \"x\"\r    raise";
    let logs = joined_logs(&format!("{PYTHON}{uncaught}"));
    assert_eq!(logs[0].body, PYTHON);
    assert_eq!((logs[1].severity, logs.len()), (Severity::Error, 2));
    assert!(logs[1].body.starts_with("TypeError: handler failed\nTraceback"));
    let logged = "[WARNING]\t2026-11-23T16:03:29.990Z\ta896f27e\tnext";
    assert_eq!(
        joined_logs(&format!("{PYTHON}{logged}"))[1].request_id.as_deref(),
        Some("a896f27e")
    );
    let own = PYTHON.replace("division by zero", "bad payload {\"a\": 1}");
    assert_eq!(bodies(&own), [own.as_str()]);
}

const LOGGED: &str = "[ERROR]\t2026-11-23T16:03:29.990Z\ta896f27e\tcaught";

#[test]
fn a_trace_belongs_to_the_record_before_it() {
    let next = LOGGED.replace("caught", "again");
    for between in ["\n", ""] {
        let logs = joined_logs(&format!("{LOGGED}\n{PYTHON}{between}{next}\n{PYTHON}\nafter"));
        let bodies: Vec<&str> = logs.iter().map(|log| log.body.as_str()).collect();
        assert_eq!(
            bodies,
            [&format!("caught\n{PYTHON}"), &format!("again\n{PYTHON}"), "after"]
        );
        for log in &logs[..2] {
            assert_eq!(
                (log.severity, log.request_id.as_deref()),
                (Severity::Error, Some("a896f27e"))
            );
            assert!(
                log.attributes
                    .contains(&("exception.type".into(), "ZeroDivisionError".into()))
            );
        }
    }
    let plain = LOGGED.replace("ERROR", "INFO");
    assert_eq!(bodies(&format!("{plain}\n{PYTHON}")), ["caught", PYTHON]);
    for other in ["after", "Traceback (most recent call last):\nafter", LOGGED] {
        let expected: Vec<&str> = other
            .split('\n')
            .map(|line| if line == LOGGED { "caught" } else { line })
            .collect();
        assert_eq!(
            bodies(&format!("{LOGGED}\n{other}")),
            [&["caught"], &*expected].concat()
        );
    }
}

#[test]
fn the_end_of_a_trace_that_had_to_leave_without_it_is_of_the_same_time() {
    let (cut, end) = PYTHON.rsplit_once('\n').unwrap();
    let next = LOGGED.replace("ERROR", "INFO");
    for (late, rest) in [
        (format!("{end}{next}"), vec!["caught"]),
        ("Total: 5".to_owned(), vec!["Total: 5"]),
        (format!("{end}{LOGGED}\n{PYTHON}"), vec!["caught", PYTHON]),
    ] {
        let mut kept = Vec::new();
        let mut joiner = Joiner::default();
        let mut offer = |texts: &str, first: usize| {
            for (number, text) in texts.split('\n').enumerate() {
                joiner.offer(line(first + number, text), &mut |log| kept.push(log));
            }
            joiner.close(&mut |log| kept.push(log));
        };
        offer(cut, 0);
        offer(&late, 100);
        offer("ValueError: of another time", 200);
        assert_eq!(kept.remove(0).body, cut);
        assert_eq!(kept.pop().unwrap().observed, 201);
        if late.starts_with(end) {
            let log = kept.remove(0);
            assert_eq!((log.body.as_str(), log.severity), (end, Severity::Error));
            assert_eq!((log.time, log.observed), (4, 4), "the trace's last line");
        }
        let bodies: Vec<String> = kept.into_iter().map(|log| log.body).collect();
        assert_eq!(bodies.join("\n"), rest.join("\n"), "{late}");
    }
}

#[test]
fn records_of_the_runtime_pass_an_open_trace() {
    let mut kept = Vec::new();
    let mut joiner = Joiner::default();
    for (number, part) in PYTHON.split('\n').enumerate() {
        joiner.offer(line(number, part), &mut |log| kept.push(log));
        let framed = "2026-11-23T16:03:18.969Z\treq-1\tINFO\tframed";
        joiner.offer(line(number, framed), &mut |log| kept.push(log));
    }
    joiner.close(&mut |log| kept.push(log));
    assert_eq!(kept.len(), 6);
    assert_eq!(kept[4].body, PYTHON, "whole when the last of them comes");
}

#[test]
fn the_length_is_bounded() {
    let long = format!(
        "{}\n{}",
        "Error: deep",
        vec!["    at f (x.js:1:1)"; LINES + 50].join("\n")
    );
    let logs = joined_logs(&long);
    assert_eq!(logs[0].body.lines().count(), LINES);
    assert_eq!(logs.len(), 52);
}

proptest! {
    #[test]
    fn nothing_is_lost_and_the_order_stays(picks in prop::collection::vec(0usize..80, 0..40)) {
        let parts: Vec<&str> = [PYTHON, CRASH, REJECTION, JAVA, NODE, GO, OTHERS, "x\n\n/a:1\n  y\nError: e"]
            .iter()
            .flat_map(|text| text.split('\n'))
            .collect();
        let text = picks.iter().map(|pick| parts[pick % parts.len()]).collect::<Vec<_>>().join("\n");
        prop_assert_eq!(bodies(&text).join("\n"), text);
    }

    #[test]
    fn ordinary_lines_stay_apart(words in prop::collection::vec("[a-z]{3,9}( [a-z0-9]{2,9}){1,5}", 1..6), pick in 0usize..6) {
        let whole = [PYTHON, CRASH, JAVA, NODE, GO, REJECTION];
        let text = format!("{}\n{}\n{}", words.join("\n"), whole[pick], words.join("\n"));
        let expected: Vec<&str> = words.iter().map(String::as_str).collect();
        let expected = [&expected[..], &[whole[pick]], &expected[..]].concat();
        prop_assert_eq!(bodies(&text), expected);
    }

    #[test]
    fn lines_with_hexadecimal_numbers_stay_apart_from_a_goroutine(words in "[a-z]{3,9} +0x[0-9a-f]{0,4}( [a-z]{1,3})?") {
        prop_assume!(!["rax", "rbx", "rcx", "rdx", "rdi", "rsi", "rbp", "rsp", "rip", "rflags", "fault"].iter().any(|name| words.starts_with(name)));
        let text = format!("{GO}\n{words}");
        prop_assert_eq!(bodies(&text), [GO, &words]);
    }

    #[test]
    fn any_lines_are_survived(text in "(.{0,20}\n){0,9}") {
        let _ = joined_logs(&text);
    }
}
