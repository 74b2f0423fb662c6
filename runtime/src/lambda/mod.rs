//! Lambda's side: the Extensions API client, the Telemetry API's events and the listener that receives them.

pub mod client;
pub mod events;
pub mod initialization;
pub mod listener;
pub mod telemetry;
