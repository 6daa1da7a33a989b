//! The digest of a value by its serde form: every field counts, in its order, without being named here.
//!
//! Used where nothing is urgent: the state as a whole, and events that come seldom. Names of fields and types do not
//! count; the number of a variant, the presence of an option and the length of a text or a sequence do.

use std::fmt;

use serde::ser::{self, Serialize};

use crate::digest::Hasher;

impl Hasher {
    /// Takes a value in.
    pub(crate) fn form(&mut self, value: &impl Serialize) {
        value.serialize(Form(self)).expect("a plain value has a form");
    }
}

/// A value whose form is not known, which no state of the engine has.
#[derive(Debug)]
pub(crate) struct NoForm(String);

impl fmt::Display for NoForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoForm {}

impl ser::Error for NoForm {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

struct Form<'a>(&'a mut Hasher);

type Done = Result<(), NoForm>;

macro_rules! words {
    ($($method:ident: $type:ty => |$value:ident| $word:expr),+ $(,)?) => {
        $(fn $method(self, $value: $type) -> Done {
            self.0.word($word);
            Ok(())
        })+
    };
}

impl<'a> ser::Serializer for Form<'a> {
    type Ok = ();
    type Error = NoForm;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeTupleStruct = Parts<'a>;
    type SerializeTupleVariant = Parts<'a>;
    type SerializeMap = Parts<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Parts<'a>;

    words! {
        serialize_bool: bool => |value| u64::from(value),
        serialize_i8: i8 => |value| i64::from(value).cast_unsigned(),
        serialize_i16: i16 => |value| i64::from(value).cast_unsigned(),
        serialize_i32: i32 => |value| i64::from(value).cast_unsigned(),
        serialize_i64: i64 => |value| value.cast_unsigned(),
        serialize_u8: u8 => |value| u64::from(value),
        serialize_u16: u16 => |value| u64::from(value),
        serialize_u32: u32 => |value| u64::from(value),
        serialize_u64: u64 => |value| value,
        serialize_char: char => |value| u64::from(u32::from(value)),
    }

    fn serialize_f32(self, _: f32) -> Done {
        Err(NoForm("a float".to_owned()))
    }

    fn serialize_f64(self, _: f64) -> Done {
        Err(NoForm("a float".to_owned()))
    }

    fn serialize_u128(self, value: u128) -> Done {
        self.0.bytes(&value.to_le_bytes());
        Ok(())
    }

    fn serialize_i128(self, value: i128) -> Done {
        self.0.bytes(&value.to_le_bytes());
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Done {
        self.0.bytes(value.as_bytes());
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Done {
        self.0.bytes(value);
        Ok(())
    }

    fn serialize_none(self) -> Done {
        self.0.word(0);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        self.0.word(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Done {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, variant: u32, _: &'static str) -> Done {
        self.0.word(u64::from(variant));
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        variant: u32,
        _: &'static str,
        value: &T,
    ) -> Done {
        self.0.word(u64::from(variant));
        value.serialize(self)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Parts<'a>, NoForm> {
        let len = len.ok_or_else(|| NoForm("a sequence of unknown length".to_owned()))?;
        self.0.word(len as u64);
        Ok(Parts(self.0))
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'a>, NoForm> {
        Ok(Parts(self.0))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, NoForm> {
        Ok(Parts(self.0))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        variant: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, NoForm> {
        self.0.word(u64::from(variant));
        Ok(Parts(self.0))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Parts<'a>, NoForm> {
        self.serialize_seq(len)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, NoForm> {
        Ok(Parts(self.0))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        variant: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, NoForm> {
        self.0.word(u64::from(variant));
        Ok(Parts(self.0))
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

/// The parts of a value that has several.
struct Parts<'a>(&'a mut Hasher);

macro_rules! parts {
    ($($kind:ident $method:ident),+) => {
        $(impl ser::$kind for Parts<'_> {
            type Ok = ();
            type Error = NoForm;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
                value.serialize(Form(self.0))
            }

            fn end(self) -> Done {
                Ok(())
            }
        })+
    };
}

parts!(SerializeSeq serialize_element, SerializeTuple serialize_element);
parts!(SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field);

macro_rules! fields {
    ($($kind:ident),+) => {
        $(impl ser::$kind for Parts<'_> {
            type Ok = ();
            type Error = NoForm;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Done {
                value.serialize(Form(self.0))
            }

            fn end(self) -> Done {
                Ok(())
            }
        })+
    };
}

fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = NoForm;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        key.serialize(Form(self.0))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(Form(self.0))
    }

    fn end(self) -> Done {
        Ok(())
    }
}
