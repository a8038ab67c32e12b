//! The private key with which a registered program says who it is: RS384 or ES384.
//!
//! # Source
//! SMART App Launch 2.2, asymmetric client authentication: servers take both algorithms. JWK is
//! RFC 7517 and 7518; PEM holds PKCS#8, PKCS#1 or SEC 1.

use std::fmt;
use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPairComponents, PublicKeyComponents};
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA384, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::Value;

use super::ask_error::{AskError, KeyFault};

/// Longer than any file of keys.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// The length of a coordinate of the curve P-384.
const COORDINATE_BYTES: usize = 48;

/// A key that signs.
pub(super) struct SigningKey {
    pair: Pair,
    id: String,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ec(Box<EcdsaKeyPair>),
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, ..)", self.id)
    }
}

impl SigningKey {
    /// Reads the private key of a file: the one of this id, else the first that can sign.
    pub(super) fn read(path: &Path, id: Option<&str>) -> Result<Self, AskError> {
        use std::io::Read as _;
        let failed = |error: std::io::Error| AskError::Secret {
            place: path.display().to_string(),
            why: error.to_string(),
        };
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
        Self::of(&bytes, id).map_err(|fault| AskError::Key { path: path.to_owned(), fault })
    }

    fn of(bytes: &[u8], id: Option<&str>) -> Result<Self, KeyFault> {
        match serde_json::from_slice::<Value>(bytes) {
            Ok(json) => of_json(&json, id),
            Err(_) => {
                let pair = of_pem(bytes)?;
                let id = id.ok_or(KeyFault::NoId)?.to_owned();
                Ok(Self { pair, id })
            }
        }
    }

    /// Its name in the server's list.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// How it signs, by the name of RFC 7518.
    pub(super) fn algorithm(&self) -> &'static str {
        match self.pair {
            Pair::Rsa(_) => "RS384",
            Pair::Ec(_) => "ES384",
        }
    }

    /// Signs; none where the machine gives no random bytes.
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA384, &random, message, &mut signature).ok()?;
                Some(signature)
            }
            Pair::Ec(pair) => Some(pair.sign(&random, message).ok()?.as_ref().to_vec()),
        }
    }
}

/// Finds the key in a JWK or a JWK Set.
fn of_json(json: &Value, id: Option<&str>) -> Result<SigningKey, KeyFault> {
    let keys: Vec<&Value> = match json.get("keys").and_then(Value::as_array) {
        Some(keys) => keys.iter().collect(),
        None if json.get("kty").is_some() => vec![json],
        None => return Err(KeyFault::Neither),
    };
    let text = |key: &Value, name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut fault = KeyFault::NoSuchKey;
    for key in keys.into_iter().filter(|key| key.get("d").is_some()) {
        let own = text(key, "kid");
        // A single key without an id is the one that is meant.
        if id.is_some() && own.is_some() && own.as_deref() != id {
            continue;
        }
        match of_jwk(key) {
            Ok(pair) => {
                let id = id.map(str::to_owned).or(own).ok_or(KeyFault::NoId)?;
                return Ok(SigningKey { pair, id });
            }
            Err(other) => fault = other,
        }
    }
    Err(fault)
}

fn of_jwk(key: &Value) -> Result<Pair, KeyFault> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let part = |name: &str| {
        let text = text(name).ok_or(KeyFault::Broken)?;
        URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| KeyFault::Broken)
    };
    match (text("kty"), text("crv")) {
        (Some("RSA"), _) => {
            let components = KeyPairComponents {
                public_key: PublicKeyComponents { n: part("n")?, e: part("e")? },
                d: part("d")?,
                p: part("p")?,
                q: part("q")?,
                dP: part("dp")?,
                dQ: part("dq")?,
                qInv: part("qi")?,
            };
            if components.public_key.n.len() < 256 {
                return Err(KeyFault::OtherKind);
            }
            let pair = RsaKeyPair::from_components(&components).map_err(|_| KeyFault::Broken)?;
            Ok(Pair::Rsa(Box::new(pair)))
        }
        (Some("EC"), Some("P-384")) => {
            let coordinate = |name: &str| padded(&part(name)?).ok_or(KeyFault::Broken);
            let mut point = vec![4];
            point.extend(coordinate("x")?);
            point.extend(coordinate("y")?);
            let pair = EcdsaKeyPair::from_private_key_and_public_key(
                &ECDSA_P384_SHA384_FIXED_SIGNING,
                &coordinate("d")?,
                &point,
            );
            Ok(Pair::Ec(Box::new(pair.map_err(|_| KeyFault::Broken)?)))
        }
        _ => Err(KeyFault::OtherKind),
    }
}

