//! Reads the bytes of a line: in base64, as a place in the pattern, or only counted.

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine};

use super::fields::{Field, Fields};
use super::json::JsonValue;
use super::line_error::Result;
use super::pattern;
use crate::contract::Payload;

/// No single buffer is said to be longer than this (1 TiB): sums of lengths then fit into 64 bits, whatever a file says.
const LONGEST: u64 = 1 << 40;

/// Bytes of the pattern that one line may name, all its buffers together: no more than what a line could hold in full, so that a
/// short line can't fill the memory.
const MOST_CODED: usize = 64 << 20;

/// Buffers of one vectored write, at most.
const MOST_BUFFERS: usize = 1 << 16;

/// The one buffer of a line.
pub(super) fn one(fields: &Fields) -> Result<Payload> {
    match spelled(fields)? {
        Spelled::Data(data) => base64(data).map(Payload::Bytes),
        Spelled::Length(len) => count(len).map(Payload::Count),
        Spelled::Code(len, code) => coded(len, code, &mut 0),
    }
}

/// The buffers of a vectored write.
pub(super) fn several(fields: &Fields) -> Result<Vec<Payload>> {
    match spelled(fields)? {
        Spelled::Data(data) => list(data, Field::Data, |data| base64(data).map(Payload::Bytes)),
        Spelled::Length(len) => list(len, Field::Len, |len| count(len).map(Payload::Count)),
        Spelled::Code(len, code) => {
            let codes = list(code, Field::Code, Ok)?;
            let lens = list(len, Field::Len, Ok)?;
            if codes.len() != lens.len() {
                return Err(code.fault(format!("`code` has {} entries, `len` has {}", codes.len(), lens.len())));
            }
            let mut total = 0;
            lens.into_iter().zip(codes).map(|(len, code)| coded(len, code, &mut total)).collect()
        }
    }
}

/// What a segment carries: beside the length, which stands there anyway, a line may say the bytes, as `code` or as `data`.
pub(super) fn of_segment(fields: &Fields) -> Result<Payload> {
    let value = fields.need(Field::Len)?;
    let len = fields.small(Field::Len)?;
    match (fields.get(Field::Data), fields.get(Field::Code)) {
        (None, None) => Ok(Payload::Count(len as usize)),
        (Some(_), Some(code)) => Err(code.fault("both `data` and `code`")),
        (Some(data), None) => {
            let bytes = base64(data)?;
            if bytes.len() as u64 != u64::from(len) {
                return Err(data.fault(format!("`data` has {} bytes, but `len` is {len}", bytes.len())));
            }
            Ok(Payload::Bytes(bytes))
        }
        (None, Some(code)) => coded(value, code, &mut 0),
    }
}

/// How a line says which bytes it means.
enum Spelled<'a> {
    Data(JsonValue<'a>),
    Length(JsonValue<'a>),
    Code(JsonValue<'a>, JsonValue<'a>),
}

fn spelled<'a>(fields: &Fields<'a>) -> Result<Spelled<'a>> {
    match (fields.get(Field::Data), fields.get(Field::Len), fields.get(Field::Code)) {
        (Some(data), None, None) => Ok(Spelled::Data(data)),
        (None, Some(len), None) => Ok(Spelled::Length(len)),
        (None, Some(len), Some(code)) => Ok(Spelled::Code(len, code)),
        (Some(_), Some(len), _) => Err(len.fault("both `data` and `len`").help("write `data`, or `len` where contents are not known")),
        (_, None, Some(code)) => Err(code.fault("`code` belongs to a `len`, and never to `data`")),
        (None, None, None) => Err(fields.fault(Field::Data, "neither `data` nor `len`")),
    }
}

fn list<'a, T>(value: JsonValue<'a>, key: Field, mut item: impl FnMut(JsonValue<'a>) -> Result<T>) -> Result<Vec<T>> {
    let mut items = Vec::new();
    value.elements(key.name(), |element| {
        if items.len() == MOST_BUFFERS {
            return Err(element.fault(format!("more than {MOST_BUFFERS} buffers in one write")));
        }
        items.push(item(element)?);
        Ok(())
    })?;
    Ok(items)
}

fn base64(value: JsonValue<'_>) -> Result<bytes::Bytes> {
    let text = value.text(Field::Data.name())?;
    let bytes = STANDARD.decode(text.as_bytes()).map_err(|error| {
        let why = match error {
            DecodeError::InvalidByte(at, _) => format!("character {} of it has no place there", at + 1),
            DecodeError::InvalidLength(_) => "it ends within a group of four characters".to_owned(),
            DecodeError::InvalidLastSymbol { .. } => "its last character has bits that stand for nothing".to_owned(),
            _ => "it needs `=` up to a multiple of four characters".to_owned(),
        };
        value.fault(format!("`data` is not standard base64: {why}"))
    })?;
    Ok(bytes.into())
}

fn count(value: JsonValue<'_>) -> Result<usize> {
    let len = value.integer(Field::Len.name(), LONGEST)?;
    usize::try_from(len).map_err(|_| value.fault("`len` is too large for this machine"))
}

/// A slice of the pattern. `total` counts the bytes of the line.
fn coded(len: JsonValue<'_>, code: JsonValue<'_>, total: &mut usize) -> Result<Payload> {
    let count = count(len)?;
    let start = code.integer(Field::Code.name(), pattern::PERIOD as u64 - 1)?;
    *total = total.saturating_add(count);
    if *total > MOST_CODED {
        return Err(len.fault(format!("more than {MOST_CODED} bytes of `code` in one line")));
    }
    Ok(Payload::Bytes(pattern::slice(start, count)))
}
