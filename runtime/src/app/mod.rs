//! The life of the extension: register, listen, then one event after the other until SHUTDOWN.
//!
//! After registration nothing ends the process but SHUTDOWN: an extension that exits fails the function's invocation.
//! Whatever goes wrong costs telemetry and one warning.

mod account;
mod listeners;

use std::cell::RefCell;
use std::future;
use std::path::Path;
use std::pin::pin;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant, UNIX_EPOCH};

use tokio::sync::Notify;

use crate::config::{Config, Environment};
use crate::diagnostics::{self, Diagnostics, Format};
use crate::export::{Delivery, Purpose};
use crate::flush::{self, Decision, Situation};
use crate::lambda::client::{Client, Error, Registration};
use crate::lambda::events::{Invoke, Lifecycle, Shutdown};
use crate::session::Session;
use crate::timestamp;

const MANAGED_INSTANCES: &str = "lambda-managed-instances";

/// On Managed Instances there are no invocation events, so telemetry leaves in this rhythm.
const RHYTHM: Duration = Duration::from_secs(1);

/// After a failed relief the next waits this long.
const RELIEF_PAUSE: Duration = Duration::from_millis(250);

/// At SHUTDOWN the last events are waited for this long at most,
const DRAIN: Duration = Duration::from_millis(300);
/// and no longer once none came for this time: Lambda delivers every 25 ms.
const QUIET: Duration = Duration::from_millis(50);

/// Registering is tried so often, with a pause between.
const REGISTRATIONS: u32 = 4;
const REGISTRATION_PAUSE: Duration = Duration::from_millis(50);

/// Failures of `/event/next` in a row after which Lambda is taken to be gone; they take a minute or more.
const LOST: u32 = 60;

/// Lambda's longest timeout: no deadline is farther away.
const LONGEST_INVOCATION: Duration = Duration::from_secs(15 * 60);

/// What the event loop needs.
struct App {
    session: Rc<RefCell<Session>>,
    delivery: Rc<Delivery>,
    diagnostics: Rc<Diagnostics>,
    /// Telemetry has come.
    changed: Rc<Notify>,
    subscribed: bool,
    managed_instances: bool,
}

/// Runs the extension, named `name` as its file, until Lambda ends it.
pub async fn run(name: &str) -> ExitCode {
    let mut warnings = Vec::new();
    let environment = Environment::from_process().with_env_file(&mut warnings);
    let (config, more) = Config::parse(&environment);
    warnings.extend(more);
    let format = if config.json_logs { Format::Json } else { Format::Text };
    let diagnostics = Rc::new(Diagnostics::new(format));
    diagnostics::report_panics(format);
    let mut client = Client::new(&config.runtime_api);
    let registration = match register(&mut client, name, &config).await {
        Ok(registration) => registration,
        Err(error) => {
            // Lambda fails the init phase either way, but for an extension that hangs it first waits ten seconds, and
            // for one that exits it says so at once and starts a new environment. Exiting harms the function less.
            diagnostics.warn_once(&format!(
                "could not register with Lambda, so the extension exits: {error}"
            ));
            return ExitCode::FAILURE;
        }
    };
    // The runtime may start as soon as we have registered, and looks for it then.
    account::publish(registration.account_id.as_deref(), Path::new(account::LINK));
    let app = App::start(&mut client, config, registration, diagnostics).await;
    for warning in &warnings {
        app.diagnostics.warn_once(warning);
    }
    Rc::new(app).live(&mut client).await;
    ExitCode::SUCCESS
}

