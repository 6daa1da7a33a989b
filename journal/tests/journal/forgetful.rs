//! A writer of exchanges that drops a field: what a snapshot must never do, planted.

use serde::Serialize;
use serde::ser::{Impossible, SerializeStruct, Serializer};

/// The names of the fields of a struct, and its bytes with one field left empty: zero, nothing or none.
pub(crate) fn forgetful(value: &impl Serialize, dropped: Option<&str>) -> (Vec<&'static str>, Vec<u8>) {
    value.serialize(Writer { dropped }).unwrap()
}

struct Writer<'a> {
    dropped: Option<&'a str>,
}

struct Fields<'a> {
    dropped: Option<&'a str>,
    names: Vec<&'static str>,
    bytes: Vec<u8>,
}

type Error = std::fmt::Error;
type No = Impossible<(Vec<&'static str>, Vec<u8>), Error>;

impl SerializeStruct for Fields<'_> {
    type Ok = (Vec<&'static str>, Vec<u8>);
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.names.push(name);
        match self.dropped == Some(name) {
            true => self.bytes.push(0),
            false => self.bytes.extend(postcard::to_allocvec(value).map_err(|_| std::fmt::Error)?),
        }
        Ok(())
    }

    fn end(self) -> Result<Self::Ok, Error> {
        Ok((self.names, self.bytes))
    }
}

macro_rules! not_a_struct {
    ($($method:ident($($kind:ty),*) -> $answer:ty;)+) => {
        $(fn $method(self $(, _: $kind)*) -> Result<$answer, Error> {
            Err(std::fmt::Error)
        })+
    };
}

impl<'a> Serializer for Writer<'a> {
    type Ok = (Vec<&'static str>, Vec<u8>);
    type Error = Error;
    type SerializeSeq = No;
    type SerializeTuple = No;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeMap = No;
    type SerializeStruct = Fields<'a>;
    type SerializeStructVariant = No;

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'a>, Error> {
        Ok(Fields { dropped: self.dropped, names: Vec::new(), bytes: Vec::new() })
    }

    not_a_struct! {
        serialize_bool(bool) -> Self::Ok;
        serialize_i8(i8) -> Self::Ok;
        serialize_i16(i16) -> Self::Ok;
        serialize_i32(i32) -> Self::Ok;
        serialize_i64(i64) -> Self::Ok;
        serialize_u8(u8) -> Self::Ok;
        serialize_u16(u16) -> Self::Ok;
        serialize_u32(u32) -> Self::Ok;
        serialize_u64(u64) -> Self::Ok;
        serialize_f32(f32) -> Self::Ok;
        serialize_f64(f64) -> Self::Ok;
        serialize_char(char) -> Self::Ok;
        serialize_str(&str) -> Self::Ok;
        serialize_bytes(&[u8]) -> Self::Ok;
        serialize_none() -> Self::Ok;
        serialize_unit() -> Self::Ok;
        serialize_unit_struct(&'static str) -> Self::Ok;
        serialize_unit_variant(&'static str, u32, &'static str) -> Self::Ok;
        serialize_seq(Option<usize>) -> No;
        serialize_tuple(usize) -> No;
        serialize_tuple_struct(&'static str, usize) -> No;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> No;
        serialize_map(Option<usize>) -> No;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> No;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<Self::Ok, Error> {
        Err(std::fmt::Error)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: &T,
    ) -> Result<Self::Ok, Error> {
        Err(std::fmt::Error)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Self::Ok, Error> {
        Err(std::fmt::Error)
    }
}
