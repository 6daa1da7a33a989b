//! A strict reader of one JSON object and of those inside it: every field is asked for by name, and all that is wrong
//! is collected under its path (`conditions.trigger.price`, `quotes[2].bid`).
//!
//! A field given twice, a field nobody asked for and a decimal written as a JSON number are errors, so that a typing
//! mistake is never silently a default.

use std::fmt;
use std::ops::RangeInclusive;

use serde::Serialize;

use crate::json::{Entries, Json};

/// Longest text of a given value that an error repeats, in characters.
const MAX_GIVEN: usize = 64;

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Its path; empty if the whole text is meant.
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
    /// What stands before the name of a field in an error: empty, or a path and a point.
    path: String,
    entries: Vec<(String, Json)>,
    asked: Vec<&'static str>,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Reads the text of one JSON object.
    pub(crate) fn read(text: &str) -> Result<Self, FieldError> {
        let whole = |message: String| FieldError { field: String::new(), given: None, message };
        match serde_json::from_str(text) {
            Ok(Entries(entries)) => Ok(Self::new(String::new(), entries)),
            Err(e) if e.is_data() => Err(whole(format!("is not a JSON object: {e}"))),
            Err(e) => Err(whole(format!("is not JSON: {e}"))),
        }
    }

    fn new(path: String, entries: Vec<(String, Json)>) -> Self {
        Self { path, entries, asked: Vec::new(), errors: Vec::new() }
    }

    fn ask(&mut self, name: &'static str) {
        if !self.asked.contains(&name) {
            self.asked.push(name);
        }
    }

    fn take(&mut self, name: &'static str) -> Option<Json> {
        self.ask(name);
        let index = self.entries.iter().position(|(field, _)| field == name)?;
        Some(self.entries.remove(index).1)
    }

    fn take_required(&mut self, name: &'static str) -> Option<Json> {
        let value = self.take(name);
        if value.is_none() {
            self.missing(name);
        }
        value
    }

    /// Notes what is wrong with a field.
    pub(crate) fn wrong(&mut self, name: &str, given: Option<&Json>, message: impl fmt::Display) {
        let field = format!("{}{name}", self.path);
        let given = given.map(|value| shorten(&value.to_string()));
        self.errors.push(FieldError { field, given, message: message.to_string() });
    }

    /// Whether the object still has the field.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(field, _)| field == name)
    }

    fn text<T, E: fmt::Display>(
        &mut self,
        name: &'static str,
        value: &Json,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let Json::Text(text) = value else {
            self.wrong(name, Some(value), "must be a JSON string in double quotes");
            return None;
        };
        parse(text).map_err(|e| self.wrong(name, Some(value), e)).ok()
    }

    /// A text that may be absent, read by `parse`.
    pub(crate) fn optional<T, E: fmt::Display>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.take(name)?;
        self.text(name, &value, parse)
    }

    /// A text that must be there, read by `parse`.
    pub(crate) fn required<T, E: fmt::Display>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.take_required(name)?;
        self.text(name, &value, parse)
    }

    /// A decimal that must be there: a string, never a number.
    pub(crate) fn decimal<T, E: fmt::Display>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.take_required(name)?;
        let read = match &value {
            Json::Text(text) => parse(text).map_err(|e| e.to_string()),
            Json::Number(number) => {
                Err(format!("must be a string, \"{number}\": a JSON number is not exact"))
            }
            _ => Err("must be a decimal in a string such as \"100.25\"".to_owned()),
        };
        read.map_err(|message| self.wrong(name, Some(&value), message)).ok()
    }

    fn whole(&mut self, name: &'static str, value: &Json, range: &RangeInclusive<i128>) -> Option<i128> {
        let number = match value {
            Json::Number(number) => {
                number.as_u64().map(i128::from).or_else(|| number.as_i64().map(i128::from))
            }
            _ => None,
        };
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let (min, max) = (range.start(), range.end());
            let given = shorten(&value.to_string());
            self.wrong(name, Some(value), format!("{given} is not a whole number from {min} to {max}"));
        }
        number
    }

    /// A whole number of this range that may be absent.
    pub(crate) fn integer<T: TryFrom<i128> + Into<i128> + Copy>(
        &mut self,
        name: &'static str,
        range: RangeInclusive<T>,
    ) -> Option<T> {
        let value = self.take(name)?;
        let range = (*range.start()).into()..=(*range.end()).into();
        self.whole(name, &value, &range).and_then(|number| T::try_from(number).ok())
    }

    /// A whole number of this range that must be there.
    pub(crate) fn required_integer<T: TryFrom<i128> + Into<i128> + Copy>(
        &mut self,
        name: &'static str,
        range: RangeInclusive<T>,
    ) -> Option<T> {
        if self.has(name) {
            return self.integer(name, range);
        }
        self.missing(name);
        None
    }

    /// `true` or `false`; absent is false.
    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        self.take(name).is_some_and(|value| self.boolean(name, &value).unwrap_or_default())
    }

    /// `true` or `false` that must be there.
    pub(crate) fn required_flag(&mut self, name: &'static str) -> Option<bool> {
        let value = self.take_required(name)?;
        self.boolean(name, &value)
    }

    fn boolean(&mut self, name: &'static str, value: &Json) -> Option<bool> {
        if let Json::Bool(flag) = value {
            return Some(*flag);
        }
        self.wrong(name, Some(value), "is not true or false");
        None
    }

    /// The fields of an object inside this one that may be absent. Give them back to [`Fields::leave`].
    pub(crate) fn enter(&mut self, name: &'static str) -> Option<Self> {
        match self.take(name)? {
            Json::Object(entries) => Some(Self::new(format!("{}{name}.", self.path), entries)),
            other => {
                self.wrong(name, Some(&other), "is not an object with fields");
                None
            }
        }
    }

    /// The objects of a list that must be there, with at most `most` of them. Give each back to [`Fields::leave`].
    pub(crate) fn enter_list(&mut self, name: &'static str, most: u32) -> Option<Vec<Self>> {
        let value = self.take_required(name)?;
        let Json::List(items) = value else {
            self.wrong(name, Some(&value), "is not a list of objects");
            return None;
        };
        if items.len() as u64 > u64::from(most) {
            self.wrong(name, None, format!("has {} entries, at most {most} are allowed", items.len()));
            return None;
        }
        let mut objects = Vec::with_capacity(items.len());
        for (place, item) in items.into_iter().enumerate() {
            match item {
                Json::Object(entries) => {
                    objects.push(Self::new(format!("{}{name}[{place}].", self.path), entries));
                }
                other => {
                    self.wrong(&format!("{name}[{place}]"), Some(&other), "is not an object with fields")
                }
            }
        }
        Some(objects)
    }

    /// Takes over what was wrong inside; whether that was nothing.
    pub(crate) fn leave(&mut self, inside: Self) -> bool {
        let errors = inside.finish();
        let good = errors.is_empty();
        self.errors.extend(errors);
        good
    }

    /// Notes that a field is missing.
    pub(crate) fn missing(&mut self, name: &'static str) {
        self.ask(name);
        self.wrong(name, None, "is missing");
    }

    /// Takes a field out that does not matter.
    pub(crate) fn discard(&mut self, name: &'static str) {
        self.take(name);
    }

    /// Takes out whatever was not asked for yet.
    pub(crate) fn forget(&mut self) {
        self.entries.clear();
    }

    /// Refuses a field that does not belong here.
    pub(crate) fn refuse(&mut self, name: &'static str, message: &str) {
        if let Some(given) = self.take(name) {
            self.wrong(name, Some(&given), message);
        }
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
                let message = format!("is not a field here; the fields are {known}");
                self.wrong(&shorten(&field), Some(&value), message);
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
