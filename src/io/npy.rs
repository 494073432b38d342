//! The npy format of one array: a magic string, a header that is a dictionary in Python's notation, and the values.
//!
//! Written here and not left to a library: the array's shape comes from a file that may be damaged, and must be held
//! against the bytes that are there before it is multiplied out or memory is taken for it.

use crate::data::quoted;
use std::io::{self, Read, Write};

const MAGIC: &[u8] = b"\x93NUMPY";

/// The longest header that is read, as in numpy. Those of plain arrays have 118 bytes.
const LONGEST_HEADER: usize = 10_000;

/// Magic string, version, header and values together start and end on multiples of this.
const ALIGNMENT: usize = 64;

/// An array as it stands in the file.
pub(super) struct Npy {
    /// The length of each axis.
    pub shape: Vec<usize>,
    /// Whether the first index runs fastest, not the last.
    pub fortran_order: bool,
    /// The values, in the order of the file.
    pub values: Vec<f64>,
}

/// Why bytes are not an array of numbers.
#[derive(Debug, PartialEq)]
pub(super) enum Flaw {
    /// The type is not one of numbers.
    Dtype(String),
    /// The bytes do not fit together.
    Damaged(String),
}

impl From<io::Error> for Flaw {
    fn from(error: io::Error) -> Self {
        Flaw::Damaged(error.to_string())
    }
}

impl From<String> for Flaw {
    fn from(reason: String) -> Self {
        Flaw::Damaged(reason)
    }
}

/// The header's three entries.
#[derive(Debug, PartialEq)]
struct Header {
    dtype: String,
    fortran_order: bool,
    shape: Vec<usize>,
}

/// How a number is written.
struct Dtype {
    kind: Kind,
    bytes: usize,
    big_endian: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Float,
    Signed,
    Unsigned,
}

/// Reads an array that fills `size` bytes.
pub(super) fn read(mut file: impl Read, size: u64) -> Result<Npy, Flaw> {
    let (text, start) = read_header(&mut file)?;
    let Header { dtype, fortran_order, shape } = Cursor(&text).header()?;
    let Some(format) = Dtype::parse(&dtype) else { return Err(Flaw::Dtype(dtype)) };

    let values = shape.iter().try_fold(1_usize, |product, &axis| product.checked_mul(axis));
    let promised = values.and_then(|values| values.checked_mul(format.bytes));
    let present = size.saturating_sub(start as u64);
    let Some(promised) = promised.filter(|&bytes| bytes as u64 == present) else {
        let shape = tuple(&shape);
        return Err(Flaw::Damaged(format!(
            "shape {shape} of dtype {dtype} does not fill its {present} bytes"
        )));
    };
    // `size` too is what the file says: memory is taken as bytes arrive. One byte more is asked for, because the
    // archive compares checksums where an entry ends.
    let mut bytes = Vec::new();
    file.take(present + 1).read_to_end(&mut bytes)?;
    if bytes.len() != promised {
        return Err(Flaw::Damaged(format!("{promised} bytes are promised, {} are there", bytes.len())));
    }
    let values = bytes.chunks_exact(format.bytes).map(|number| format.decode(number)).collect();
    Ok(Npy { shape, fortran_order, values })
}

/// The header's text, and where the values start.
fn read_header(file: &mut impl Read) -> Result<(String, usize), Flaw> {
    let damaged = |reason: &str| Flaw::Damaged(reason.to_string());
    let mut start = [0; 8];
    file.read_exact(&mut start)?;
    if &start[..6] != MAGIC {
        return Err(damaged("it does not start as an npy array"));
    }
    // The length of the header has two bytes in version 1 and four from version 2 on.
    let mut length = [0; 4];
    let width = match start[6] {
        1 => 2,
        2 | 3 => 4,
        version => return Err(Flaw::Damaged(format!("npy version {version} is not known"))),
    };
    file.read_exact(&mut length[..width])?;
    let length = u32::from_le_bytes(length) as usize;
    if length > LONGEST_HEADER {
        return Err(Flaw::Damaged(format!("its header has {length} bytes, beyond {LONGEST_HEADER}")));
    }
    let mut text = vec![0; length];
    file.read_exact(&mut text)?;
    let text = String::from_utf8(text).map_err(|_| damaged("its header is not text"))?;
    Ok((text, start.len() + width + length))
}

