//! The floats of a safetensors file.

use crate::io::half::half;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_float_is_decoded() {
        assert_eq!(decode(Dtype::F64, &0.1_f64.to_le_bytes()), Some(vec![0.1]));
        let floats = [1.5_f32.to_le_bytes(), (-0.1_f32).to_le_bytes()].concat();
        assert_eq!(decode(Dtype::F32, &floats), Some(vec![1.5, f64::from(-0.1_f32)]));
        assert_eq!(decode(Dtype::F16, &0xc100_u16.to_le_bytes()), Some(vec![-2.5]));
        assert_eq!(decode(Dtype::BF16, &[0x80, 0x3f, 0x20, 0xc0]), Some(vec![1.0, -2.5]));
        for dtype in [Dtype::I32, Dtype::BOOL, Dtype::F8_E4M3, Dtype::C64, Dtype::F4] {
            assert_eq!(decode(dtype, &[0; 8]), None);
        }
    }
}
