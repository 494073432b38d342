//! Whether the weights of a file stand as outputs x inputs or as inputs x outputs.

use super::arrays::Listed;
use super::layout::Entry;
use super::roles::Written;
use crate::io::InputError;
use crate::words::shown;
use std::path::Path;

/// For each layer whether its weights are to be transposed: as it is said, else as the names say it, else as the shapes do. Shapes go
/// before names that are those of PyTorch, or of this crate; kernels are always inputs x outputs.
///
/// # Errors
/// [`InputError::Orientation`] where neither says it.
pub(super) fn transposed(
    file: &Path,
    entries: &[Entry],
    there: &[Listed],
    said: Option<bool>,
) -> Result<Vec<bool>, InputError> {
    if let Some(said) = said {
        return Ok(vec![said; entries.len()]);
    }
    let is_kernel = |entry: &Entry| entry.written == Written::ByInputs;
    let [plain, turned] = [false, true]
        .map(|others| entries.iter().map(|entry| is_kernel(entry) || others).collect::<Vec<bool>>());
    let unsaid = entries.iter().find(|entry| entry.written == Written::Unsaid);
    match (fits(entries, there, &plain), fits(entries, there, &turned), unsaid) {
        (true, true, Some(entry)) if plain != turned => {
            Err(InputError::Orientation { file: file.to_path_buf(), array: shown(&entry.weight) })
        }
        (false, true, _) => Ok(turned),
        _ => Ok(plain),
    }
}

/// Whether each layer takes what the one before it gives, and each bias is as long as its layer has outputs.
fn fits(entries: &[Entry], there: &[Listed], transposed: &[bool]) -> bool {
    let find = |name: &str| there.iter().find(|array| array.name == name);
    let mut before = None;
    for (entry, transposed) in entries.iter().zip(transposed) {
        let Some((rows, columns)) = find(&entry.weight).and_then(Listed::matrix) else { return false };
        let (outputs, inputs) = if *transposed { (columns, rows) } else { (rows, columns) };
        let bias = entry.bias.as_ref().and_then(|bias| find(bias)?.vector());
        if before.is_some_and(|before| before != inputs) || bias.is_some_and(|length| length != outputs) {
            return false;
        }
        before = Some(outputs);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::network::layout::find;

    fn told(arrays: &[(&str, &[usize])], names: Option<&str>) -> Result<Vec<bool>, String> {
        let one =
            |(name, shape): &(&str, &[usize])| Listed { name: name.to_string(), shape: Some(shape.to_vec()) };
        let there: Vec<Listed> = arrays.iter().map(one).collect();
        let (file, names) = (Path::new("net.npz"), names.map(|names| names.parse().unwrap()));
        let entries = find(file, &there, names.as_ref()).unwrap();
        transposed(file, &entries, &there, None).map_err(|error| error.to_string())
    }

    #[test]
    fn names_say_it_or_shapes_or_it_is_asked() {
        assert_eq!(told(&[("0.weight", &[2, 2]), ("2.weight", &[2, 2])], None), Ok(vec![false, false]));
        assert_eq!(told(&[("a/kernel", &[2, 2]), ("a_1/kernel", &[2, 2])], None), Ok(vec![true, true]));
        assert_eq!(told(&[("W1", &[2, 3]), ("W2", &[3, 4])], None), Ok(vec![true, true]));
        assert_eq!(told(&[("W1", &[3, 2]), ("W2", &[4, 3])], None), Ok(vec![false, false]));
        // Square but for the last, whose bias says it.
        let arrays: [(&str, &[usize]); 3] = [("a", &[2, 2]), ("b", &[2, 3]), ("c", &[3])];
        assert_eq!(told(&arrays, Some("W1=a,W2=b,b1=-,b2=c")), Ok(vec![true, true]));
        assert_eq!(
            told(&[("a", &[2, 2]), ("b", &[2, 2])], Some("W1=a,W2=b")).unwrap_err(),
            "net.npz: whether the weights are outputs x inputs or inputs x outputs cannot be told from the names and shapes \
             (a): say whether they are to be transposed"
        );
    }
}