/// A number with the zeros before it that its place demands.
fn padded(number: &[u8]) -> Option<Vec<u8>> {
    let missing = COORDINATE_BYTES.checked_sub(number.len())?;
    let mut whole = vec![0; missing];
    whole.extend(number);
    Some(whole)
}

fn of_pem(bytes: &[u8]) -> Result<Pair, KeyFault> {
    let key = PrivateKeyDer::from_pem_slice(bytes).map_err(|_| KeyFault::Neither)?;
    let ec = |der: &[u8]| {
        let pair = EcdsaKeyPair::from_private_key_der(&ECDSA_P384_SHA384_FIXED_SIGNING, der);
        pair.map(|pair| Pair::Ec(Box::new(pair))).map_err(|_| KeyFault::OtherKind)
    };
    let rsa = |pair| Pair::Rsa(Box::new(pair));
    match &key {
        PrivateKeyDer::Pkcs1(der) => {
            RsaKeyPair::from_der(der.secret_pkcs1_der()).map(rsa).map_err(|_| KeyFault::OtherKind)
        }
        PrivateKeyDer::Sec1(der) => ec(der.secret_sec1_der()),
        PrivateKeyDer::Pkcs8(der) => {
            let der = der.secret_pkcs8_der();
            RsaKeyPair::from_pkcs8(der).map(rsa).or_else(|_| ec(der))
        }
        _ => Err(KeyFault::OtherKind),
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{
        ECDSA_P384_SHA384_FIXED, KeyPair as _, RSA_PKCS1_2048_8192_SHA384, UnparsedPublicKey,
    };
    use base64::engine::general_purpose::STANDARD;
    use serde_json::{Map, json};

    use super::*;

    fn verified(key: &SigningKey, message: &[u8]) -> bool {
        let signature = key.sign(message).unwrap();
        match &key.pair {
            Pair::Rsa(pair) => {
                UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA384, pair.public_key().as_ref())
                    .verify(message, &signature)
                    .is_ok()
            }
            Pair::Ec(pair) => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, pair.public_key().as_ref())
                    .verify(message, &signature)
                    .is_ok()
            }
        }
    }

    fn of(json: &Value, id: Option<&str>) -> Result<SigningKey, KeyFault> {
        SigningKey::of(json.to_string().as_bytes(), id)
    }

    fn fault(bytes: &[u8], id: Option<&str>) -> KeyFault {
        SigningKey::of(bytes, id).map(|key| key.id).unwrap_err()
    }

    fn rsa_der() -> Vec<u8> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der = pair.as_der().unwrap();
        der.as_ref().to_vec()
    }

    fn ec_der() -> Vec<u8> {
        let random = SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random);
        der.unwrap().as_ref().to_vec()
    }

    fn pem(der: &[u8], what: &str) -> String {
        let text = STANDARD.encode(der);
        format!("-----BEGIN {what}-----\n{text}\n-----END {what}-----\n")
    }

    /// The first value in DER: its content, and what follows.
    fn value(der: &[u8]) -> (&[u8], &[u8]) {
        let (length, at) = match der[1] {
            short @ 0..=127 => (usize::from(short), 2),
            long => {
                let end = 2 + usize::from(long & 127);
                let length = der[2..end].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
                (length, end)
            }
        };
        (&der[at..at + length], &der[at + length..])
    }

    /// The key of PKCS#1 or SEC 1 inside PKCS#8.
    fn inside(pkcs8: &[u8]) -> &[u8] {
        let (info, _) = value(pkcs8);
        let (_version, rest) = value(info);
        let (_algorithm, rest) = value(rest);
        value(rest).0
    }

    /// A key of RSA as JWK, without an id.
    fn rsa_jwk() -> Value {
        let der = rsa_der();
        let (mut numbers, _) = value(inside(&der));
        let mut jwk = Map::new();
        for name in ["version", "n", "e", "d", "p", "q", "dp", "dq", "qi"] {
            let (number, rest) = value(numbers);
            let number = number.strip_prefix(&[0]).unwrap_or(number);
            jwk.insert(name.to_owned(), URL_SAFE_NO_PAD.encode(number).into());
            numbers = rest;
        }
        jwk.insert("kty".to_owned(), "RSA".into());
        Value::Object(jwk)
    }

    #[test]
    fn a_jwk_of_rsa_signs_as_rs384() {
        let key = of(&rsa_jwk(), Some("one")).unwrap();
        assert_eq!((key.algorithm(), key.id()), ("RS384", "one"));
        assert!(verified(&key, b"a.b"));
        assert_eq!(format!("{key:?}"), "SigningKey(one, ..)");
    }

    #[test]
    fn a_jwk_of_p384_signs_as_es384() {
        let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
        let der = pair.to_pkcs8v1().unwrap();
        // SEC 1: the version, the number, the point.
        let (info, _) = value(inside(der.as_ref()));
        let (_version, rest) = value(info);
        let (number, _) = value(rest);
        let point = pair.public_key().as_ref();
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let jwk = json!({
            "kty": "EC", "crv": "P-384", "kid": "three", "d": text(number),
            "x": text(&point[1..49]), "y": text(&point[49..]),
        });
        let key = of(&jwk, None).unwrap();
        assert_eq!((key.algorithm(), key.id()), ("ES384", "three"));
        assert!(verified(&key, b"a.b"));
    }

    #[test]
    fn a_pem_signs_whichever_way_it_is_packed() {
        let (rsa, ec) = (rsa_der(), ec_der());
        for (text, algorithm) in [
            (pem(&rsa, "PRIVATE KEY"), "RS384"),
            (pem(inside(&rsa), "RSA PRIVATE KEY"), "RS384"),
            (pem(&ec, "PRIVATE KEY"), "ES384"),
            (pem(inside(&ec), "EC PRIVATE KEY"), "ES384"),
        ] {
            let key = SigningKey::of(text.as_bytes(), Some("two")).unwrap();
            assert_eq!(key.algorithm(), algorithm);
            assert!(verified(&key, b"a.b"));
        }
    }

    #[test]
    fn the_key_of_the_id_is_found_in_a_set() {
        let mut rsa = rsa_jwk();
        rsa["kid"] = "right".into();
        let public = json!({ "kty": "EC", "crv": "P-384", "kid": "right", "x": "AA", "y": "AA" });
        let other = json!({ "kty": "oct", "kid": "left", "d": "AA" });
        let set = json!({ "keys": [public, other, rsa] });
        assert_eq!(of(&set, Some("right")).unwrap().id(), "right");
        assert_eq!(of(&set, None).unwrap().id(), "right");
        let set = set.to_string();
        assert_eq!(fault(set.as_bytes(), Some("left")), KeyFault::OtherKind);
        assert_eq!(fault(set.as_bytes(), Some("middle")), KeyFault::NoSuchKey);
    }

    #[test]
    fn what_is_no_key_that_can_sign_is_told_apart() {
        assert_eq!(fault(b"hello", Some("x")), KeyFault::Neither);
        assert_eq!(fault(b"{\"a\": 1}", Some("x")), KeyFault::Neither);
        assert_eq!(fault(pem(&ec_der(), "PRIVATE KEY").as_bytes(), None), KeyFault::NoId);
        let mut jwk = rsa_jwk();
        assert_eq!(fault(jwk.to_string().as_bytes(), None), KeyFault::NoId);
        jwk["p"] = jwk["q"].clone();
        assert_eq!(fault(jwk.to_string().as_bytes(), Some("x")), KeyFault::Broken);
        jwk.as_object_mut().unwrap().remove("qi");
        assert_eq!(fault(jwk.to_string().as_bytes(), Some("x")), KeyFault::Broken);
        let p256 = json!({ "kty": "EC", "crv": "P-256", "d": "AA", "x": "AA", "y": "AA" });
        assert_eq!(fault(p256.to_string().as_bytes(), Some("x")), KeyFault::OtherKind);
    }
}