impl Dtype {
    /// Byte order, kind and number of bytes, such as `<f8`; none for types that are not real numbers.
    fn parse(text: &str) -> Option<Self> {
        let (order, rest) = text.split_at_checked(1)?;
        let (kind, bytes) = rest.split_at_checked(1)?;
        let bytes = bytes.parse().ok()?;
        let kind = match (kind, bytes) {
            ("f", 4 | 8) => Kind::Float,
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

    fn decode(&self, number: &[u8]) -> f64 {
        let mut bytes = [0; 8];
        let used = &mut bytes[..self.bytes];
        used.copy_from_slice(number);
        if self.big_endian {
            used.reverse();
        }
        let bits = u64::from_le_bytes(bytes);
        let unused = 64 - 8 * self.bytes;
        match self.kind {
            Kind::Float if self.bytes == 4 => f64::from(f32::from_bits(bits as u32)),
            Kind::Float => f64::from_bits(bits),
            // Shifted up and down again, the sign fills the unused bits.
            Kind::Signed => (((bits << unused) as i64) >> unused) as f64,
            Kind::Unsigned => bits as f64,
        }
    }
}

/// What is still to be read of a header such as `{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }`.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    /// The whole dictionary; its keys may have any order.
    fn header(mut self) -> Result<Header, Flaw> {
        let (mut dtype, mut fortran_order, mut shape) = (None, None, None);
        self.expect("{")?;
        while !self.skip("}") {
            let key = self.string()?;
            self.expect(":")?;
            match key {
                "descr" => dtype = Some(self.dtype()?),
                "fortran_order" => fortran_order = Some(self.boolean()?),
                "shape" => shape = Some(self.shape()?),
                _ => return Err(format!("its header has the unknown key {}", quoted(key)).into()),
            }
            if !self.skip(",") {
                self.expect("}")?;
                break;
            }
        }
        match (dtype, fortran_order, shape) {
            (Some(dtype), Some(fortran_order), Some(shape)) => Ok(Header { dtype, fortran_order, shape }),
            _ => Err("its header lacks descr, fortran_order or shape".to_string().into()),
        }
    }

    /// Moves past a token, if it is the next.
    fn skip(&mut self, token: &str) -> bool {
        self.0 = self.0.trim_start();
        let rest = self.0.strip_prefix(token);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.skip(token) { Ok(()) } else { Err(self.unexpected(token)) }
    }

    fn unexpected(&self, token: &str) -> String {
        format!("its header has {} where {token} belongs", quoted(self.0.trim_end()))
    }

    fn string(&mut self) -> Result<&'a str, String> {
        let quote = ["'", "\""].into_iter().find(|quote| self.skip(quote));
        let parts = quote.and_then(|quote| self.0.split_once(quote));
        let (string, rest) = parts.ok_or_else(|| self.unexpected("a string"))?;
        self.0 = rest;
        Ok(string)
    }

    /// The type's name; a list is the type of a structure, and left to the message.
    fn dtype(&mut self) -> Result<String, Flaw> {
        if self.skip("[") {
            return Err(Flaw::Dtype(format!("[{}", self.0)));
        }
        Ok(self.string()?.to_string())
    }

    fn boolean(&mut self) -> Result<bool, String> {
        match (self.skip("True"), self.skip("False")) {
            (true, _) => Ok(true),
            (_, true) => Ok(false),
            _ => Err(self.unexpected("True or False")),
        }
    }

