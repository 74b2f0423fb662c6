//! SnapStart: the environment becomes a snapshot once the extension asks for the first event, and no connection
//! survives that.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use crate::support::secrets::{self, secrets_manager};
use crate::support::{Extension, Intake, Lambda, request_id, run};

const SNAP_START: (&str, &str) = ("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");

#[test]
fn secrets_are_fetched_after_the_restore() {
    run(async {
        // Nothing is sent before that, even in continuous mode.
        for mode in ["end", "continuous,50"] {
            let (lambda, intake) = (Lambda::start().await, Intake::start().await);
            let (value, calls) = (Rc::new(RefCell::new("old".to_owned())), Rc::new(Cell::new(0)));
            let aws = secrets_manager(&value, Duration::ZERO, &calls).await;
            let mut extension =
                secrets::exporting(&lambda, &intake, &aws, &[SNAP_START, ("CLICKSTACK_FLUSH_MODE", mode)]);
            lambda.asked(1).await;
            lambda.deliver(&[lambda.line("initialises")]).await;
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert_eq!((intake.requests(), calls.get()), (0, 0), "a snapshot would break it");
            *value.borrow_mut() = "new".to_owned();
            intake.require_key("new");
            lambda.invocation(&request_id(1), &["one".into()]).await;
            lambda.shutdown("spindown");
            assert_eq!(extension.ended().await, 0);
            assert_eq!(intake.bodies(), ["initialises", "one"]);
            assert_eq!(
                (calls.get(), intake.refused()),
                (1, 0),
                "the key is as new as the environment"
            );
        }
    });
}

#[test]
fn connections_are_opened_after_the_restore() {
    run(async {
        let lambda = Lambda::start().await;
        // Accepts connections and never responds.
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", silent.local_addr().unwrap());
        let _extension = Extension::exporting(&lambda.address(), &url, &[SNAP_START]);
        lambda.asked(1).await;
        let early = tokio::time::timeout(Duration::from_millis(300), silent.accept()).await;
        assert!(early.is_err(), "a snapshot would break it");
        lambda.invoke(&request_id(1), Duration::from_secs(30));
        silent.accept().await.unwrap();
    });
}
