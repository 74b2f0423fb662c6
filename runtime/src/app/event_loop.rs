//! Handles Lambda's events one after the other, until SHUTDOWN.

use std::pin::pin;
use std::time::Duration;

use crate::catch_panic::catch_panic;
use crate::diagnostics::Diagnostics;
use crate::lambda::client::{Client, Error};
use crate::lambda::events::{Invoke, Lifecycle, Shutdown};

/// Consecutive failures of `/event/next` after which Lambda is considered gone; they take a minute or more.
const LOST: u32 = 60;

/// What the event loop does for each event.
pub(super) trait Steps {
    /// Work that is due while Lambda has no event; repeated until there is one, which may interrupt it at any point.
    async fn between_events(&self);
    /// Handles one invocation, until nothing is left to do for it.
    async fn invocation(&self, invoke: &Invoke);
    /// The end of the environment.
    async fn shutdown(&self, shutdown: &Shutdown);
}

/// Asks for the next event and handles it, in a loop. Whatever fails in a step, the extension asks Lambda for the next
/// event again: an extension that does not ask delays the function, and one that exits makes it fail.
pub(super) async fn run_event_loop(steps: &impl Steps, client: &mut Client, diagnostics: &Diagnostics) {
    let mut failures = 0;
    while failures < LOST {
        match next(steps, client).await {
            Ok(Lifecycle::Invoke(invoke)) => {
                catch_panic(steps.invocation(&invoke)).await;
            }
            Ok(Lifecycle::Shutdown(shutdown)) => {
                catch_panic(steps.shutdown(&shutdown)).await;
                return;
            }
            Ok(Lifecycle::Unknown) => tokio::time::sleep(Duration::from_millis(10)).await,
            Err(error) => {
                diagnostics.warn_once(&format!("{error}; retrying"));
                // The first failures may only concern the connection, and an invocation may be waiting for the
                // extension.
                let pause = Duration::from_millis(10 << failures.min(7));
                failures += 1;
                tokio::time::sleep(pause).await;
                continue;
            }
        }
        failures = 0;
    }
}

/// Waits for the next event. Work that is not part of the init phase begins here, once Lambda has the request.
async fn next(steps: &impl Steps, client: &mut Client) -> Result<Lifecycle, Error> {
    let mut next = pin!(client.next());
    let mut sound = true;
    loop {
        tokio::select! {
            biased;
            event = &mut next => return event,
            // A step that panicked would panic again at once.
            survived = catch_panic(steps.between_events()), if sound => sound = survived,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::diagnostics::Format;
    use crate::environment::Environment;
    use crate::http::testing::{Answer, Server, run};
    use std::cell::{Cell, RefCell};

    /// Steps that all panic.
    #[derive(Default)]
    struct Panicking {
        taken: RefCell<Vec<String>>,
        between: Cell<usize>,
    }

    impl Steps for Panicking {
        async fn between_events(&self) {
            self.between.set(self.between.get() + 1);
            panic!("on purpose");
        }

        async fn invocation(&self, invoke: &Invoke) {
            self.taken.borrow_mut().push(invoke.request_id.clone());
            tokio::task::yield_now().await;
            panic!("on purpose");
        }

        async fn shutdown(&self, shutdown: &Shutdown) {
            self.taken.borrow_mut().push(shutdown.reason.clone());
            panic!("on purpose");
        }
    }

    #[test]
    fn errors_of_ours_in_every_step_leave_every_event_to_be_asked_for() {
        run(async {
            let events = Cell::new(0);
            let lambda = Server::start(move |_| {
                events.set(events.get() + 1);
                let event = match events.get() {
                    1 | 2 => format!(r#"{{"eventType":"INVOKE","requestId":"{}"}}"#, events.get()),
                    _ => r#"{"eventType":"SHUTDOWN","shutdownReason":"spindown"}"#.to_owned(),
                };
                let delay = Duration::from_millis(10);
                Answer {
                    delay,
                    ..Answer::new(200, event)
                }
            })
            .await;
            let steps = Panicking::default();
            let (config, _) = Config::parse(&Environment::default());
            let diagnostics = Diagnostics::new(Format::Text, config.own_level);
            run_event_loop(&steps, &mut Client::new(&lambda.address.to_string()), &diagnostics).await;
            assert_eq!(*steps.taken.borrow(), ["1", "2", "spindown"]);
            assert_eq!(steps.between.get(), 3, "once for each event");
        });
    }
}
