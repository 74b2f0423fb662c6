//! The origin of rows: the resource and scope of their records.

use super::row::Row;
use super::{fields, value};
use crate::otlp::messages::common::InstrumentationScope;
use crate::otlp::messages::resource::Resource as WireResource;
use crate::record::{Resource, Value};

/// A resource as in rows.
#[derive(Debug, Default)]
pub struct Entity {
    attributes: Vec<(String, Value)>,
    schema_url: String,
}

impl Entity {
    /// The extension's own.
    pub fn ours(resource: &Resource) -> Self {
        Entity {
            attributes: resource.attributes.clone(),
            schema_url: String::new(),
        }
    }

    /// That of an SDK.
    pub fn from_otlp(resource: Option<WireResource>, schema_url: String) -> Self {
        Entity {
            attributes: value::attributes_from_otlp(resource.unwrap_or_default().attributes),
            schema_url,
        }
    }
}

/// A scope as in rows.
#[derive(Debug, Default)]
pub struct Scope {
    name: String,
    version: String,
    attributes: Vec<(String, Value)>,
    dropped_attributes: u32,
    schema_url: String,
}

impl Scope {
    /// From OTLP.
    pub fn from_otlp(scope: Option<InstrumentationScope>, schema_url: String) -> Self {
        let scope = scope.unwrap_or_default();
        Scope {
            name: scope.name,
            version: scope.version,
            attributes: value::attributes_from_otlp(scope.attributes),
            dropped_attributes: scope.dropped_attributes_count,
            schema_url,
        }
    }
}

/// Writes the cells that all rows of a resource and scope have in common.
pub fn write(row: &mut Row<'_>, entity: &Entity, scope: &Scope) {
    let attributes = fields::of(&entity.attributes);
    let service = attributes.iter().find(|(name, _)| name == "service.name");
    row.text(&service.map(|(_, field)| field.text()).unwrap_or_default());
    row.attributes(&attributes);
    row.text(&entity.schema_url);
    row.text(&scope.name);
    row.text(&scope.version);
    row.text(&scope.schema_url);
    row.attributes(&fields::of(&scope.attributes));
    row.integer(u64::from(scope.dropped_attributes));
}
