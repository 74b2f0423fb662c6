//! Interprets ClickHouse's responses.

use crate::export::verdict::Verdict;
use crate::export::{redirect, response, size};
use crate::http::{Endpoint, Response};

/// The header with ClickHouse's error code.
const CODE: &str = "x-clickhouse-exception-code";

/// Maximum number of characters of ClickHouse's message in a reason.
const WORDS: usize = 300;

/// Wrong or missing user or password, or missing permission.
const UNAUTHORIZED: [u32; 5] = [192, 193, 194, ACCESS_DENIED, 516];
const ACCESS_DENIED: u32 = 497;

/// Temporary conditions of the server, by their codes in `system.errors`. All others are caused by what was sent and
/// would recur with it.
const PASSING: [u32; 31] = [
    74,   // CANNOT_READ_FROM_FILE_DESCRIPTOR
    75,   // CANNOT_WRITE_TO_FILE_DESCRIPTOR
    76,   // CANNOT_OPEN_FILE
    159,  // TIMEOUT_EXCEEDED
    160,  // TOO_SLOW
    201,  // QUOTA_EXCEEDED
    202,  // TOO_MANY_SIMULTANEOUS_QUERIES
    203,  // NO_FREE_CONNECTION
    209,  // SOCKET_TIMEOUT
    210,  // NETWORK_ERROR
    225,  // NO_ZOOKEEPER
    236,  // ABORTED
    241,  // MEMORY_LIMIT_EXCEEDED
    242,  // TABLE_IS_READ_ONLY
    243,  // NOT_ENOUGH_SPACE
    252,  // TOO_MANY_PARTS
    254,  // NO_ACTIVE_REPLICAS
    279,  // ALL_CONNECTION_TRIES_FAILED
    285,  // TOO_FEW_LIVE_REPLICAS
    286,  // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
    289,  // REPLICA_IS_NOT_IN_QUORUM
    319,  // UNKNOWN_STATUS_OF_INSERT
    341,  // UNFINISHED
    394,  // QUERY_WAS_CANCELLED
    415,  // ALL_REPLICAS_LOST
    425,  // SYSTEM_ERROR
    439,  // CANNOT_SCHEDULE_TASK
    473,  // DEADLOCK_AVOIDED
    499,  // S3_ERROR
    999,  // KEEPER_EXCEPTION
    1000, // POCO_EXCEPTION
];

/// The insert is too large: `max_rows_to_read`-like limits, a string or array that is too long, too many days at once.
const TOO_LARGE: [u32; 6] = [
    128, // TOO_LARGE_ARRAY_SIZE
    131, // TOO_LARGE_STRING_SIZE
    158, // TOO_MANY_ROWS
    307, // TOO_MANY_BYTES
    396, // TOO_MANY_ROWS_OR_BYTES
    167, // TOO_DEEP_AST, of a query that holds its values
];
const SYNTAX_ERROR: u32 = 62;
const TOO_MANY_PARTS: u32 = 252;

/// Columns or tables have changed since they were queried.
const OTHER_SCHEMA: [u32; 4] = [10, 16, 47, 60];

/// ClickHouse's error code in a response.
fn code(response: &Response) -> Option<u32> {
    response.headers.get(CODE)?.to_str().ok()?.trim().parse().ok()
}

/// Whether a response denies this operation to an authenticated user.
pub fn denies_access(response: &Response) -> bool {
    code(response) == Some(ACCESS_DENIED)
}

/// Whether a response shows that the tables have changed.
pub fn tells_of_other_schema(response: &Response) -> bool {
    code(response).is_some_and(|code| OTHER_SCHEMA.contains(&code))
}

/// The verdict on a request.
pub fn verdict(endpoint: &Endpoint, response: &Response) -> Verdict {
    match code(response) {
        Some(code) if UNAUTHORIZED.contains(&code) => Verdict::Unauthorized(reason(endpoint, response)),
        Some(code) if is_too_large(code, response) => Verdict::TooLarge(reason(endpoint, response), None),
        Some(code) if PASSING.contains(&code) => Verdict::Failed(reason(endpoint, response)),
        Some(_) => Verdict::Rejected(reason(endpoint, response)),
        None => by_status(endpoint, response),
    }
}

/// By its code, or by its message if the code has other meanings too.
fn is_too_large(code: u32, response: &Response) -> bool {
    let says = |words: &str| String::from_utf8_lossy(&response.body).contains(words);
    match code {
        SYNTAX_ERROR => says("ax query size exceeded"),
        TOO_MANY_PARTS => says("single INSERT block"),
        code => TOO_LARGE.contains(&code),
    }
}

/// Without a code the response comes from a proxy, or from something other than ClickHouse.
fn by_status(endpoint: &Endpoint, response: &Response) -> Verdict {
    let words = String::from_utf8_lossy(&response.body);
    match response.status.as_u16() {
        200..300 if words.trim_start().starts_with('<') => {
            let kind = response::media_type(&response.headers);
            let kind = response::named(&kind);
            Verdict::Failed(format!(
                "{endpoint} is not a ClickHouse endpoint: answered {kind}; check host and port"
            ))
        }
        200..300 => Verdict::Delivered(0),
        300..=399 => Verdict::Failed(redirect::reason(endpoint, response)),
        413 => Verdict::TooLarge(reason(endpoint, response), None),
        400 | 500 if size::is_refusal(&words) => Verdict::TooLarge(reason(endpoint, response), None),
        401 | 403 => Verdict::Unauthorized(reason(endpoint, response)),
        408 | 429 | 500.. => Verdict::Failed(reason(endpoint, response)),
        _ => Verdict::Rejected(reason(endpoint, response)),
    }
}

/// ClickHouse's own message is the most helpful, except for parts that contain data or describe its build.
fn reason(endpoint: &Endpoint, response: &Response) -> String {
    let status = response.status;
    match code(response) {
        None => format!("{endpoint} answered {status}"),
        Some(code) => {
            let text = String::from_utf8_lossy(&response.body);
            let words = text.lines().next().unwrap_or_default();
            let words: String = words.chars().take(WORDS).collect();
            match holds_data(code) || words.is_empty() {
                true => format!("ClickHouse at {endpoint} answered {status} (code {code})"),
                false => format!("ClickHouse at {endpoint} answered {status}: {words}"),
            }
        }
    }
}

/// Parse errors quote what could not be parsed, which is telemetry.
fn holds_data(code: u32) -> bool {
    [6, 26, 27, 33, 38, 41, 72, 117, 131, 441].contains(&code)
}

#[cfg(test)]
mod tests;
