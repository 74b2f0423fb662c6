//! The life of the extension: register, listen, then handle one event after the other until SHUTDOWN.
//!
//! After registration only SHUTDOWN ends the process: an extension that exits makes the function's invocation fail. Any
//! fault costs telemetry and one warning.

mod account;
mod event_loop;
mod flush_state;
mod listeners;
mod sending;

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant, UNIX_EPOCH};

use tokio::sync::Notify;

use crate::config::Config;
use crate::diagnostics::{self, Diagnostics, Format};
use crate::environment::Environment;
use crate::export::Delivery;
use crate::flush::FlushMode;
use crate::invocation::Read;
use crate::lambda::client::{Client, Error, Registration};
use crate::lambda::initialization::InitializationType;
use crate::session::Session;
use crate::time_zone;
use flush_state::FlushState;

/// Number of registration attempts, with a pause between them.
const REGISTRATIONS: u32 = 4;
const REGISTRATION_PAUSE: Duration = Duration::from_millis(50);

/// Lambda's longest timeout: no deadline is later.
const LONGEST_INVOCATION: Duration = Duration::from_secs(15 * 60);

/// What the event loop needs.
struct App {
    session: Rc<RefCell<Session>>,
    delivery: Rc<Delivery>,
    diagnostics: Rc<Diagnostics>,
    /// Notified when telemetry has arrived.
    changed: Rc<Notify>,
    subscribed: bool,
    /// The first request for an event ends the init phase, and the environment becomes a snapshot: until the first
    /// invocation nothing is started that would not survive it.
    snapshot: bool,
    /// Whether creating the exporters has begun.
    prepared: Cell<bool>,
    flush_state: Rc<FlushState>,
}

/// Runs the extension, registered under `name`, its file's name, until Lambda ends it.
pub async fn run(name: &str) -> ExitCode {
    let mut warnings = Vec::new();
    let environment = Environment::from_process();
    time_zone::set_local(environment.get("TZ"));
    let environment = environment.with_env_file(&mut warnings);
    let (config, more) = Config::parse(&environment);
    warnings.extend(more);
    let format = if config.json_logs { Format::Json } else { Format::Text };
    let diagnostics = Rc::new(Diagnostics::new(format, config.own_level));
    diagnostics::report_panics(format);
    // The runtime may start as soon as the extension is registered, and a function's SDK may send in the init phase.
    let intake = Intake::start(&config, &diagnostics).await;
    let mut client = Client::new(&config.runtime_api);
    let registration = match register(&mut client, name, &config).await {
        Ok(registration) => registration,
        Err(error) => {
            // Lambda fails the init phase either way, but it waits ten seconds for an extension that hangs, while one
            // that exits is reported at once and a new environment is started. Exiting harms the function less.
            diagnostics.warn_once(&format!(
                "could not register with Lambda, so the extension exits: {error}"
            ));
            return ExitCode::FAILURE;
        }
    };
    // The runtime reads the link.
    account::publish(registration.account_id.as_deref(), Path::new(account::LINK));
    let app = App::start(&mut client, config, registration, diagnostics, intake).await;
    for warning in &warnings {
        app.diagnostics.warn_once(warning);
    }
    event_loop::run_event_loop(&app, &mut client, &app.diagnostics).await;
    ExitCode::SUCCESS
}

async fn register(client: &mut Client, name: &str, config: &Config) -> Result<Registration, Error> {
    let events: &[&str] = match config.function.initialization_type {
        InitializationType::ManagedInstances => &["SHUTDOWN"],
        _ => &["INVOKE", "SHUTDOWN"],
    };
    let mut attempt = 1;
    loop {
        match client.register(name, events).await {
            Ok(registration) => return Ok(registration),
            Err(error) if attempt == REGISTRATIONS || matches!(error, Error::Refused { .. }) => return Err(error),
            Err(_) => tokio::time::sleep(REGISTRATION_PAUSE).await,
        }
        attempt += 1;
    }
}

/// What the function itself may reach from its start on, and what takes its data.
struct Intake {
    session: Rc<RefCell<Session>>,
    changed: Rc<Notify>,
    /// What the runtime API proxy reads, if it is enabled.
    reads: Option<Receiver<Read>>,
}

impl Intake {
    async fn start(config: &Config, diagnostics: &Rc<Diagnostics>) -> Intake {
        let reads = listeners::start_proxy(config, diagnostics);
        let session = Session::new(&config.function, &config.sending)
            .with_platform_metrics(config.platform_metrics)
            .with_exemplars(config.links_spans())
            .with_sampling(config.sampling)
            .with_logs(config.logs.clone());
        let session = Rc::new(RefCell::new(session));
        let changed = Rc::new(Notify::new());
        listeners::serve_receivers(&config.receiver, &session, &changed, diagnostics).await;
        Intake {
            session,
            changed,
            reads,
        }
    }
}

impl App {
    async fn start(
        client: &mut Client,
        config: Config,
        registration: Registration,
        diagnostics: Rc<Diagnostics>,
        intake: Intake,
    ) -> App {
        let Intake {
            session,
            changed,
            reads,
        } = intake;
        let port = listeners::serve_telemetry(config.telemetry_address, &session, &changed, &diagnostics, reads).await;
        let subscribed = match port {
            Some(port) => listeners::subscribe(client, port, &config.logs, &diagnostics).await,
            None => false,
        };
        let mode = match config.function.initialization_type {
            InitializationType::ManagedInstances => on_managed_instances(config.sending.mode),
            _ => config.sending.mode,
        };
        let flush_state = FlushState::new(mode, config.sending.wait);
        let snapshot = config.function.initialization_type == InitializationType::SnapStart;
        let delivery = Delivery::new(
            session.clone(),
            config,
            registration.account_id,
            Rc::clone(&diagnostics),
        );
        App {
            session,
            delivery: Rc::new(delivery),
            diagnostics,
            changed,
            subscribed,
            snapshot,
            prepared: Cell::new(false),
            flush_state: Rc::new(flush_state),
        }
    }
}

/// On Managed Instances no event announces an invocation, so telemetry is sent at an interval.
fn on_managed_instances(mode: FlushMode) -> FlushMode {
    match mode {
        FlushMode::Auto | FlushMode::End => FlushMode::Continuous(FlushMode::DEFAULT_RHYTHM),
        FlushMode::Periodic(rhythm) | FlushMode::Continuous(rhythm) => FlushMode::Continuous(rhythm),
    }
}

/// Converts a wall-clock time in milliseconds.
fn instant(unix_ms: u64) -> Instant {
    let now = Instant::now();
    let since_epoch = std::time::SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let left = Duration::from_millis(unix_ms).saturating_sub(since_epoch);
    now + left.min(LONGEST_INVOCATION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managed_instances_have_a_rhythm() {
        let second = Duration::from_secs(1);
        assert_eq!(
            on_managed_instances(FlushMode::Auto),
            FlushMode::Continuous(FlushMode::DEFAULT_RHYTHM)
        );
        assert_eq!(
            on_managed_instances(FlushMode::Periodic(second)),
            FlushMode::Continuous(second)
        );
    }

    #[test]
    fn deadlines_are_moments() {
        let soon = instant(crate::timestamp::now() / 1_000_000 + 60_000);
        let left = soon - Instant::now();
        assert!(
            left <= Duration::from_secs(60) && left > Duration::from_secs(50),
            "{left:?}"
        );
        assert!(instant(0) <= Instant::now());
        assert!(instant(u64::MAX) - Instant::now() <= LONGEST_INVOCATION);
    }
}
