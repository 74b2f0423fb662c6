//! Endpoints and credentials from complete environments.

use super::credentials::{CONTAINER_TOKEN, CONTAINER_URI};
use super::*;
use crate::http::testing::{Answer, Server, client, run};

fn context<const N: usize>(variables: [(&str, &str); N]) -> Context {
    Context::from_environment(&Environment::from(variables))
}

fn url(context: &Context, service: Service, partition: &str, region: &str) -> String {
    context.endpoint(service, partition, region).unwrap().to_string()
}

#[test]
fn finds_endpoints_by_partition_and_region() {
    let plain = context([]);
    let secrets = Service::SecretsManager;
    let expected = "https://secretsmanager.eu-central-1.amazonaws.com/";
    assert_eq!(url(&plain, secrets, "aws", "eu-central-1"), expected);
    assert_eq!(
        url(&plain, Service::Ssm, "aws-cn", "cn-north-1"),
        "https://ssm.cn-north-1.amazonaws.com.cn/"
    );
    assert_eq!(
        url(&plain, Service::Sts, partition("eu-west-1"), "eu-west-1"),
        "https://sts.eu-west-1.amazonaws.com/"
    );
    let fips = context([("AWS_USE_FIPS_ENDPOINT", "true")]);
    let expected = "https://ssm-fips.us-gov-west-1.amazonaws.com/";
    assert_eq!(url(&fips, Service::Ssm, "aws-us-gov", "us-gov-west-1"), expected);
}

#[test]
fn lets_the_environment_set_endpoints() {
    let one = context([
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:2"),
    ]);
    assert_eq!(url(&one, Service::SecretsManager, "aws", "r"), "http://127.0.0.1:1/");
    assert_eq!(url(&one, Service::Ssm, "aws", "r"), "http://127.0.0.1:2/");
    let own = context([("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:3")]);
    assert_eq!(url(&own, Service::SecretsManager, "aws", "r"), "http://127.0.0.1:3/");
    let bad = context([("AWS_ENDPOINT_URL", "127.0.0.1:1")]);
    let reason = bad.endpoint(Service::Ssm, "aws", "r").unwrap_err();
    assert!(reason.starts_with("AWS_ENDPOINT_URL: it has no scheme"), "{reason}");
}

#[test]
fn knows_the_partition_of_a_region() {
    for (region, expected) in [
        ("us-east-1", "aws"),
        ("us-gov-east-1", "aws-us-gov"),
        ("cn-northwest-1", "aws-cn"),
        ("eusc-de-east-1", "aws-eusc"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("mx-central-1", "aws"),
    ] {
        assert_eq!(partition(region), expected, "{region}");
    }
}

#[test]
fn takes_credentials_from_the_environment() {
    run(async {
        let client = client();
        let context = context([("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "hidden")]);
        let credentials = context.credentials(&client).await.unwrap();
        assert_eq!(credentials.secret_access_key, "hidden");
        assert_eq!(credentials.session_token, None);
        assert!(!format!("{credentials:?} {context:?}").contains("hidden"));
    });
}

#[test]
fn prefers_the_container_endpoint() {
    run(async {
        let server = Server::start(|_| {
            Answer::new(
                200,
                r#"{"AccessKeyId":"a","SecretAccessKey":"b","Token":"c","Expiration":"2030-01-01T00:00:00Z"}"#,
            )
        })
        .await;
        let uri = server.url("http", "127.0.0.1") + "/credentials";
        let context = context([
            (CONTAINER_URI, uri.as_str()),
            (CONTAINER_TOKEN, "token"),
            ("AWS_ACCESS_KEY_ID", "x"),
            ("AWS_SECRET_ACCESS_KEY", "y"),
        ]);
        let credentials = context.credentials(&client()).await.unwrap();
        let expected = Credentials {
            access_key_id: "a".to_owned(),
            secret_access_key: "b".to_owned(),
            session_token: Some("c".to_owned()),
        };
        assert!(credentials == expected);
        let seen = server.requests.borrow()[0].clone();
        assert_eq!(
            (seen.path.as_str(), seen.header("authorization")),
            ("/credentials", Some("token"))
        );
    });
}

#[test]
fn says_what_is_wrong_with_the_container_endpoint() {
    run(async {
        let server = Server::start(|seen| match seen.path.as_str() {
            "/denied" => Answer::new(403, ""),
            _ => Answer::new(200, r#"{"AccessKeyId":"hidden"}"#),
        })
        .await;
        let base = server.url("http", "127.0.0.1");
        for (uri, expected) in [
            (format!("{base}/denied"), "answered with status 403"),
            (
                format!("{base}/other"),
                "answered without AccessKeyId and SecretAccessKey",
            ),
            ("127.0.0.1".to_owned(), ": it has no scheme"),
        ] {
            let context = context([(CONTAINER_URI, uri.as_str())]);
            let error = context.credentials(&client()).await.unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
            assert!(!format!("{error:?}").contains("hidden"));
        }
    });
}
