//! What to say where the names of the arrays do not say which is which: the shapes, and the names that may be right.

use super::arrays::Listed;
use super::order::{key, order};
use crate::io::npy::tuple;
use crate::words::shown;

/// The most arrays, and layers, that a message lists.
const LISTED: usize = 12;

/// Data that a file may hold beside the network.
const DATA: [&str; 3] = ["X", "Y", "y"];

/// The arrays with their shapes.
pub(super) fn shapes(there: &[Listed]) -> String {
    let one = |array: &Listed| {
        let shape = array.shape.as_deref().map(tuple).unwrap_or_default();
        format!("{} {shape}", shown(&array.name)).trim_end().to_string()
    };
    let mut listed: Vec<String> = there.iter().take(LISTED).map(one).collect();
    if there.len() > LISTED {
        listed.push(format!("{} more", there.len() - LISTED));
    }
    listed.join(", ")
}

/// Names of the layers that may be right: the matrices in the order of their numbers or of their one chain, else as they stand, each
/// with the vector that is named most alike and as long. `None` where there is no matrix.
pub(super) fn suggestion(there: &[Listed]) -> Option<String> {
    let matrices: Vec<(&Listed, (usize, usize))> = there
        .iter()
        .filter(|array| !DATA.contains(&&array.name[..]))
        .filter_map(|array| Some((array, array.matrix()?)))
        .collect();
    if matrices.is_empty() {
        return None;
    }
    let keys: Vec<_> = matrices.iter().map(|(array, _)| key(&array.name)).collect();
    let sizes: Vec<_> = matrices.iter().map(|(_, (rows, columns))| (*columns, *rows)).collect();
    let order = order(&keys, &sizes).unwrap_or_else(|| (0..matrices.len()).collect());
    let mut taken: Vec<&str> = Vec::new();
    let mut names = Vec::new();
    for (layer, &index) in order.iter().enumerate().take(LISTED) {
        let (array, size) = matrices[index];
        names.push(format!("W{}={}", layer + 1, shown(&array.name)));
        if let Some(bias) = bias_of(array, size, there, &taken) {
            taken.push(bias);
            names.push(format!("b{}={}", layer + 1, shown(bias)));
        }
    }
    if order.len() > LISTED {
        names.push("...".to_string());
    }
    Some(names.join(","))
}

/// The vector as long as one side of a matrix that shares the longest beginning with its name.
fn bias_of<'a>(
    matrix: &Listed,
    (rows, columns): (usize, usize),
    there: &'a [Listed],
    taken: &[&str],
) -> Option<&'a str> {
    let alike = |name: &str| name.bytes().zip(matrix.name.bytes()).take_while(|(a, b)| a == b).count();
    let fits = |array: &&Listed| {
        array.vector().is_some_and(|length| length == rows || length == columns)
            && !DATA.contains(&&array.name[..])
            && !taken.contains(&&array.name[..])
    };
    // Of those that are alike the first.
    there.iter().filter(fits).rev().max_by_key(|array| alike(&array.name)).map(|array| &array.name[..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(arrays: &[(&str, &[usize])]) -> Vec<Listed> {
        let one =
            |(name, shape): &(&str, &[usize])| Listed { name: name.to_string(), shape: Some(shape.to_vec()) };
        arrays.iter().map(one).collect()
    }

    #[test]
    fn the_arrays_are_told_with_their_shapes_and_the_names_that_may_be_right() {
        let there = listed(&[
            ("decoder_b", &[4]),
            ("decoder_w", &[4, 3]),
            ("encoder_b", &[3]),
            ("encoder_w", &[3, 2]),
            ("steps", &[]),
        ]);
        assert_eq!(
            shapes(&there),
            "decoder_b (4,), decoder_w (4, 3), encoder_b (3,), encoder_w (3, 2), steps ()"
        );
        assert_eq!(suggestion(&there).unwrap(), "W1=encoder_w,b1=encoder_b,W2=decoder_w,b2=decoder_b");
        assert_eq!(suggestion(&listed(&[("X", &[4, 2]), ("y", &[4])])), None);
    }
}
