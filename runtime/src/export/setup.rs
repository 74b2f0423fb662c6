//! Making the exporter: it needs secrets, which are fetched beside everything else and again when a key was changed.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::circuit::{Circuit, Permit};
use super::exporter::Exporter;
use crate::config::Config;
use crate::diagnostics::Diagnostics;
use crate::http::{self, TlsOptions};
use crate::record::Resource;
use crate::{resource, secrets};

/// Secrets are fetched again at most this often.
const REFRESH_PAUSE: Duration = Duration::from_secs(60);

/// What an export needs.
pub struct Ready {
    /// The backend.
    pub exporter: Exporter,
    /// What all records describe.
    pub resource: Resource,
}

/// Makes the exporter and makes it anew.
pub struct Setup {
    config: Config,
    account_id: Option<String>,
    diagnostics: Rc<Diagnostics>,
    ready: RefCell<Option<Rc<Ready>>>,
    running: Cell<bool>,
    finished: Notify,
    failures: RefCell<Circuit>,
    refreshed: Cell<Option<Instant>>,
}

impl Setup {
    /// Nothing is done before `start`.
    pub fn new(config: Config, account_id: Option<String>, diagnostics: Rc<Diagnostics>) -> Self {
        Setup {
            config,
            account_id,
            diagnostics,
            ready: RefCell::default(),
            running: Cell::new(false),
            finished: Notify::new(),
            failures: RefCell::default(),
            refreshed: Cell::new(None),
        }
    }

    /// Begins to make the exporter, if that isn't under way and the last failure isn't too recent.
    pub fn start(self: &Rc<Self>) {
        let refused = self.failures.borrow().permit(Instant::now()) == Permit::Refused;
        if self.running.get() || refused {
            return;
        }
        self.running.set(true);
        let setup = Rc::clone(self);
        tokio::task::spawn_local(async move {
            setup.make().await;
            setup.running.set(false);
            setup.finished.notify_waiters();
        });
    }

    /// The exporter. While it is being made, waits for it until the given time; a failed attempt is repeated.
    pub async fn ready(self: &Rc<Self>, until: Instant) -> Option<Rc<Ready>> {
        if self.ready.borrow().is_none() {
            self.start();
        }
        if self.running.get() {
            let finished = self.finished.notified();
            let _ = tokio::time::timeout_at(until.into(), finished).await;
        }
        self.ready.borrow().clone()
    }

    /// The exporter, if it is made and isn't being made anew.
    pub fn ready_now(&self) -> Option<Rc<Ready>> {
        self.ready.borrow().clone()
    }

    /// The backend refused our key: secrets may have changed, so they are fetched again, once a minute at most. True if
    /// there is hope.
    pub fn refresh(self: &Rc<Self>) -> bool {
        let recent = self.refreshed.get().is_some_and(|at| at.elapsed() < REFRESH_PAUSE);
        if self.config.secret_references.is_empty() || recent {
            return false;
        }
        self.refreshed.set(Some(Instant::now()));
        self.start();
        self.running.get()
    }

    async fn make(&self) {
        let began = Instant::now();
        let values = self.fetch_secrets().await;
        match self.config.exporter.resolve(&values) {
            Ok(exporter) => {
                self.failures.borrow_mut().succeeded();
                let ready = Rc::new(Ready {
                    exporter: Exporter::new(exporter, self.config.proxies.clone()),
                    resource: self.resource(&values),
                });
                *self.ready.borrow_mut() = Some(Rc::clone(&ready));
                // While the function works; a failure shows again when there is something to send.
                tokio::task::spawn_local(async move { ready.exporter.prepare(Duration::MAX).await });
            }
            Err(reason) => {
                self.diagnostics.warn_once(&format!(
                    "{reason}; telemetry is kept in memory and this is tried again"
                ));
                self.failures.borrow_mut().failed(Instant::now(), began.elapsed());
            }
        }
    }

    async fn fetch_secrets(&self) -> secrets::Values {
        if self.config.secret_references.is_empty() {
            return secrets::Values::default();
        }
        let client = http::Client::with_proxies(TlsOptions::default(), self.config.proxies.clone());
        match secrets::resolve(&self.config.secret_references, &self.config.aws, &client).await {
            Ok(values) => values,
            Err(error) => {
                self.diagnostics.warn_once(&error.to_string());
                error.resolved
            }
        }
    }

    fn resource(&self, values: &secrets::Values) -> Resource {
        let overrides = self.config.resource_attributes(values).unwrap_or_else(|reason| {
            self.diagnostics
                .warn(&format!("{reason}; attributes with secret references are left out"));
            let mut known = self.config.resource_attributes.clone();
            known.retain(|(_, value)| !secrets::holds_reference(value));
            known
        });
        Resource {
            attributes: resource::attributes(&self.config.function, self.account_id.as_deref(), &overrides),
            overrides: overrides.into_iter().map(|(key, value)| (key, value.into())).collect(),
        }
    }
}
