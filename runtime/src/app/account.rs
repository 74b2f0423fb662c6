//! The account's id where OpenTelemetry's language layers look for it.

use std::path::Path;

/// A dangling symbolic link whose target is the account's id. OpenTelemetry's Lambda extension introduced this; the
/// wrappers of its language layers read it for `cloud.account.id` and log an error if it is missing.
pub const LINK: &str = "/tmp/.otel-aws-account-id";

/// Creates the link, one system call. If it already exists or cannot be created, only one attribute of the SDK's is
/// missing.
pub fn publish(account_id: Option<&str>, link: &Path) {
    let known = account_id.filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()));
    if let Some(id) = known {
        let _ = std::os::unix::fs::symlink(id, link);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_names_the_account() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("account");
        publish(None, &link);
        publish(Some("../etc/passwd"), &link);
        assert!(std::fs::read_link(&link).is_err());
        publish(Some("123456789012"), &link);
        publish(Some("210987654321"), &link);
        assert_eq!(std::fs::read_link(&link).unwrap(), Path::new("123456789012"));
        publish(Some("123456789012"), Path::new("/nowhere/at/all"));
    }
}
