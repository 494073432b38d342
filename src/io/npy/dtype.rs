//! The number types of numpy.

use crate::io::half::half;

/// How a number is written.
pub(super) struct Dtype {
    kind: Kind,
    /// The size of a number.
    pub bytes: usize,
    big_endian: bool,
}

enum Kind {
    /// `False` is 0, `True` is 1.
    Boolean,
    Float,
    Signed,
    Unsigned,
}

impl Dtype {
    /// Byte order, kind and number of bytes, such as `<f8`; none for types that are not real numbers.
    pub fn parse(text: &str) -> Option<Self> {
        let (order, rest) = text.split_at_checked(1)?;
        let (kind, bytes) = rest.split_at_checked(1)?;
        let bytes = bytes.parse().ok()?;
        let kind = match (kind, bytes) {
            ("b", 1) => Kind::Boolean,
            ("f", 2 | 4 | 8) => Kind::Float,
            ("i", 1 | 2 | 4 | 8) => Kind::Signed,
            ("u", 1 | 2 | 4 | 8) => Kind::Unsigned,
            _ => return None,
        };
        let big_endian = match order {
            "<" => false,
            ">" => true,
            "|" if bytes == 1 => false,
            _ => return None,
        };
        Some(Dtype { kind, bytes, big_endian })
    }

    /// The number that these bytes are.
    pub fn decode(&self, number: &[u8]) -> f64 {
        let mut bytes = [0; 8];
        let used = &mut bytes[..self.bytes];
        used.copy_from_slice(number);
        if self.big_endian {
            used.reverse();
        }
        let bits = u64::from_le_bytes(bytes);
        let unused = 64 - 8 * self.bytes;
        match self.kind {
            Kind::Boolean => f64::from(u8::from(bits != 0)),
            Kind::Float if self.bytes == 2 => half(bits as u16),
            Kind::Float if self.bytes == 4 => f64::from(f32::from_bits(bits as u32)),
            Kind::Float => f64::from_bits(bits),
            // Shifted up and down again, the sign fills the unused bits.
            Kind::Signed => (((bits << unused) as i64) >> unused) as f64,
            Kind::Unsigned => bits as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Dtype;

    #[test]
    fn every_number_type_is_decoded() {
        let decode = |dtype: &str, bytes: &[u8]| Dtype::parse(dtype).unwrap().decode(bytes);
        assert_eq!(decode("<f8", &1.5_f64.to_le_bytes()), 1.5);
        assert_eq!(decode(">f8", &1.5_f64.to_be_bytes()), 1.5);
        assert_eq!(decode("<f4", &(-2.5_f32).to_le_bytes()), -2.5);
        assert_eq!(decode(">f4", &(-2.5_f32).to_be_bytes()), -2.5);
        assert_eq!(decode("<f2", &0x3555_u16.to_le_bytes()), 0.333251953125);
        assert_eq!(decode(">f2", &0xfbff_u16.to_be_bytes()), -65504.0);
        assert_eq!([0, 1].map(|byte| decode("|b1", &[byte])), [0.0, 1.0]);
        assert_eq!(decode("|i1", &(-3_i8).to_le_bytes()), -3.0);
        assert_eq!(decode(">i2", &(-300_i16).to_be_bytes()), -300.0);
        assert_eq!(decode("<i4", &(-70_000_i32).to_le_bytes()), -70_000.0);
        assert_eq!(decode("<i8", &(-5_i64).to_le_bytes()), -5.0);
        assert_eq!(decode("|u1", &[255]), 255.0);
        assert_eq!(decode(">u8", &(1_u64 << 52).to_be_bytes()), (1_u64 << 52) as f64);
    }

    #[test]
    fn types_that_are_not_real_numbers_are_refused() {
        for dtype in
            ["", "<", "<f", "<f1", "<f16", "<c16", "|b2", "|O", "<U3", "|f8", "=f8", "<i3", "é8", "<M8[ns]"]
        {
            assert!(Dtype::parse(dtype).is_none(), "{dtype}");
        }
    }
}
