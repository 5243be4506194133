//! JSON in and out: a document tree that sees duplicate keys, scalars for flat records, and the RFC 8785 number form.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::Serialize;

use crate::error::{Code, Fault, quote};

/// A JSON value as read: key order and duplicates kept, every number an f64 as in RFC 8785.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads one document.
    pub(crate) fn parse(text: &str, depth: usize) -> Result<Self, Fault> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let mut too_deep = false;
        let seed = TreeSeed { left: depth, too_deep: &mut too_deep };
        let parsed = seed.deserialize(&mut reader).and_then(|tree| reader.end().map(|()| tree));
        parsed.map_err(|error| if too_deep { depth_fault(depth) } else { syntax_fault(&error, text, "$") })
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => fields.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// What stands here, for an error message.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Null => "`null`".into(),
            Self::Bool(b) => format!("`{b}`"),
            Self::Number(x) => format!("`{}`", number(*x)),
            Self::Text(text) => quote(text),
            Self::List(items) => format!("a list of {}", items.len()),
            Self::Object(fields) => format!("an object of {} fields", fields.len()),
        }
    }

    /// The RFC 8785 form. Of a key that stands several times the last one counts, so such a text is never canonical.
    pub(crate) fn canonical(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write_canonical(&mut out);
        out
    }

    fn write_canonical(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Bool(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
            Self::Number(x) => out.extend_from_slice(ryu_js::Buffer::new().format(*x).as_bytes()),
            Self::Text(text) => push_text(out, text),
            Self::List(items) => {
                out.push(b'[');
                for (n, item) in items.iter().enumerate() {
                    if n > 0 {
                        out.push(b',');
                    }
                    item.write_canonical(out);
                }
                out.push(b']');
            }
            Self::Object(fields) => {
                let mut fields: Vec<&(String, Self)> = fields.iter().rev().collect();
                fields.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
                fields.dedup_by(|(a, _), (b, _)| a == b);
                out.push(b'{');
                for (n, (key, value)) in fields.into_iter().enumerate() {
                    if n > 0 {
                        out.push(b',');
                    }
                    push_text(out, key);
                    out.push(b':');
                    value.write_canonical(out);
                }
                out.push(b'}');
            }
        }
    }
}

struct TreeSeed<'a> {
    left: usize,
    too_deep: &'a mut bool,
}

impl TreeSeed<'_> {
    fn below<E: de::Error>(&mut self) -> Result<TreeSeed<'_>, E> {
        match self.left.checked_sub(1) {
            Some(left) => Ok(TreeSeed { left, too_deep: self.too_deep }),
            None => {
                *self.too_deep = true;
                Err(E::custom("too deep"))
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for TreeSeed<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TreeSeed<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, b: bool) -> Result<Json, E> {
        Ok(Json::Bool(b))
    }

    #[expect(clippy::cast_precision_loss, reason = "RFC 8785 holds every number as an f64")]
    fn visit_i64<E>(self, n: i64) -> Result<Json, E> {
        Ok(Json::Number(n as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "RFC 8785 holds every number as an f64")]
    fn visit_u64<E>(self, n: u64) -> Result<Json, E> {
        Ok(Json::Number(n as f64))
    }

    fn visit_f64<E>(self, x: f64) -> Result<Json, E> {
        Ok(Json::Number(x))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self.below()?)? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Json, A::Error> {
        let mut fields = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            fields.push((key, map.next_value_seed(self.below()?)?));
        }
        Ok(Json::Object(fields))
    }
}

/// A field's value in a flat document; lists and objects are passed over, since no field may hold one.
#[derive(Clone, Debug)]
pub(crate) enum Scalar<'a> {
    Null,
    Bool(bool),
    Whole(u64),
    Negative(i64),
    Real(f64),
    Text(Cow<'a, str>),
    List,
    Object,
}

impl Scalar<'_> {
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Null => "`null`".into(),
            Self::Bool(b) => format!("`{b}`"),
            Self::Whole(n) => format!("`{n}`"),
            Self::Negative(n) => format!("`{n}`"),
            Self::Real(x) => format!("`{}`", number(*x)),
            Self::Text(text) => quote(text),
            Self::List => "a list".into(),
            Self::Object => "an object".into(),
        }
    }

    /// The whole number up to `most`; `1.0` is one, as in JSON Schema.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "guarded: whole and at most 2^53")]
    pub(crate) fn whole(&self, most: u64) -> Option<u64> {
        let n = match *self {
            Self::Whole(n) => n,
            Self::Real(x) if x.trunc() == x && (0.0..=9_007_199_254_740_992.0).contains(&x) => x as u64,
            _ => return None,
        };
        (n <= most).then_some(n)
    }

    #[expect(clippy::cast_precision_loss, reason = "only small numbers are used exactly")]
    pub(crate) fn real(&self) -> Option<f64> {
        match *self {
            Self::Whole(n) => Some(n as f64),
            Self::Negative(n) => Some(n as f64),
            Self::Real(x) => Some(x),
            _ => None,
        }
    }
}

