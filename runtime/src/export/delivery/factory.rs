//! Creates the exporters. They need secrets, which are fetched concurrently, and again when a key has changed.

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::circuit::{Circuit, Permit};
use super::purpose::Purpose;
use super::resource;
use crate::aws::secrets::{self, WebIdentityToken};
use crate::catch_panic::catch_panic;
use crate::config::{Config, Retry};
use crate::diagnostics::Diagnostics;
use crate::environment::settings;
use crate::export::exporter::Exporter;
use crate::http::{self, TlsOptions};
use crate::record::Resource;
use crate::spawn::spawn;
use crate::timestamp;

/// Minimum interval between fetches of secrets because of a rejected key.
const REFRESH_PAUSE: Duration = Duration::from_secs(60);
/// The same at the end of the environment.
const LAST_REFRESH_PAUSE: Duration = Duration::from_millis(500);

/// Secrets that have not arrived after this time are reported.
const SLOW_SECRETS: Duration = Duration::from_secs(5);

/// Everything that an export needs.
pub struct ExporterSet {
    /// The backends, one for each configured destination; `None` for one that cannot be created yet.
    pub exporters: Vec<Option<Exporter>>,
    /// The resource of all records.
    pub resource: Resource,
}

impl ExporterSet {
    fn is_complete(&self) -> bool {
        self.exporters.iter().all(Option::is_some)
    }
}

/// Creates the exporters, and creates them again.
pub struct ExporterFactory {
    config: Config,
    account_id: Option<String>,
    diagnostics: Rc<Diagnostics>,
    ready: RefCell<Option<Rc<ExporterSet>>>,
    /// The secrets that `ready` was made with.
    values: RefCell<secrets::Values>,
    running: Cell<bool>,
    finished: Notify,
    failures: RefCell<Circuit>,
    /// When secrets were last fetched because a key was rejected; wall-clock nanoseconds.
    refused: Cell<Option<u64>>,
    /// When they were last fetched.
    fetched: Cell<u64>,
    /// How many times the exporters were created.
    generation: Cell<u64>,
}

impl ExporterFactory {
    /// Does nothing before `start`.
    pub fn new(config: Config, account_id: Option<String>, diagnostics: Rc<Diagnostics>) -> Self {
        ExporterFactory {
            config,
            account_id,
            diagnostics,
            ready: RefCell::default(),
            values: RefCell::default(),
            running: Cell::new(false),
            finished: Notify::new(),
            failures: RefCell::default(),
            refused: Cell::new(None),
            fetched: Cell::new(0),
            generation: Cell::new(0),
        }
    }

    /// Starts creating the exporters, unless that is in progress or the last failure is too recent.
    pub fn start(self: &Rc<Self>) {
        let refused = self.failures.borrow().permit(timestamp::now()) == Permit::Refused;
        if self.running.get() || refused {
            return;
        }
        self.running.set(true);
        let factory = Rc::clone(self);
        spawn(async move {
            catch_panic(factory.make()).await;
            factory.running.set(false);
            factory.finished.notify_waiters();
        });
    }

    /// The exporters that can be created. While they are being created, waits for them until the given time; a failed
    /// attempt is repeated.
    pub async fn ready(self: &Rc<Self>, until: Instant) -> Option<Rc<ExporterSet>> {
        if self.ready.borrow().is_none() || self.token_is(WebIdentityToken::is_expired) {
            self.start();
        }
        if self.running.get() {
            let finished = self.finished.notified();
            let _ = tokio::time::timeout_at(until.into(), finished).await;
        }
        let ready = self.ready.borrow().clone();
        ready.filter(|_| !self.token_is(WebIdentityToken::is_expired))
    }

    /// The exporters, if there are some with valid keys. Missing ones are created and old secrets are fetched again in
    /// the background.
    pub fn ready_now(self: &Rc<Self>) -> Option<Rc<ExporterSet>> {
        let ready = self.ready.borrow().clone()?;
        if !ready.is_complete() || self.secrets_are_old() || self.token_is(WebIdentityToken::is_due) {
            self.start();
        }
        (!self.token_is(WebIdentityToken::is_expired)).then_some(ready)
    }

    fn token_is(&self, judged: impl Fn(&WebIdentityToken, u64) -> bool) -> bool {
        let values = self.values.borrow();
        values.token().is_some_and(|token| judged(token, timestamp::now()))
    }

    /// How many times the exporters were created: with a new key, a backend that rejected the old one is tried at once.
    pub fn generation(&self) -> u64 {
        self.generation.get()
    }

    fn secrets_are_old(&self) -> bool {
        let limit = self.config.sending.secrets_refresh;
        let age = timestamp::between(self.fetched.get(), timestamp::now());
        !self.config.secret_references.is_empty() && limit.zip(age).is_some_and(|(limit, age)| age >= limit)
    }

    /// The backend rejected the key: the secrets may have changed, so they are fetched again, at most once a minute
    /// unless the environment is ending. Returns true if that may help.
    pub fn refresh(self: &Rc<Self>, purpose: Purpose) -> bool {
        let now = timestamp::now();
        let pause = match purpose {
            Purpose::Routine => REFRESH_PAUSE,
            Purpose::Shutdown => LAST_REFRESH_PAUSE,
        };
        let recent = |at| timestamp::between(at, now).is_some_and(|age| age < pause);
        if !self.config.needs_secrets() || self.refused.get().is_some_and(recent) {
            // A fetch started by another signal's request may help this one too.
            return self.running.get();
        }
        self.refused.set(Some(now));
        self.start();
        self.running.get()
    }

