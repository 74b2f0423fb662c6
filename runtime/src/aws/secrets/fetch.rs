//! Fetches the values of references: each service and region at the same time, each secret once.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::call::{Api, CallError};
use super::error::{Error, Failure};
use super::found::Found;
use super::reference::{Reference, Service};
use super::values::Values;
use super::{json, parameter_store, secrets_manager};
use crate::aws::{self, Context, Credentials};
use crate::http::Client;

/// Secrets at one endpoint.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    service: Service,
    partition: String,
    region: String,
}

/// Fetches every secret that the references name, within the timeouts of the calls (7 s if a service never answers). An
/// error contains the failed references and the values of all others.
pub async fn resolve(references: &[Reference], context: &Context, client: &Client) -> Result<Values, Error> {
    if references.is_empty() {
        return Ok(Values::default());
    }
    let secrets = match context.credentials(client).await {
        Ok(credentials) => fetch(references, context, client, &credentials).await,
        Err(error) => all(references, &error.to_string()),
    };
    let (mut values, mut failures) = (Values::default(), Vec::new());
    for reference in references {
        match select(reference, secrets.get(&reference.arn())) {
            Ok(value) => values.insert(reference, &value),
            Err(reason) => failures.push(Failure {
                reference: reference.clone(),
                reason,
            }),
        }
    }
    if failures.is_empty() {
        Ok(values)
    } else {
        Err(Error {
            failures,
            resolved: values,
        })
    }
}

fn all(references: &[Reference], reason: &str) -> BTreeMap<String, Found> {
    let mut all = BTreeMap::new();
    all.extend(
        references
            .iter()
            .map(|reference| (reference.arn(), Err(reason.to_owned()))),
    );
    all
}

fn select(reference: &Reference, secret: Option<&Found>) -> Found {
    let secret = match secret {
        Some(Ok(secret)) => secret,
        Some(Err(reason)) => return Err(reason.clone()),
        None => return Err("it was not requested".to_owned()),
    };
    match &reference.key {
        Some(key) => json::select(secret, key).map_err(str::to_owned),
        None => Ok(secret.clone()),
    }
}

async fn fetch(
    references: &[Reference],
    context: &Context,
    client: &Client,
    credentials: &Credentials,
) -> BTreeMap<String, Found> {
    let mut places: BTreeMap<Place, BTreeSet<String>> = BTreeMap::new();
    for reference in references {
        let place = Place {
            service: reference.service,
            partition: reference.partition.clone(),
            region: reference.region.clone(),
        };
        places.entry(place).or_default().insert(reference.arn());
    }
    let fetched = places.into_iter().map(|(place, arns)| async move {
        let arns: Vec<String> = arns.into_iter().collect();
        match api(&place, context, client, credentials) {
            Ok(api) => fetch_place(&api, place.service, &arns).await,
            Err(reason) => arns.into_iter().map(|arn| (arn, Err(reason.clone()))).collect(),
        }
    });
    let mut all = BTreeMap::new();
    all.extend(join_all(fetched).await.into_iter().flatten());
    all
}

fn api<'a>(
    place: &Place,
    context: &Context,
    client: &'a Client,
    credentials: &'a Credentials,
) -> Result<Api<'a>, String> {
    let service = match place.service {
        Service::SecretsManager => aws::Service::SecretsManager,
        Service::ParameterStore => aws::Service::Ssm,
    };
    Ok(Api {
        client,
        credentials,
        service,
        endpoint: context.endpoint(service, &place.partition, &place.region)?,
        region: place.region.clone(),
    })
}

async fn fetch_place(api: &Api<'_>, service: Service, arns: &[String]) -> Vec<(String, Found)> {
    let size = match service {
        Service::SecretsManager => secrets_manager::BATCH,
        Service::ParameterStore => parameter_store::BATCH,
    };
    let batches = arns.chunks(size).map(|batch| fetch_batch(api, service, batch));
    let found = join_all(batches).await.into_iter().flatten();
    arns.iter().cloned().zip(found).collect()
}

/// If the role may not read a batch as a whole, its secrets are read one by one: secrets other than the forbidden one
/// may be allowed, and `BatchGetSecretValue` is a separate permission.
async fn fetch_batch(api: &Api<'_>, service: Service, arns: &[String]) -> Vec<Found> {
    match fetch_at_once(api, service, arns).await {
        Ok(found) => found,
        Err(error) if error.is_denied() && arns.len() > 1 => {
            let single = arns.chunks(1).map(|arn| async move {
                let found = fetch_at_once(api, service, arn).await;
                found.unwrap_or_else(|error| vec![Err(error.reason)])
            });
            join_all(single).await.into_iter().flatten().collect()
        }
        Err(error) => arns.iter().map(|_| Err(error.reason.clone())).collect(),
    }
}

async fn fetch_at_once(api: &Api<'_>, service: Service, arns: &[String]) -> Result<Vec<Found>, CallError> {
    match (service, arns) {
        (Service::SecretsManager, [arn]) => Ok(vec![secrets_manager::get(api, arn).await?]),
        (Service::SecretsManager, arns) => secrets_manager::get_batch(api, arns).await,
        (Service::ParameterStore, arns) => parameter_store::get_batch(api, arns).await,
    }
}
