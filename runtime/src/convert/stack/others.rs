//! Traces of Go, Rust, PHP, Ruby and C++.

use super::begin::{begin, is_text};
use super::lines::*;
use super::state::{MESSAGE_LINES, State};

pub fn next(state: State, line: &str) -> Option<(State, bool)> {
    match state {
        State::Native => (is_native_frame(line) || line.is_empty()).then_some((state, !line.is_empty())),
        State::Panic(_) | State::Goroutines | State::GoFunction | State::GoPlace => go(state, line),
        State::Rust | State::RustText(_) | State::RustBacktrace => rust(state, line),
        State::CausesGap => {
            matches!(line.trim_end(), "Caused by:" | "Stack backtrace:").then_some((State::Causes, true))
        }
        State::Causes => causes(line),
        State::Php(_) | State::PhpTrace | State::PhpGap => php(state, line),
        State::RubyTop(lines) => match line.starts_with("\tfrom ") {
            true => Some((State::Ruby, true)),
            false => (lines < MESSAGE_LINES && is_text(line)).then_some((State::RubyTop(lines + 1), false)),
        },
        State::Ruby => (line.starts_with("\tfrom ") || line.starts_with("\t ... ") || is_ruby_place(line))
            .then_some((State::Ruby, true)),
        State::Cpp => line.trim_start().starts_with("what():").then_some((State::End, true)),
        _ => None,
    }
}

fn go(state: State, line: &str) -> Option<(State, bool)> {
    match state {
        State::Panic(_) if line.starts_with("goroutine ") || line == "runtime stack:" => {
            Some((State::Goroutines, true))
        }
        State::Panic(_) if line.starts_with("runtime: ") || line.starts_with("fatal error: ") => {
            Some((State::Panic(0), false))
        }
        State::Panic(lines) => {
            let belongs = line.is_empty() || is_indented(line) || line.starts_with("[signal ") || is_text(line);
            (lines < MESSAGE_LINES && belongs).then_some((State::Panic(lines + 1), false))
        }
        State::GoFunction => is_go_place(line).then_some((State::GoPlace, true)),
        State::GoPlace => is_go_function(line).then_some((State::GoFunction, false)),
        _ => {
            let belongs = is_go_call(line)
                || is_register(line)
                || line.starts_with('\t')
                || [
                    "goroutine ",
                    "created by ",
                    "exit status ",
                    "...additional frames elided",
                ]
                .iter()
                .any(|start| line.starts_with(start));
            (belongs || line.is_empty()).then_some((State::Goroutines, belongs))
        }
    }
}

fn rust(state: State, line: &str) -> Option<(State, bool)> {
    if line.starts_with("note: ") || line.starts_with("thread caused non-unwinding panic") {
        return Some((State::End, true));
    }
    if line.trim_end() == "stack backtrace:" {
        return Some((State::RustBacktrace, true));
    }
    match state {
        State::Rust => is_text(line).then_some((State::RustText(1), true)),
        State::RustText(lines) => {
            (lines < MESSAGE_LINES && is_text(line)).then_some((State::RustText(lines + 1), false))
        }
        _ => is_backtrace(line).then_some((State::RustBacktrace, true)),
    }
}

/// `   0: rust_begin_unwind`, `             at /rustc/…/panicking.rs:665:5`.
fn is_backtrace(line: &str) -> bool {
    let text = line.trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text.len() < line.len() && (text.starts_with("at ") || (digits > 0 && text[digits..].starts_with(": ")))
}

fn causes(line: &str) -> Option<(State, bool)> {
    let belongs = is_indented(line)
        || matches!(line.trim_end(), "Caused by:" | "Stack backtrace:" | "Location:")
        || line.starts_with("Backtrace omitted. ");
    (belongs || line.is_empty()).then_some((State::Causes, belongs))
}

fn php(state: State, line: &str) -> Option<(State, bool)> {
    match state {
        State::Php(_) if line.trim_end() == "Stack trace:" => Some((State::PhpTrace, true)),
        State::Php(lines) => {
            let belongs = lines < MESSAGE_LINES && begin(line).is_none();
            belongs.then_some((State::Php(lines + 1), false))
        }
        State::PhpTrace if line.is_empty() => Some((State::PhpGap, false)),
        _ if line.starts_with("Next ") => Some((State::Php(0), true)),
        State::PhpTrace if line.starts_with("\"}") => Some((State::End, true)),
        State::PhpTrace => {
            (line.starts_with('#') || line.starts_with("  thrown in ")).then_some((State::PhpTrace, true))
        }
        _ => None,
    }
}
