use super::*;
use proptest::prelude::*;

const ID: &str = "76e7df99-7363-43f0-b967-4462a4be3b5d";

#[test]
fn node_lines() {
    let line = format!("2026-11-23T16:03:18.969Z\t{ID}\tERROR\ttwo\nlines\n");
    assert_eq!(
        parse(&line),
        Line {
            time: timestamp::parse("2026-11-23T16:03:18.969Z"),
            request_id: Some(ID),
            severity: Severity::Error,
            message: "two\nlines",
            ..Line::default()
        }
    );
    for id in ["undefined", "-"] {
        let line = format!("2026-11-23T16:03:18.953Z\t{id}\tINFO\tinit line\n");
        assert_eq!(parse(&line).request_id, None);
        assert_eq!(parse(&line).message, "init line");
    }
    assert_eq!(parse(&format!("2026-11-23T16:03:18.969Z\t{ID}\tINFO\t\n")).message, "");
    let other = format!("2026-11-23T16:03:18.969Z\t{ID}\tERROR-tolerant as ever");
    assert_eq!(parse(&other).message, other, "no level, so no line of the runtime's");
}

#[test]
fn python_lines() {
    let line = format!("[WARNING]\t2026-11-23T16:03:28.798Z\t{ID}\ttwo\nlines\n");
    let parsed = parse(&line);
    assert_eq!(parsed.request_id, Some(ID));
    assert_eq!((parsed.severity, parsed.message), (Severity::Warn, "two\nlines"));
    assert!(parsed.time.is_some());
    let init = parse("[WARNING]\t2026-11-23T16:03:28.798Z\t\tLAMBDA_WARNING: Unhandled exception.");
    assert_eq!((init.request_id, init.severity), (None, Severity::Warn));
}

#[test]
fn python_errors_have_neither_time_nor_id() {
    let parsed = parse("[ERROR] TypeError: handler failed\nTraceback (most recent call last):\n\u{a0}\u{a0}File");
    assert_eq!(
        (parsed.severity, parsed.time, parsed.request_id),
        (Severity::Error, None, None)
    );
    assert!(parsed.message.starts_with("TypeError: handler failed\n"));
}

#[test]
fn bare_text_stays_whole() {
    for text in [
        "raw stdout",
        "[not a level] x",
        "1 of 2\tdone",
        "2026-11-23T16:03:18.969Z\tx y\tINFO\tz",
        "",
    ] {
        assert_eq!(
            parse(text),
            Line {
                message: text,
                is_bare: true,
                ..Line::default()
            }
        );
    }
    assert_eq!(parse("carriage\r\n").message, "carriage");
}

#[test]
fn lines_of_dotnet() {
    for (level, severity) in [
        ("trce", Severity::Trace),
        ("dbug", Severity::Debug),
        ("info", Severity::Info),
        ("warn", Severity::Warn),
        ("fail", Severity::Error),
        ("crit", Severity::Fatal),
    ] {
        let line = format!("2026-11-23T16:03:18.969Z\t{ID}\t{level}\thello\n");
        let parsed = parse(&line);
        assert_eq!(
            (parsed.severity, parsed.message, parsed.request_id),
            (severity, "hello", Some(ID))
        );
    }
}

#[test]
fn lines_of_ruby() {
    let line = format!("E, [2026-11-29T09:36:03.745494 #8] ERROR {ID} -- shop: no stock: a\n");
    let parsed = parse(&line);
    assert_eq!(
        (parsed.severity, parsed.message, parsed.request_id),
        (Severity::Error, "no stock: a", Some(ID))
    );
    assert_eq!(parsed.fields, [Some(("process.pid", "8")), Some(("logger", "shop"))]);
    assert!(parsed.time.is_some());
    let plain = parse("I, [2026-11-29T09:36:03.745494 #8]  INFO -- : packed");
    assert_eq!(
        (plain.severity, plain.message, plain.request_id),
        (Severity::Info, "packed", None)
    );
    assert_eq!(plain.fields[1], None);
    assert_eq!(parse("A, [2026-11-29T09:36:03.745494 #8]   ANY -- : x").message, "x");
    for other in ["E, [soon #8] ERROR -- : x", "E, [2026", "Eh, [x #8] ERROR -- : x"] {
        assert!(parse(other).is_bare, "{other}");
    }
}

#[test]
fn reports_of_bref() {
    let line = format!("{ID}\tInvoke Error\t{{\"errorType\":\"E\"}}\n");
    let parsed = parse(&line);
    assert_eq!(
        (parsed.request_id, report(parsed.message)),
        (Some(ID), Some("{\"errorType\":\"E\"}"))
    );
    assert!(parse(&format!("{ID}\tother\tx")).is_bare);
}

#[test]
fn columns_of_zap_are_no_request_ids() {
    let line = "2026-11-29T12:32:27.143Z\tERROR\twarn\tmain.go:9\tpick failed";
    let parsed = parse(line);
    assert!(parsed.is_bare);
    assert_eq!(parsed.severity, Severity::Error);
}

proptest! {
    #[test]
    fn nothing_is_lost(text in "(\\[[A-Z]{3,7}\\][\\t ]?)?[0-9TZ:.\\t \\n-]{0,40}.{0,40}") {
        let parsed = parse(&text);
        prop_assert!(text.contains(parsed.message));
        if parsed.severity == Severity::Unspecified {
            prop_assert_eq!(parsed.message, trim_line_break(&text));
        }
    }

    #[test]
    fn any_message_of_python_comes_back(message in "[^\\r]{0,60}", level in "(DEBUG|INFO|WARNING|ERROR|CRITICAL)") {
        let line = format!("[{level}]\t2026-11-23T16:03:18.969Z\t{ID}\t{message}\n");
        let parsed = parse(&line);
        prop_assert_eq!(parsed.message, &message);
        prop_assert_eq!(parsed.request_id, Some(ID));
        prop_assert!(parsed.time.is_some() && parsed.severity != Severity::Unspecified);
    }

    #[test]
    fn any_message_comes_back(message in ".{0,60}", level in "(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)") {
        let line = format!("2026-11-23T16:03:18.969Z\t{ID}\t{level}\t{message}\n");
        let parsed = parse(&line);
        prop_assert_eq!(parsed.message, message.strip_suffix('\r').unwrap_or(&message));
        prop_assert_eq!(parsed.severity.text(), level);
    }
}
