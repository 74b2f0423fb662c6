//! Parses error reports of Go, PHP, Ruby, Rust and C++.

use super::attributes::Exception;
use crate::convert::headline::{self, Headline};
use crate::convert::stack;

/// `panic: message`, an empty line and the goroutines.
pub fn go(text: &str, at: usize) -> Exception {
    let head = text[..at].trim_end();
    let head = head.split("\n[signal ").next().unwrap_or(head);
    let fatal = is_go_report(head);
    let signal = head
        .lines()
        .next()
        .filter(|line| stack::is_signal(line))
        .and_then(|line| line.split_once(": "));
    let fatal_error = head.lines().find_map(|line| line.strip_prefix("fatal error: "));
    let message = head.rsplit("\tpanic: ").next().unwrap_or(head);
    let (kind, message) = match (signal, fatal_error) {
        (Some(signal), _) => signal,
        (None, Some(message)) => ("fatal error", message),
        (None, None) => ("panic", message.strip_prefix("panic: ").unwrap_or(message)),
    };
    let panicked = fatal || head.contains("panic");
    Exception {
        kind: panicked.then(|| kind.to_owned()),
        message: Some(message.to_owned()).filter(|message| !message.is_empty()),
        stack: Some(text.to_owned()),
        escaped: fatal,
        fatal,
    }
}

/// Whether the text begins as the runtime's report of an uncaught error.
pub fn is_go_report(text: &str) -> bool {
    ["panic: ", "fatal error: ", "runtime: "]
        .iter()
        .any(|start| text.starts_with(start))
        || stack::is_signal(text.lines().next().unwrap_or_default())
}

/// What Node.js prints for a thrown value that is not an error: its source with a marker, then the value.
pub fn crash(text: &str, at: usize) -> Exception {
    let value = text[at..].split_once('\n').map_or("", |(_, rest)| rest);
    let end = ["\n(Use `node ", "\nThrown at:", "\nNode.js v"]
        .iter()
        .filter_map(|end| value.find(end))
        .min();
    let value = value[..end.unwrap_or(value.len())].trim();
    // `[UnhandledPromiseRejection: …] { … }`
    let inner = value.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let headline = match inner {
        Some((inner, _)) => headline::at_start(inner),
        None => headline::at_start(value).filter(|found| headline::is_error_type(found.kind)),
    };
    Exception {
        kind: headline.map(|found| found.kind.to_owned()),
        message: Some(headline.map_or(value, |found| found.message).to_owned()).filter(|text| !text.is_empty()),
        stack: Some(text.to_owned()),
        escaped: true,
        fatal: true,
    }
}

/// `FATAL ERROR: …` of Node.js and its native frames.
pub fn native(text: &str) -> Exception {
    let line = text.lines().next().unwrap_or_default();
    let (kind, message) = line.split_once(": ").unzip();
    Exception {
        kind: kind.map(str::to_owned),
        message: message.map(str::to_owned),
        stack: Some(text.to_owned()),
        escaped: true,
        fatal: true,
    }
}

/// `Fatal Python error: …` and the threads' frames.
pub fn python_fatal(text: &str) -> Option<Exception> {
    let line = text.strip_prefix(stack::PYTHON_FATAL)?;
    Some(Exception {
        kind: Some("Fatal Python error".to_owned()),
        message: line.lines().next().map(str::to_owned),
        stack: Some(text.to_owned()),
        escaped: true,
        fatal: true,
    })
}

/// `PHP Fatal error:  Uncaught Type: message in /file.php:7`, then `Stack trace:`.
pub fn php(text: &str, at: usize) -> Exception {
    let head = text[..at].trim_end();
    let head = head.strip_suffix("Stack trace:").unwrap_or(head).trim_end();
    let (escaped, start) = match head.find("Uncaught ") {
        Some(at) => (true, at + "Uncaught ".len()),
        None => (false, 0),
    };
    if let Some((_, object)) = head.split_once("[object] (") {
        let kind = object.split('(').next().unwrap_or_default();
        let message = object.split_once("): ").map_or("", |(_, rest)| rest);
        let message = message.rsplit_once(" at ").map_or(message, |(message, _)| message);
        // The object is inside JSON, which escapes the backslashes of a namespace.
        return Exception {
            kind: Some(kind.replace("\\\\", "\\")),
            ..Exception::of(Some(Headline { kind, message, at: 0 }), text)
        };
    }
    let headline = headline::find(&head[start..]).map(|found| Headline {
        message: found
            .message
            .rsplit_once(" in ")
            .map_or(found.message, |(message, _)| message),
        ..found
    });
    Exception {
        escaped,
        fatal: escaped,
        ..Exception::of(headline, &text[start + headline.map_or(0, |found| found.at)..])
    }
}

/// `/app.rb:3:in 'pick': message (Type)` and `\tfrom` lines, or `message (Type)` and bare frames.
pub fn ruby(text: &str, at: usize) -> Exception {
    let head = text[..at].trim_end();
    let at_top = stack::is_ruby_place(head);
    let report = match head.find(": ").filter(|_| at_top) {
        Some(at) => &head[at + 2..],
        None => head,
    };
    let line = report.rsplit('\n').find(|line| line.ends_with(')')).unwrap_or(report);
    let headline = line.rsplit_once(" (").and_then(|(_, kind)| {
        let kind = kind.strip_suffix(')')?;
        let message = report.replace(&format!(" ({kind})"), "");
        headline::is_class(kind).then(|| (kind.to_owned(), message))
    });
    let (kind, message) = headline.unzip();
    Exception {
        kind,
        message,
        stack: Some(text.to_owned()),
        escaped: at_top,
        fatal: false,
    }
}

/// `thread 'main' panicked at src/main.rs:9:5:` and the message; before Rust 1.73 the message in quotes before the
/// location.
pub fn rust(text: &str) -> Exception {
    let (head, rest) = text.split_once('\n').unwrap_or((text, ""));
    let end = ["\nnote: ", "\nstack backtrace:"]
        .iter()
        .filter_map(|end| rest.find(end))
        .min();
    let is_overflow = head.ends_with(stack::RUST_OVERFLOW);
    let older = head
        .split_once("panicked at '")
        .and_then(|(_, rest)| rest.rsplit_once("', "));
    let message = match older {
        Some((message, _)) => message,
        None => rest[..end.unwrap_or(rest.len())].trim_end(),
    };
    Exception {
        kind: Some(if is_overflow { "stack overflow" } else { "panic" }.to_owned()),
        message: Some(message.to_owned()),
        stack: Some(text.to_owned()),
        escaped: true,
        fatal: true,
    }
}

/// `terminate called after throwing an instance of 'std::runtime_error'` and `  what():  message`.
pub fn cpp(text: &str) -> Exception {
    let kind = text.split('\'').nth(1).map(str::to_owned);
    let message = text.split_once("what():").map(|(_, rest)| rest.trim().to_owned());
    Exception {
        kind,
        message,
        stack: Some(text.to_owned()),
        escaped: true,
        fatal: true,
    }
}
