//! Shortens an input that a decoder does not bear.

use std::mem::discriminant;

use super::{Decoder, Fault, Meter, judge};

/// Most inputs tried.
const ATTEMPTS: u32 = 2_000;

/// Leaves bytes out, long runs first, as long as the same kind of fault remains.
pub(super) fn shrink(
    decoder: &Decoder,
    mut fault: Fault,
    mut input: Vec<u8>,
    meter: Meter,
) -> (Fault, Vec<u8>) {
    let mut attempts = 0;
    let mut size = input.len().div_ceil(2);
    while size > 0 {
        let mut start = 0;
        while start < input.len() && attempts < ATTEMPTS {
            let end = input.len().min(start + size);
            let without = [&input[..start], &input[end..]].concat();
            let mut sealed = without.clone();
            (decoder.seal)(&mut sealed);
            let found = [without, sealed].into_iter().find_map(|shorter| {
                attempts += 1;
                let told = judge(decoder, &shorter, meter).0.err()?;
                (discriminant(&told) == discriminant(&fault)).then_some((told, shorter))
            });
            match found {
                Some(found) => (fault, input) = found,
                None => start += size,
            }
        }
        size /= 2;
    }
    (fault, input)
}