    async fn make(&self) {
        let began = Instant::now();
        let values = self.fetch_secrets().await;
        self.fetched.set(timestamp::now());
        let unchanged = *self.values.borrow() == values;
        if unchanged && self.ready.borrow().as_ref().is_some_and(|ready| ready.is_complete()) {
            // The exporters are kept, with their connections.
            return;
        }
        let ready = Rc::new(self.ready_with(&values));
        match ready.is_complete() {
            true => self.failures.borrow_mut().close(),
            false => {
                let mut failures = self.failures.borrow_mut();
                failures.failed(timestamp::now(), began.elapsed(), &Retry::default());
            }
        }
        let worse = self.ready.borrow().as_ref().is_some_and(|known| known.is_complete()) && !ready.is_complete();
        if worse || ready.exporters.iter().all(Option::is_none) {
            return;
        }
        *self.values.borrow_mut() = values;
        *self.ready.borrow_mut() = Some(Rc::clone(&ready));
        self.generation.set(self.generation.get() + 1);
        // During the invocation; a failure will recur when there is something to send.
        spawn(async move {
            let exporters = ready.exporters.iter().flatten();
            let ahead = exporters.map(async |exporter| {
                exporter.prepare(Duration::MAX).await;
                exporter.open_ahead().await;
            });
            futures_util::future::join_all(ahead).await;
        });
    }

    fn ready_with(&self, values: &secrets::Values) -> ExporterSet {
        let exporters = self.config.destinations.iter().map(|destination| {
            let resolved = destination.settings.resolve(values).inspect_err(|reason| {
                self.diagnostics
                    .warn_once(&format!("{reason}; telemetry is kept in memory and this is retried"));
            });
            Some(Exporter::new(resolved.ok()?, self.config.proxies.clone()))
        });
        ExporterSet {
            exporters: exporters.collect(),
            resource: self.resource(values),
        }
    }

    async fn fetch_secrets(&self) -> secrets::Values {
        if !self.config.needs_secrets() {
            return secrets::Values::default();
        }
        let client = http::Client::with_proxies(TlsOptions::default(), self.config.proxies.clone());
        let resolved = secrets::resolve(&self.config.secret_references, &self.config.aws, &client);
        let mut fetched = pin!(futures_util::future::join(resolved, self.fetch_token(&client)));
        let (resolved, token) = match tokio::time::timeout(SLOW_SECRETS, &mut fetched).await {
            Ok(fetched) => fetched,
            Err(_) => {
                self.warn_of_missing_answers(&format!("after {} s", SLOW_SECRETS.as_secs()));
                fetched.await
            }
        };
        let values = resolved.unwrap_or_else(|error| {
            self.diagnostics.warn_once(&error.to_string());
            error.resolved
        });
        values.with_token(token)
    }

    /// A new web identity token, if exports use one. If that fails, a valid one is kept.
    async fn fetch_token(&self, client: &http::Client) -> Option<WebIdentityToken> {
        let audience = self.config.web_identity_audience.as_deref()?;
        let known = self.values.borrow().token().cloned();
        let now = timestamp::now();
        if known.as_ref().is_some_and(|token| !token.is_due(now)) && self.refused.get() <= Some(self.fetched.get()) {
            return known;
        }
        let region = &self.config.function.region;
        match secrets::web_identity_token(audience, region, &self.config.aws, client, now).await {
            Ok(token) => Some(token),
            Err(reason) => {
                let variable = settings::CLICKSTACK_WEB_IDENTITY_AUDIENCE.variable;
                self.diagnostics
                    .warn_once(&format!("{variable}: there is no web identity token: {reason}"));
                known.filter(|token| !token.is_expired(now))
            }
        }
    }

    /// Reports, at the end of the environment, that secrets are still missing.
    pub fn conclude(&self) {
        if self.running.get() && self.ready.borrow().is_none() && self.config.needs_secrets() {
            self.warn_of_missing_answers("at the end of the environment");
        }
    }

    fn warn_of_missing_answers(&self, when: &str) {
        let references = self.config.secret_references.iter().map(ToString::to_string);
        let token = self
            .config
            .web_identity_audience
            .iter()
            .map(|_| "a web identity token".to_owned());
        let references: Vec<String> = references.chain(token).collect();
        self.diagnostics.warn_once(&format!(
            "no answer {when} to the request for {}; telemetry is kept in memory meanwhile; check the network path to \
             Secrets Manager, Parameter Store and STS (in a VPC: endpoints or a NAT gateway, security groups)",
            references.join(", ")
        ));
    }

    fn resource(&self, values: &secrets::Values) -> Resource {
        let own = self.config.resource_attributes(values).unwrap_or_else(|reason| {
            self.diagnostics
                .warn_once(&format!("{reason}; attributes with secret references are omitted"));
            let mut known = self.config.resource_attributes.clone();
            known.retain(|(_, value)| !secrets::holds_reference(value));
            known
        });
        Resource {
            attributes: resource::attributes(&self.config.function, self.account_id.as_deref(), &own),
            overrides: own
                .into_iter()
                .filter(|(key, _)| self.config.replacing_attributes.contains(key))
                .map(|(key, value)| (key, value.into()))
                .collect(),
            rotel_severity: self.config.logs.as_rotel,
        }
    }
}
