//! Why a certificate is not trusted, and how to fix it, except for what has already been done.

use rustls::CertificateError;

use super::pem::Pem;
use super::pinned::{is_algorithm, is_authority_as_server};

const SETTING: &str = "ROTEL_OTLP_EXPORTER_TLS_CA_FILE";

/// The supported algorithms; ring has no P-521.
pub(super) const ALGORITHMS: &str = "RSA, ECDSA with P-256 or P-384, Ed25519";

/// The object identifier of the curve P-521, 1.3.132.0.35.
const P_521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

/// The reason with the fix; `authorities` is the CA file, if there is one.
pub(super) fn explain(reason: &CertificateError, authorities: Option<&Pem>) -> String {
    match reason {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            format!("{reason}; renew the backend's certificate")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => format!(
            "{reason}; the endpoint's host must be a subjectAltName of the certificate, a common name is not enough"
        ),
        CertificateError::UnknownIssuer => match authorities {
            None => format!("{reason}; put your own certificate authority into {SETTING}"),
            Some(pem) => format!("{reason}: neither the certificate nor its authority is in {pem} ({SETTING})"),
        },
        CertificateError::BadSignature => match authorities {
            None => reason.to_string(),
            Some(pem) => format!(
                "{reason}: it was not signed by the authority of that name in {pem} ({SETTING}), which may be an older one"
            ),
        },
        reason if is_authority_as_server(reason) => match authorities {
            None => format!(
                "it is the certificate of an authority (CA:TRUE); to trust exactly this certificate, put \
                             it into {SETTING}"
            ),
            Some(pem) => format!(
                "it is the certificate of an authority (CA:TRUE), and not the one in {pem} \
                                  ({SETTING})"
            ),
        },
        reason if is_algorithm(reason) => {
            format!("its signature is by {}; supported are {ALGORITHMS}", algorithm(reason))
        }
        reason => reason.to_string(),
    }
}

fn algorithm(reason: &CertificateError) -> String {
    let (signature, key) = match reason {
        CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id,
            public_key_algorithm_id,
        } => (&signature_algorithm_id[..], &public_key_algorithm_id[..]),
        CertificateError::UnsupportedSignatureAlgorithmContext {
            signature_algorithm_id, ..
        } => (&signature_algorithm_id[..], &[][..]),
        _ => (&[][..], &[][..]),
    };
    if key.windows(P_521.len()).any(|window| window == P_521) {
        return "ECDSA with P-521".to_owned();
    }
    let hex: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("the algorithm with the identifier {hex} (DER)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_advice_that_was_followed_already() {
        let file = Pem::File("/var/task/ca.pem".into());
        let setting = format!("into {SETTING}");
        let unknown = CertificateError::UnknownIssuer;
        assert!(explain(&unknown, None).contains(&setting));
        let known = explain(&unknown, Some(&file));
        assert!(
            known.contains("/var/task/ca.pem") && !known.contains(&setting),
            "{known}"
        );
        for reason in [CertificateError::Expired, CertificateError::NotValidForName] {
            for authorities in [None, Some(&file)] {
                assert!(!explain(&reason, authorities).contains(SETTING), "{reason}");
            }
        }
    }

    #[test]
    fn algorithms_are_named() {
        let reason = CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id: vec![0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04],
            public_key_algorithm_id: [&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05], P_521].concat(),
        };
        let said = explain(&reason, None);
        assert!(said.contains("ECDSA with P-521; supported are RSA"), "{said}");
        let other = CertificateError::UnsupportedSignatureAlgorithmContext {
            signature_algorithm_id: vec![0x2a, 0x03],
            supported_algorithms: vec![],
        };
        assert!(
            explain(&other, None).contains("identifier 2a03"),
            "{}",
            explain(&other, None)
        );
    }
}
