//! The names of a signal's variables.

/// The prefix of the variables of a single exporter.
pub(in crate::config) const PREFIX: &str = "ROTEL_OTLP_EXPORTER";

/// The names of a signal's variables.
pub(super) struct Names {
    /// The prefix of the exporter's variables.
    pub(super) prefix: String,
    pub(super) signal: String,
    /// Whether the standard variables are used too.
    pub(super) standard: bool,
}

impl Names {
    /// The variables of a parameter, in order of precedence; `standard` is its name among the standard variables.
    pub(super) fn of(&self, parameters: &[&str], standard: Option<&str>) -> Vec<String> {
        let Self { prefix, signal, .. } = self;
        let own = parameters.iter().map(|name| format!("{prefix}_{signal}_{name}"));
        let all = parameters.iter().map(|name| format!("{prefix}_{name}"));
        let mut names: Vec<String> = own.chain(all).collect();
        if let Some(name) = standard.filter(|_| self.standard) {
            names.push(format!("OTEL_EXPORTER_OTLP_{signal}_{name}"));
            names.push(format!("OTEL_EXPORTER_OTLP_{name}"));
        }
        names
    }
}
