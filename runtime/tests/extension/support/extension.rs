//! The real executable as a child process.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::until;

/// The command that starts the executable: Cargo's own, or `EXTENSION_COMMAND`, such as an emulator with the
/// executable of another architecture.
fn command_line() -> Vec<String> {
    match std::env::var("EXTENSION_COMMAND") {
        Ok(command) => command.split(' ').map(str::to_owned).collect(),
        Err(_) => vec![env!("CARGO_BIN_EXE_clickstack-extension").to_owned()],
    }
}

pub struct Extension {
    child: Child,
    output: Arc<Mutex<String>>,
    /// Reads the output until its end.
    reader: Option<JoinHandle<()>>,
    otlp_port: u16,
    grpc_port: u16,
}

impl Extension {
    /// Starts it in an environment like Lambda's, with these additional variables.
    pub fn start(runtime_api: &str, variables: &[(&str, &str)]) -> Extension {
        let words = command_line();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        Extension::spawn(command, runtime_api, variables)
    }

    /// Like `start`, with at most this many file descriptors.
    pub fn start_with_files(limit: usize, runtime_api: &str, variables: &[(&str, &str)]) -> Extension {
        let mut command = Command::new("/bin/sh");
        let script = format!("ulimit -n {limit}; exec \"$0\" \"$@\"");
        command.args(["-c", &script]).args(command_line());
        Extension::spawn(command, runtime_api, variables)
    }

    fn spawn(mut command: Command, runtime_api: &str, variables: &[(&str, &str)]) -> Extension {
        let (otlp_port, grpc_port) = (free_port(), free_port());
        let receiver = format!("127.0.0.1:{otlp_port}");
        let mut child = command
            .env_clear()
            // Where an executable that is built for `cargo llvm-cov` writes which lines it has run.
            .envs(std::env::var("LLVM_PROFILE_FILE").map(|file| ("LLVM_PROFILE_FILE", file)))
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api)
            .env("AWS_LAMBDA_FUNCTION_NAME", "orders")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/23/[$LATEST]0123")
            .env("AWS_REGION", "us-east-2")
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "example")
            .env("AWS_SESSION_TOKEN", "example")
            .env("ROTEL_TELEMETRY_ENDPOINT", "127.0.0.1:0")
            .env("ROTEL_OTLP_HTTP_ENDPOINT", receiver)
            .env("ROTEL_OTLP_GRPC_ENDPOINT", format!("127.0.0.1:{grpc_port}"))
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = Arc::new(Mutex::new(String::new()));
        let (mut stderr, sink) = (child.stderr.take().unwrap(), Arc::clone(&output));
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = stderr.read(&mut buffer) {
                sink.lock()
                    .unwrap()
                    .push_str(&String::from_utf8_lossy(&buffer[..count]));
            }
        });
        Extension {
            child,
            output,
            reader: Some(reader),
            otlp_port,
            grpc_port,
        }
    }

    /// Starts it with OTLP/HTTP to this URL.
    pub fn exporting(runtime_api: &str, url: &str, variables: &[(&str, &str)]) -> Extension {
        let mut all = vec![
            ("ROTEL_OTLP_EXPORTER_ENDPOINT", url),
            ("ROTEL_OTLP_EXPORTER_PROTOCOL", "http"),
        ];
        all.extend_from_slice(variables);
        Extension::start(runtime_api, &all)
    }

    /// The URL of its OTLP/HTTP receiver.
    pub fn receiver(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.otlp_port)
    }

    /// The port of its OTLP/gRPC receiver.
    pub fn grpc_port(&self) -> u16 {
        self.grpc_port
    }

    /// Its output so far.
    pub fn output(&self) -> String {
        self.output.lock().unwrap().clone()
    }

    /// How many of its lines contain this.
    pub fn lines_with(&self, text: &str) -> usize {
        self.output().lines().filter(|line| line.contains(text)).count()
    }

    /// Stops it like Lambda's freeze.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    pub fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let arguments = [format!("-{name}"), self.child.id().to_string()];
        assert!(Command::new("kill").args(arguments).status().unwrap().success());
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for its end and the rest of its output; returns the exit code.
    pub async fn ended(&mut self) -> i32 {
        let child = std::cell::RefCell::new(&mut self.child);
        until("the extension's end", || {
            child.borrow_mut().try_wait().unwrap().is_some()
        })
        .await;
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Extension {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the extension wrote:\n{}", self.output());
        }
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}
