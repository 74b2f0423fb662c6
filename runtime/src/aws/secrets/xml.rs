//! The subset of XML that AWS's Query protocol needs.

/// The content of the first XML element of this name. Neither tokens nor times contain characters that XML escapes.
pub(super) fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (content, _) = rest.split_once(&format!("</{name}>"))?;
    Some(content.trim())
}
