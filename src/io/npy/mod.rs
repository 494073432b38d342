//! The npy format of one array: a magic string, a header that is a dictionary in Python's notation, and the values.
//!
//! Written here and not left to a library: the array's shape comes from a file that may be damaged, and must be held
//! against the bytes that are there before it is multiplied out or memory is taken for it.

mod dtype;
mod header;

use crate::budget::OverBudget;
use dtype::Dtype;
use header::Header;
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
    /// The type is not a type of numbers.
    Dtype(String),
    /// The bytes do not fit together.
    Damaged(String),
    /// The values would take more memory than there is.
    OverBudget(OverBudget),
    /// So many bytes would unpack to so many more that nearly all are one number.
    Packed(u64, u64),
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

/// The shape of an array, without its values.
pub(super) fn shape(mut file: impl Read) -> Result<Vec<usize>, Flaw> {
    Ok(Header::parse(&read_header(&mut file)?.0)?.shape)
}

/// Reads an array that fills `size` bytes, if `allowed` has nothing against the memory that it takes.
pub(super) fn read(
    mut file: impl Read,
    size: u64,
    allowed: impl FnOnce(&[usize]) -> Result<(), Flaw>,
) -> Result<Npy, Flaw> {
    let (text, start) = read_header(&mut file)?;
    let Header { dtype, fortran_order, shape } = Header::parse(&text)?;
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
    allowed(&shape)?;
    // One byte more is asked for, because the archive compares checksums where an entry ends.
    let (values, there) = decoded(file.take(present + 1), &format)?;
    if there != promised {
        return Err(Flaw::Damaged(format!("{promised} bytes are promised, {there} are there")));
    }
    Ok(Npy { shape, fortran_order, values })
}

/// The numbers up to the end, and how many bytes they were. Memory is taken as bytes arrive, since `size`, too, is only
/// what the file says.
fn decoded(mut file: impl Read, format: &Dtype) -> Result<(Vec<f64>, usize), Flaw> {
    const CHUNK: u64 = 1 << 16;
    let (mut values, mut bytes, mut there) = (Vec::new(), Vec::new(), 0);
    loop {
        bytes.clear();
        file.by_ref().take(CHUNK).read_to_end(&mut bytes)?;
        if bytes.is_empty() {
            return Ok((values, there));
        }
        there += bytes.len();
        values.extend(bytes.chunks_exact(format.bytes).map(|number| format.decode(number)));
    }
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

    #[test]
    fn what_is_written_is_read_and_starts_its_values_on_a_multiple_of_64() {
        for shape in [vec![], vec![3], vec![2, 3], vec![0, 4]] {
            let values: Vec<f64> = (0..shape.iter().product()).map(|value| value as f64 / 3.0).collect();
            let mut bytes = Vec::new();
            write(&mut bytes, &shape, &values).unwrap();
            assert_eq!((bytes.len() - 8 * values.len()) % ALIGNMENT, 0);
            let npy = read(&bytes[..], bytes.len() as u64, |_| Ok(())).ok().unwrap();
            assert_eq!(super::shape(&bytes[..]).ok(), Some(shape.clone()));
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
            if let Ok(npy) = read(&bytes[..], bytes.len() as u64, |_| Ok(())) {
                assert_eq!(npy.values.len(), npy.shape.iter().product::<usize>());
            }
        }
    }
}
