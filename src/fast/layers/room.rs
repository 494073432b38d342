//! Room that is taken once.

/// The first entries of a buffer, which grows where it is too short: in the first call.
pub(super) fn room(buffer: &mut Vec<f64>, length: usize) -> &mut [f64] {
    if buffer.len() < length {
        buffer.resize(length, 0.0);
    }
    &mut buffer[..length]
}

/// Same as [`room`], but filled with zeros.
pub(super) fn cleared(buffer: &mut Vec<f64>, length: usize) -> &mut [f64] {
    let room = room(buffer, length);
    room.fill(0.0);
    room
}
