//! One event of Lambda's after the other, until SHUTDOWN.

use std::pin::pin;
use std::time::Duration;

use crate::catch_panic::catch_panic;
use crate::diagnostics::Diagnostics;
use crate::lambda::client::{Client, Error};
use crate::lambda::events::{Invoke, Lifecycle, Shutdown};

/// Failures of `/event/next` in a row after which Lambda is taken to be gone; they take a minute or more.
const LOST: u32 = 60;

/// What is done about the events.
pub(super) trait Steps {
    /// What is due while Lambda has no event; repeated until it has one, which may break it off anywhere.
    async fn between_events(&self);
    /// One invocation, until there is nothing more to do for it.
    async fn invocation(&self, invoke: &Invoke);
    /// The end of the environment.
    async fn shutdown(&self, shutdown: &Shutdown);
}

/// Asks for the next event and does what is to be done, again and again. Whatever goes wrong in a step, Lambda hears of us
/// again: an extension that doesn't ask holds the function up, and one that exits fails it.
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

/// Waits for the next event. What isn't part of the init phase begins here, once Lambda has the request.
async fn next(steps: &impl Steps, client: &mut Client) -> Result<Lifecycle, Error> {
    let mut next = pin!(client.next());
    let mut sound = true;
    loop {
        tokio::select! {
            biased;
            event = &mut next => return event,
            // What panicked would panic again at once.
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

    /// Steps of which every one panics.
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
