//! A strict reader of one JSON object: every field is asked for by name, and all that is wrong is collected.
//!
//! A field given twice, a field nobody asked for and a decimal written as a JSON number are errors, so that a typing
//! mistake is never silently a default.

use std::fmt;
use std::ops::RangeInclusive;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// Longest text of a given value that an error repeats, in characters.
const MAX_GIVEN: usize = 64;

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Its name; empty if the whole text is meant.
    pub field: String,
    /// What was given, as JSON, cut to 64 characters; `None` if the field is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// What is wrong with it and what is allowed.
    pub message: String,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        write!(f, "{}", self.message)
    }
}

/// The fields of one JSON object that have not been asked for yet, and the errors so far.
pub(crate) struct Fields {
    entries: Vec<(String, Value)>,
    asked: Vec<&'static str>,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Reads the text of one JSON object.
    pub(crate) fn read(text: &str) -> Result<Self, FieldError> {
        let whole = |message: String| FieldError { field: String::new(), given: None, message };
        match serde_json::from_str(text) {
            Ok(Entries(entries)) => Ok(Self { entries, asked: Vec::new(), errors: Vec::new() }),
            Err(e) if e.is_data() => Err(whole(format!("is not a JSON object: {e}"))),
            Err(e) => Err(whole(format!("is not JSON: {e}"))),
        }
    }

    fn take(&mut self, name: &'static str) -> Option<Value> {
        if !self.asked.contains(&name) {
            self.asked.push(name);
        }
        let index = self.entries.iter().position(|(field, _)| field == name)?;
        Some(self.entries.remove(index).1)
    }

    /// Notes what is wrong with a field.
    pub(crate) fn wrong(&mut self, name: &str, given: Option<&Value>, message: impl fmt::Display) {
        let given = given.map(|value| shorten(&value.to_string()));
        self.errors.push(FieldError { field: name.to_owned(), given, message: message.to_string() });
    }

    /// Whether the object still has the field.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(field, _)| field == name)
    }

    /// A text that may be absent, read by `parse`.
    pub(crate) fn optional<T, E: fmt::Display>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.take(name)?;
        let Value::String(text) = &value else {
            self.wrong(name, Some(&value), "must be a JSON string in double quotes");
            return None;
        };
        match parse(text) {
            Ok(parsed) => Some(parsed),
            Err(e) => {
                self.wrong(name, Some(&value), e);
                None
            }
        }
    }

    /// A text that must be there, read by `parse`.
    pub(crate) fn required<T, E: fmt::Display>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        if self.has(name) {
            return self.optional(name, parse);
        }
        self.missing(name);
        None
    }

    /// A decimal that must be there: a string, never a number.
    pub(crate) fn decimal<T, E: fmt::Display>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let Some(value) = self.take(name) else {
            self.missing(name);
            return None;
        };
        let read = match &value {
            Value::String(text) => parse(text).map_err(|e| e.to_string()),
            Value::Number(number) => {
                Err(format!("must be a string, \"{number}\": a JSON number is not exact"))
            }
            _ => Err("must be a decimal in a string such as \"100.25\"".to_owned()),
        };
        read.map_err(|message| self.wrong(name, Some(&value), message)).ok()
    }

    /// A whole number of this range that may be absent.
    pub(crate) fn integer(&mut self, name: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let value = self.take(name)?;
        let number = value.as_u64().filter(|number| range.contains(number));
        if number.is_none() {
            let (min, max) = (range.start(), range.end());
            self.wrong(
                name,
                Some(&value),
                format!("{} is not a whole number from {min} to {max}", shorten(&value.to_string())),
            );
        }
        number
    }

    /// A whole number of this range that must be there.
    pub(crate) fn required_integer(&mut self, name: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        if self.has(name) {
            return self.integer(name, range);
        }
        self.missing(name);
        None
    }

    /// `true` or `false`; absent is false.
    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        match self.take(name) {
            None | Some(Value::Bool(false)) => false,
            Some(Value::Bool(true)) => true,
            Some(value) => {
                self.wrong(name, Some(&value), "is not true or false");
                false
            }
        }
    }

    /// Notes that a field is missing.
    pub(crate) fn missing(&mut self, name: &'static str) {
        if !self.asked.contains(&name) {
            self.asked.push(name);
        }
        self.wrong(name, None, "is missing");
    }

    /// Takes a field out that does not matter or does not belong.
    pub(crate) fn discard(&mut self, name: &'static str) -> Option<Value> {
        self.take(name)
    }

    /// The errors so far.
    pub(crate) fn errors(self) -> Vec<FieldError> {
        self.errors
    }

    /// The errors, with one for each field nobody asked for.
    pub(crate) fn finish(mut self) -> Vec<FieldError> {
        let known = self.asked.join(", ");
        for (field, value) in std::mem::take(&mut self.entries) {
            if self.asked.contains(&field.as_str()) {
                self.wrong(&field, Some(&value), "is given twice");
            } else {
                self.wrong(
                    &shorten(&field),
                    Some(&value),
                    format!("is not a field here; the fields are {known}"),
                );
            }
        }
        self.errors
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_GIVEN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The entries of a JSON object in their order, doubles kept (a map would drop them silently).
struct Entries(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Entries;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "an object with fields")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Object)
    }
}
