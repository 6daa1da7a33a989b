//! The bytes under entries and chunks: little-endian words and variable-length integers, read strictly.
//!
//! A value has exactly one encoding; a longer one of the same value is refused. So one history has one hash.

use crate::JournalError;

/// Appends a variable-length integer: seven bits a byte, lowest first, 1 to 10 bytes.
pub(crate) fn put_uvarint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a signed variable-length integer; small magnitudes are short.
pub(crate) fn put_ivarint(out: &mut Vec<u8>, value: i64) {
    put_uvarint(out, (value << 1 ^ value >> 63) as u64);
}

/// Reads from the front of a run of bytes; knows where it stands for the message of an error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
    /// Where the run starts in the part that an error names.
    origin: usize,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8], origin: usize) -> Self {
        Self { bytes, position: 0, origin }
    }

    pub(crate) const fn position(&self) -> usize {
        self.position
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.position == self.bytes.len()
    }

    /// An error at the place reached.
    pub(crate) fn malformed(&self, what: impl ToString) -> JournalError {
        JournalError::malformed(self.origin + self.position, what)
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8], JournalError> {
        let rest = &self.bytes[self.position..];
        let Some(taken) = rest.get(..len) else {
            return Err(self.malformed(format_args!("{len} bytes are needed, {} are left", rest.len())));
        };
        self.position += len;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], JournalError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, JournalError> {
        match self.bytes.get(self.position) {
            Some(&byte) => {
                self.position += 1;
                Ok(byte)
            }
            None => Err(self.malformed("a byte is needed, none is left")),
        }
    }

    pub(crate) fn u16(&mut self) -> Result<u16, JournalError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, JournalError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, JournalError> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn uvarint(&mut self) -> Result<u64, JournalError> {
        let start = *self;
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(start.malformed("an integer of more than 64 bits"));
            }
            value |= bits << shift;
            if byte < 0x80 {
                if bits == 0 && shift > 0 {
                    return Err(start.malformed("an integer that is longer than it need be"));
                }
                return Ok(value);
            }
        }
        Err(start.malformed("an integer of more than 64 bits"))
    }

    pub(crate) fn uvarint32(&mut self) -> Result<u32, JournalError> {
        let start = *self;
        u32::try_from(self.uvarint()?).map_err(|_| start.malformed("an integer of more than 32 bits"))
    }

    pub(crate) fn ivarint(&mut self) -> Result<i64, JournalError> {
        self.uvarint().map(|value| (value >> 1) as i64 ^ -((value & 1) as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_come_back() {
        for bits in 0..=64 {
            let edge = 1_u128 << bits;
            for value in [edge - 1, edge, edge + 1] {
                let Ok(value) = u64::try_from(value) else { continue };
                let mut bytes = Vec::new();
                put_uvarint(&mut bytes, value);
                assert_eq!(Reader::new(&bytes, 0).uvarint(), Ok(value));
                bytes.clear();
                put_ivarint(&mut bytes, value as i64);
                assert_eq!(Reader::new(&bytes, 0).ivarint(), Ok(value as i64));
            }
        }
    }

    /// Where an error is said to be counts from the start of the part, not of the run.
    #[test]
    fn an_error_names_its_place() {
        let place = |error: JournalError| match error {
            JournalError::Malformed { at, what } => (at, what),
            other => panic!("{other}"),
        };
        let mut reader = Reader::new(&[1, 2, 3, 0x80, 0x00], 100);
        assert_eq!(reader.u8(), Ok(1));
        let (at, what) = place(reader.take(5).unwrap_err());
        assert_eq!((at, what.as_str()), (101, "5 bytes are needed, 4 are left"));
        assert_eq!((reader.take(2), reader.position(), reader.is_empty()), (Ok(&[2, 3][..]), 3, false));
        let (at, what) = place(reader.uvarint().unwrap_err());
        assert_eq!((at, what.as_str()), (103, "an integer that is longer than it need be"));
        let (at, what) = place(reader.u8().unwrap_err());
        assert_eq!((at, what.as_str(), reader.is_empty()), (105, "a byte is needed, none is left", true));
    }

    #[test]
    fn a_second_encoding_of_a_value_is_refused() {
        for bytes in [&[0x80, 0x00][..], &[0xff, 0x80, 0x00], &[0xff; 10], &[0x80; 11], &[0x80]] {
            assert!(Reader::new(bytes, 0).uvarint().is_err(), "{bytes:?}");
        }
        let most = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(Reader::new(&most, 0).uvarint(), Ok(u64::MAX));
        let above = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
        assert!(Reader::new(&above, 0).uvarint().is_err());
    }
}
