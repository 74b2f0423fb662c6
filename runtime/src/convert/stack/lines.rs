//! What single lines of stack traces look like.

use crate::convert::headline::named;
use crate::convert::level::{self, table};

/// A runtime's heading of a Python stack trace.
pub const TRACEBACK: &str = "Traceback (most recent call last):";

/// The beginning of the Python interpreter's crash report.
pub const PYTHON_FATAL: &str = "Fatal Python error: ";

/// The last message of a C++ process.
pub const TERMINATE: &str = "terminate called after throwing an instance of ";

/// The Rust runtime's message for a stack overflow.
pub const RUST_OVERFLOW: &str = "has overflowed its stack";

const CHAINS: [&str; 2] = [
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
];

/// How continuation lines of Python libraries' messages begin: SQLAlchemy, psycopg, jsonschema.
const CONTINUATIONS: [&str; 9] = [
    "[SQL: ",
    "[parameters: ",
    "(Background on this error at: ",
    "LINE 1: ",
    "DETAIL:  ",
    "CONTEXT:  ",
    "HINT:  ",
    "Failed validating ",
    "On instance",
];

/// How lines between frames begin: Java's causes, logback's, .NET's.
const BETWEEN_FRAMES: [&str; 5] = [
    "Caused by: ",
    "caused by: ",
    "Wrapped by: ",
    "--- End of stack trace from previous location",
    "--- End of inner exception stack trace",
];

/// What .NET prints around the frames that a stack overflow repeats.
pub const REPEATED: &str = "--------------------------------";

/// The same with indentation.
const BETWEEN_FRAMES_INDENTED: [&str; 8] = [
    "... ",
    "Suppressed: ",
    "Caused by: ",
    "[cause]: ",
    "[CIRCULAR REFERENCE",
    "(Coroutine boundary)",
    "---> ",
    "--- End of ",
];

/// Two spaces or a tab; Lambda's Python client writes no-break spaces.
pub fn is_indented(line: &str) -> bool {
    line.starts_with("  ") || line.starts_with('\t') || line.starts_with("\u{a0}\u{a0}")
}

/// `    at handler (/var/task/index.js:6:16)`, `\tat com.example.Handler.handle(Handler.java:7)`.
pub fn is_frame(line: &str) -> bool {
    is_indented(line) && line.trim_start().starts_with("at ")
}

/// Whether this is a line between frames.
pub fn is_between_frames(line: &str) -> bool {
    let text = line.trim_start();
    BETWEEN_FRAMES.iter().any(|start| line.starts_with(start))
        || (text.len() < line.len() && BETWEEN_FRAMES_INDENTED.iter().any(|start| text.starts_with(start)))
}

/// A cause, whose message may have several lines.
pub fn is_cause(line: &str) -> bool {
    let text = line.trim_start();
    ["Caused by: ", "Suppressed: ", "Wrapped by: ", "---> "]
        .iter()
        .any(|start| text.starts_with(start))
}

/// The markers under a line of source.
pub fn is_marker(line: &str) -> bool {
    let marks = line.trim();
    !marks.is_empty() && marks.bytes().all(|byte| byte == b'^')
}

/// A file and a line number: `/var/task/index.js:11`.
pub fn is_place(line: &str) -> bool {
    ["/", "file://", "node:", "[eval]", "evalmachine."]
        .iter()
        .any(|start| line.starts_with(start))
        && !line.contains(char::is_whitespace)
        && line
            .rsplit_once(':')
            .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `  File "/var/task/app.py", line 9, in handler`.
pub fn is_python_place(line: &str) -> bool {
    let text = line.trim_start_matches([' ', '\u{a0}', '>']);
    text.len() < line.len() && text.starts_with("File \"") && text.contains("\", line ")
}

/// The line that introduces the next exception.
pub fn is_python_chain(line: &str) -> bool {
    CHAINS.contains(&line.trim_end())
}

/// A line of an exception's message that is not its first.
pub fn is_python_continuation(line: &str) -> bool {
    is_indented(line) || is_closing(line)
}

/// One of the lines that identify those libraries.
pub fn is_known_continuation(line: &str) -> bool {
    CONTINUATIONS.iter().any(|start| line.starts_with(start))
}

/// `- tray 1`: an item of a list that a message ending in a colon introduces.
pub fn is_item(line: &str) -> bool {
    ["- ", "* ", "• "].iter().any(|start| line.starts_with(start))
}

/// A line that closes brackets opened by a message, such as gRPC's.
pub fn is_closing(line: &str) -> bool {
    matches!(line.trim_end(), ">" | ")" | "]" | "}")
}

/// The line of source that Python prints below a warning.
pub fn is_source(line: &str) -> bool {
    line.starts_with("  ") && !line.starts_with("   ")
}

/// Whether further lines of the message follow: pydantic's list of errors, an introduction with a colon.
pub fn announces_more(line: &str) -> bool {
    let line = line.trim_end();
    line.ends_with(':') || line.contains("validation error")
}

/// `ValueError: text` or `KeyboardInterrupt`; levels such as `INFO: text` look alike.
pub fn is_python_exception(line: &str) -> bool {
    let Some(name) = named(line) else { return false };
    let class = name.rsplit('.').next().unwrap_or(name);
    let usual = ["Error", "Exception", "Exit", "Interrupt", "Warning", "Iteration"];
    let is_level = !name.bytes().any(|byte| byte.is_ascii_lowercase()) && table::level(name).is_some();
    let may_be = class.starts_with(|c: char| c.is_uppercase()) || (name.contains('.') && name.len() < line.len());
    may_be
        && !is_level
        && (name.len() < line.len() || name.contains('.') || usual.iter().any(|end| name.ends_with(end)))
}

/// `goroutine 1 [running]:`.
pub fn is_goroutine(line: &str) -> bool {
    line.strip_prefix("goroutine ")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.trim_end().ends_with("]:"))
}

