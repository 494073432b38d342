//! The floats of a safetensors file.

use ::safetensors::Dtype;

/// Numbers in the order of their bytes, the lowest first; none for types that are not floats.
pub(super) fn decode(dtype: Dtype, bytes: &[u8]) -> Option<Vec<f64>> {
    fn numbers<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
        bytes.as_chunks().0.iter().map(|&bytes| number(bytes)).collect()
    }
    Some(match dtype {
        Dtype::F64 => numbers(bytes, f64::from_le_bytes),
        Dtype::F32 => numbers(bytes, |bytes| f32::from_le_bytes(bytes).into()),
        Dtype::F16 => numbers(bytes, |bytes| half(u16::from_le_bytes(bytes))),
        // The upper half of a float32.
        Dtype::BF16 => numbers(bytes, |[low, high]| f32::from_le_bytes([0, 0, low, high]).into()),
        _ => return None,
    })
}

/// A float of 16 bits: a sign, five bits of exponent, ten of the fraction.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff) / 1024.0);
    let magnitude = match exponent {
        0 => fraction * 2_f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2_f64.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_float_is_decoded() {
        assert_eq!(decode(Dtype::F64, &0.1_f64.to_le_bytes()), Some(vec![0.1]));
        let floats = [1.5_f32.to_le_bytes(), (-0.1_f32).to_le_bytes()].concat();
        assert_eq!(decode(Dtype::F32, &floats), Some(vec![1.5, f64::from(-0.1_f32)]));
        assert_eq!(decode(Dtype::BF16, &[0x80, 0x3f, 0x20, 0xc0]), Some(vec![1.0, -2.5]));
        for dtype in [Dtype::I32, Dtype::BOOL, Dtype::F8_E4M3, Dtype::C64, Dtype::F4] {
            assert_eq!(decode(dtype, &[0; 8]), None);
        }
    }

    #[test]
    fn halves_are_decoded_from_the_smallest_to_the_largest() {
        for (bits, value) in [
            (0x0000, 0.0),
            (0x0001, 2_f64.powi(-24)),
            (0x03ff, 1023.0 * 2_f64.powi(-24)),
            (0x0400, 2_f64.powi(-14)),
            (0x3555, 0.333251953125),
            (0x3c00, 1.0),
            (0xc100, -2.5),
            (0x7bff, 65504.0),
            (0xfc00, f64::NEG_INFINITY),
        ] {
            assert_eq!(half(bits), value, "{bits:04x}");
            assert_eq!(decode(Dtype::F16, &u16::to_le_bytes(bits)), Some(vec![value]));
        }
        assert!(half(0x7e00).is_nan());
        assert!(half(0x8000).is_sign_negative());
    }
}