impl<'de: 'a, 'a> de::Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;

        impl<'de> Visitor<'de> for ScalarVisitor {
            type Value = Scalar<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }

            fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Null)
            }

            fn visit_bool<E>(self, b: bool) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Bool(b))
            }

            fn visit_i64<E>(self, n: i64) -> Result<Scalar<'de>, E> {
                Ok(u64::try_from(n).map_or(Scalar::Negative(n), Scalar::Whole))
            }

            fn visit_u64<E>(self, n: u64) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Whole(n))
            }

            fn visit_f64<E>(self, x: f64) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Real(x))
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar<'de>, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Scalar::List)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar<'de>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Scalar::Object)
            }
        }

        deserializer.deserialize_any(ScalarVisitor)
    }
}

/// The fault of a text that is not JSON; `path` is the innermost place that was reached.
pub(crate) fn syntax_fault(error: &serde_json::Error, text: &str, path: &str) -> Fault {
    let message = error.to_string();
    if message.starts_with("recursion limit exceeded") {
        return depth_fault(128).at(path);
    }
    if message.starts_with("number out of range") {
        return Fault::new(Code::OutOfRange, path, "a number beyond the range of a double", "a number that a double can hold");
    }
    let reason = message.split(" at line ").next().unwrap_or_default().to_owned();
    let found = if text.trim().is_empty() {
        "nothing".to_owned()
    } else {
        let near: String = line_from(text, error.line(), error.column()).chars().take(24).collect();
        let place = if near.is_empty() { "the end".to_owned() } else { quote(&near) };
        let line = if error.line() > 1 { format!("line {}, ", error.line()) } else { String::new() };
        format!("{place} ({line}column {}: {reason})", error.column())
    };
    Fault::new(Code::NotJson, path, found, "JSON")
}

/// The text from the (1-based) line and byte column on.
fn line_from(text: &str, line: usize, column: usize) -> &str {
    let line = text.split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
    let mut start = column.saturating_sub(1).min(line.len());
    while !line.is_char_boundary(start) {
        start -= 1;
    }
    line.get(start..).unwrap_or_default()
}

fn depth_fault(depth: usize) -> Fault {
    Fault::new(Code::TooDeep, "$", format!("more than {depth} levels of nesting"), format!("at most {depth}"))
}

/// A number in the form of ECMAScript and RFC 8785: `40`, `0.5`, `1e-9`.
pub(crate) fn number(x: f64) -> String {
    ryu_js::Buffer::new().format(x).to_owned()
}

/// Appends a JSON string literal; serde_json's escapes are those of RFC 8785.
pub(crate) fn push_text(out: &mut Vec<u8>, text: &str) {
    // Writing to a vector cannot fail.
    let _ = serde_json::to_writer(out, text);
}

/// Writes numbers as RFC 8785 does, so that every language prints the same bytes.
struct EcmaNumbers;

impl serde_json::ser::Formatter for EcmaNumbers {
    fn write_f64<W: ?Sized + std::io::Write>(&mut self, writer: &mut W, value: f64) -> std::io::Result<()> {
        writer.write_all(ryu_js::Buffer::new().format(value).as_bytes())
    }
}

/// Compact JSON in the order of the type's fields, numbers in the form of RFC 8785.
pub(crate) fn to_json<T: Serialize>(value: &T) -> String {
    let mut out = Vec::with_capacity(4096);
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, EcmaNumbers);
    // Fails on maps without text keys only, of which this crate has none.
    let _ = value.serialize(&mut serializer);
    String::from_utf8(out).unwrap_or_default()
}

/// A field's place below a path: `.name`, or `["any text"]` where the name is no plain word.
pub(crate) fn below(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if plain {
        return format!("{path}.{key}");
    }
    let mut quoted = Vec::new();
    let short: String = key.chars().take(60).collect();
    push_text(&mut quoted, &short);
    format!("{path}[{}]", String::from_utf8_lossy(&quoted))
}

#[cfg(test)]
mod tests {
    use super::Json;

    fn canonical(text: &str) -> String {
        let tree = Json::parse(text, 8).unwrap_or(Json::Null);
        String::from_utf8(tree.canonical()).unwrap_or_default()
    }

    #[test]
    fn canonical_form_is_that_of_rfc_8785() {
        // The examples of the RFC's sections 3.2.2 to 3.2.4.
        let document = r#"{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"#;
        let expected = concat!(
            r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#,
            r#""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        );
        assert_eq!(canonical(document), expected);
        let keys = r#"{"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7}"#;
        assert_eq!(canonical(keys), "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}");
        assert_eq!(
            canonical("[-0, 1e21, 9007199254740993, 5e-324, 0.1, 123456789012345680000]"),
            "[0,1e+21,9007199254740992,5e-324,0.1,123456789012345680000]"
        );
        assert_eq!(canonical(r#"{"b": 1, "a": 2, "b": 3}"#), r#"{"a":2,"b":3}"#);
    }

    #[test]
    fn canonical_form_reads_as_itself() {
        for text in [crate::Policy::reference_json(), crate::catalogue(), r#"{"":[[],{}],"\u0000":""}"#] {
            let once = canonical(text);
            assert_eq!(canonical(&once), once);
            assert_eq!(
                once.as_bytes(),
                serde_json_canonicalizer::to_vec(&serde_json::from_str::<serde_json::Value>(text).unwrap_or_default()).unwrap_or_default()
            );
        }
    }
}