    fn shape(&mut self) -> Result<Vec<usize>, String> {
        let mut shape = Vec::new();
        self.expect("(")?;
        while !self.skip(")") {
            shape.push(self.length()?);
            if !self.skip(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(shape)
    }

    fn length(&mut self) -> Result<usize, String> {
        self.0 = self.0.trim_start();
        let end = self.0.find(|character: char| !character.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at(end);
        let length = digits.parse().map_err(|_| self.unexpected("a length"))?;
        self.0 = rest;
        // Python 2 marks long integers.
        self.skip("L");
        Ok(length)
    }
}

/// A shape as Python writes it.
pub(super) fn tuple(shape: &[usize]) -> String {
    match shape {
        [length] => format!("({length},)"),
        _ => format!("({})", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
    }
}

/// Writes `float64` values in C order.
pub(super) fn write(mut file: impl Write, shape: &[usize], values: &[f64]) -> io::Result<()> {
    let text = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {}, }}", tuple(shape));
    let before = MAGIC.len() + 4;
    let length = (before + text.len() + 1).next_multiple_of(ALIGNMENT) - before;
    let count = u16::try_from(length).map_err(|_| io::Error::other("the array has too many axes"))?;
    file.write_all(MAGIC)?;
    file.write_all(&[1, 0])?;
    file.write_all(&count.to_le_bytes())?;
    file.write_all(format!("{text:width$}\n", width = length - 1).as_bytes())?;
    for value in values {
        file.write_all(&value.to_le_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn header(text: &str) -> Result<Header, Flaw> {
        Cursor(text).header()
    }

    #[test]
    fn headers_are_read_in_any_order_and_with_the_marks_of_old_versions() {
        let expected = Header { dtype: "<f8".to_string(), fortran_order: true, shape: vec![2, 3] };
        let new = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }      \n";
        let old = "{\"shape\": (2L, 3L), 'descr':'<f8','fortran_order' : True}";
        assert_eq!(header(new).as_ref(), Ok(&expected));
        assert_eq!(header(old), Ok(expected));
        for (text, shape) in [("()", vec![]), ("(7,)", vec![7]), ("(0, 5)", vec![0, 5])] {
            let text = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {text}, }}");
            assert_eq!(header(&text).unwrap().shape, shape);
        }
    }

    #[test]
    fn a_header_with_anything_else_is_an_error() {
        assert_eq!(
            header("{'descr': 8, 'shape': ()}").unwrap_err(),
            Flaw::Damaged("its header has '8, \\'shape\\': ()}' where a string belongs".to_string())
        );
        let structure = "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }";
        assert!(matches!(header(structure), Err(Flaw::Dtype(_))));
        for text in
            ["", "{", "{}", "{'descr': '<f8'}", "{'shape': (-1,)}", "{'shape': (1", "{'descr': 'x", "()"]
        {
            assert!(header(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_number_type_is_decoded() {
        let decode = |dtype: &str, bytes: &[u8]| Dtype::parse(dtype).unwrap().decode(bytes);
        assert_eq!(decode("<f8", &1.5_f64.to_le_bytes()), 1.5);
        assert_eq!(decode(">f8", &1.5_f64.to_be_bytes()), 1.5);
        assert_eq!(decode("<f4", &(-2.5_f32).to_le_bytes()), -2.5);
        assert_eq!(decode(">f4", &(-2.5_f32).to_be_bytes()), -2.5);
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
            ["", "<", "<f", "<f2", "<f16", "<c16", "|b1", "|O", "<U3", "|f8", "=f8", "<i3", "é8", "<M8[ns]"]
        {
            assert!(Dtype::parse(dtype).is_none(), "{dtype}");
        }
    }

    #[test]
    fn what_is_written_is_read_and_starts_its_values_on_a_multiple_of_64() {
        for shape in [vec![], vec![3], vec![2, 3], vec![0, 4]] {
            let values: Vec<f64> = (0..shape.iter().product()).map(|value| value as f64 / 3.0).collect();
            let mut bytes = Vec::new();
            write(&mut bytes, &shape, &values).unwrap();
            assert_eq!((bytes.len() - 8 * values.len()) % ALIGNMENT, 0);
            let npy = read(&bytes[..], bytes.len() as u64).ok().unwrap();
            assert_eq!((npy.shape, npy.fortran_order, npy.values), (shape, false, values));
        }
    }

    #[test]
    fn overwritten_bytes_never_panic() {
        let mut original = Vec::new();
        write(&mut original, &[2, 3], &[0.0; 6]).unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let alphabet = b"{}()[],:'\" 0123456789<>|=fiuLTFe\xc3\xff";
        for _ in 0..20_000 {
            let mut bytes = original.clone();
            for _ in 0..random.random_range(1..8) {
                let place = random.random_range(0..80);
                bytes[place] = alphabet[random.random_range(0..alphabet.len())];
            }
            if let Ok(npy) = read(&bytes[..], bytes.len() as u64) {
                assert_eq!(npy.values.len(), npy.shape.iter().product());
            }
        }
    }
}