/// A call of a goroutine: `main.handle(0x0)`.
pub fn is_go_call(line: &str) -> bool {
    line.ends_with(')')
        && line
            .split_once('(')
            .is_some_and(|(name, _)| !name.is_empty() && !name.contains(' '))
}

/// A function without arguments, as pkg/errors and zap write it: `main.handle`.
pub fn is_go_function(line: &str) -> bool {
    line.starts_with(|c: char| c.is_ascii_alphabetic())
        && line.contains('.')
        && line
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._/-*()[]~@".contains(&byte))
}

/// `\t/src/main.go:12 +0x1d`.
pub fn is_go_place(line: &str) -> bool {
    line.starts_with('\t') && line.contains(".go:")
}

/// `SIGSEGV: segmentation violation`, of code in C that a Go program calls.
pub fn is_signal(line: &str) -> bool {
    line.starts_with("SIG")
        && line
            .split_once(": ")
            .is_some_and(|(name, _)| name.bytes().all(|byte| byte.is_ascii_uppercase()))
}

/// `rax    0x0`: a register, printed after such a signal (`dumpregs` of Go's runtime for amd64 and arm64).
pub fn is_register(line: &str) -> bool {
    let Some((name, value)) = line.split_once(' ') else {
        return false;
    };
    let value = value.trim_start().strip_prefix("0x").unwrap_or_default();
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    !value.is_empty() && value.bytes().all(is_hex) && is_register_name(name)
}

fn is_register_name(name: &str) -> bool {
    const NAMED: [&str; 17] = [
        "rax", "rbx", "rcx", "rdx", "rdi", "rsi", "rbp", "rsp", "rip", "rflags", "cs", "fs", "gs", "lr", "sp", "pc",
        "fault",
    ];
    let number = name.strip_prefix('r').and_then(|digits| digits.parse::<u8>().ok());
    number.is_some_and(|number| number < 32) || NAMED.contains(&name)
}

/// ` 1: 0xb090e0 node::Abort() [node]`.
pub fn is_native_frame(line: &str) -> bool {
    let text = line.trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0 && text[digits..].starts_with(": 0x")
}

/// `thread 'main' panicked at src/main.rs:9:5:`, `thread 'main' has overflowed its stack`; newer versions name the thread's
/// id in brackets.
pub fn is_rust_panic(line: &str) -> bool {
    line.strip_prefix("thread '")
        .and_then(|rest| rest.split_once('\''))
        .is_some_and(|(_, rest)| {
            let rest = rest.trim_start();
            let rest = rest
                .strip_prefix('(')
                .and_then(|rest| rest.split_once(") "))
                .map_or(rest, |(_, rest)| rest);
            rest.starts_with("panicked at ") || rest.starts_with(RUST_OVERFLOW)
        })
}

/// `/var/task/app.rb:3:in 'pick'`.
pub fn is_ruby_place(line: &str) -> bool {
    let Some(at) = line.find(":in ") else { return false };
    let (place, function) = (&line[..at], &line[at + ":in ".len()..]);
    function.starts_with(['\'', '`'])
        && !place.contains(' ')
        && place
            .rsplit_once(':')
            .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `fail: Shop.Orders[0]`: the first line of .NET's console formatter, whose other lines are indented by six spaces. It
/// may begin with a time in a format of the application's choice.
pub fn is_console_heading(line: &str) -> bool {
    const LEVELS: [&str; 6] = ["trce", "dbug", "info", "warn", "fail", "crit"];
    line.ends_with(']')
        && line.match_indices(": ").take(4).any(|(at, _)| {
            let Some(start) = at.checked_sub(4) else { return false };
            let is_level = line.get(start..at).is_some_and(|name| LEVELS.contains(&name));
            is_level && level::is_prefix(&line[..start])
        })
}

/// Whether the first line of a trace says that the exception was not handled: .NET's process ends.
pub fn is_unhandled(line: &str) -> bool {
    ["Unhandled exception. ", "Unhandled exception: ", "Process terminated. "]
        .iter()
        .any(|start| line.starts_with(start))
        || line == "Stack overflow."
}