async fn register(client: &mut Client, name: &str, config: &Config) -> Result<Registration, Error> {
    let events: &[&str] = match config.function.initialization_type.as_str() {
        MANAGED_INSTANCES => &["SHUTDOWN"],
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

impl App {
    async fn start(
        client: &mut Client,
        config: Config,
        registration: Registration,
        diagnostics: Rc<Diagnostics>,
    ) -> App {
        let session = Session::new(&config.function).with_platform_metrics(config.platform_metrics);
        let session = Rc::new(RefCell::new(session));
        let changed = Rc::new(Notify::new());
        listeners::serve_receivers(&config.receiver, &session, &diagnostics).await;
        let port = listeners::serve_telemetry(config.telemetry_address, &session, &changed, &diagnostics).await;
        let subscribed = match port {
            Some(port) => listeners::subscribe(client, port, &diagnostics).await,
            None => false,
        };
        let managed_instances = config.function.initialization_type == MANAGED_INSTANCES;
        let delivery = Delivery::new(
            Rc::clone(&session),
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
            managed_instances,
        }
    }

    async fn live(self: Rc<Self>, client: &mut Client) {
        let mut failures = 0;
        let mut prepared = false;
        while failures < LOST {
            match self.next(client, &mut prepared).await {
                Ok(Lifecycle::Invoke(invoke)) => {
                    let app = Rc::clone(&self);
                    survive(async move { app.invocation(&invoke).await }).await;
                }
                Ok(Lifecycle::Shutdown(shutdown)) => {
                    let app = Rc::clone(&self);
                    return survive(async move { app.shutdown(&shutdown).await }).await;
                }
                Ok(Lifecycle::Unknown) => tokio::time::sleep(Duration::from_millis(10)).await,
                Err(error) => {
                    self.diagnostics.warn_once(&format!("{error}; asking again"));
                    // At first it may be the connection alone, and an invocation may wait for us.
                    let pause = Duration::from_millis(10 << failures.min(7));
                    failures += 1;
                    tokio::time::sleep(pause).await;
                    continue;
                }
            }
            failures = 0;
        }
    }

    /// Waits for the next event. What isn't part of the init phase begins here, once Lambda has our request.
    async fn next(&self, client: &mut Client, prepared: &mut bool) -> Result<Lifecycle, Error> {
        let mut next = pin!(client.next());
        loop {
            tokio::select! {
                biased;
                event = &mut next => return event,
                () = self.between_events(*prepared) => *prepared = true,
            }
        }
    }

    async fn between_events(&self, prepared: bool) {
        if !prepared {
            // The connection's own task writes the request; let it run first.
            tokio::task::yield_now().await;
            self.delivery.prepare();
        } else if self.managed_instances {
            tokio::time::sleep(RHYTHM).await;
            let delivery = Rc::clone(&self.delivery);
            // A task of its own: SHUTDOWN ends our waiting, not the requests that are under way.
            survive(async move { delivery.flush(Instant::now() + RHYTHM * 5, Purpose::Routine).await }).await;
        } else {
            future::pending().await
        }
    }

    async fn invocation(&self, invoke: &Invoke) {
        self.session.borrow_mut().invoke(invoke, timestamp::now());
        let deadline = instant(invoke.deadline_ms);
        let mut last_sent = Instant::now();
        let mut rest_until = last_sent;
        loop {
            let now = Instant::now();
            let (buffered, capacity) = self.session.borrow().fill();
            let done = self.session.borrow().is_done(&invoke.request_id);
            let subscribed = self.subscribed;
            let buffered = if now < rest_until { 0 } else { buffered };
            let situation = Situation {
                now,
                deadline,
                subscribed,
                done,
                buffered,
                capacity,
                last_sent,
            };
            match flush::decide(&situation) {
                Decision::Finish(until) => return self.delivery.flush(until, Purpose::Routine).await,
                Decision::Leave => return,
                Decision::Relieve => {
                    self.session.borrow_mut().commit();
                    let until = deadline.checked_sub(flush::DEADLINE_MARGIN).unwrap_or(now);
                    self.delivery.flush(until, Purpose::Routine).await;
                    last_sent = Instant::now();
                    // What a healthy backend took leaves room at once; only one that took too little gets a pause.
                    let relieved = self.session.borrow().fill().0 < capacity / 4;
                    rest_until = if relieved { last_sent } else { last_sent + RELIEF_PAUSE };
                }
                Decision::Wait(time) => {
                    let _ = tokio::time::timeout(time, self.changed.notified()).await;
                }
            }
        }
    }

    async fn shutdown(&self, shutdown: &Shutdown) {
        let deadline = instant(shutdown.deadline_ms);
        let until = deadline.checked_sub(flush::DEADLINE_MARGIN).unwrap_or(deadline);
        self.drain(until.min(Instant::now() + DRAIN)).await;
        self.session.borrow_mut().end(&shutdown.reason, timestamp::now());
        self.delivery.flush(until, Purpose::Shutdown).await;
        self.delivery.conclude();
    }

    /// Lets the last events in: until Lambda has reported every invocation, or says nothing more.
    async fn drain(&self, until: Instant) {
        while self.subscribed && !self.session.borrow().all_reported() {
            let quiet = Instant::now() + QUIET;
            let news = tokio::time::timeout_at(until.min(quiet).into(), self.changed.notified()).await;
            if news.is_err() {
                return;
            }
        }
    }
}

/// Runs a step of the extension's life. An error of ours that makes it panic costs that step alone.
async fn survive(step: impl Future<Output = ()> + 'static) {
    // The panic itself was reported by the hook.
    let _ = tokio::task::spawn_local(step).await;
}

/// The moment of a wall-clock time in milliseconds.
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
    fn a_panic_costs_one_step() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        tokio::task::LocalSet::new().block_on(&runtime, async {
            survive(async { panic!("on purpose") }).await;
            survive(async {}).await;
        });
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
