//! The header of an npy array: a dictionary in Python's notation.

use super::Flaw;
use crate::words::quoted;

/// The header's three entries.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    /// The type's name, such as `<f8`.
    pub dtype: String,
    /// Whether the first index runs fastest.
    pub fortran_order: bool,
    /// The length of each axis.
    pub shape: Vec<usize>,
}

impl Header {
    /// Reads a dictionary; its keys may have any order.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        let mut cursor = Cursor(text);
        let (mut dtype, mut fortran_order, mut shape) = (None, None, None);
        cursor.expect("{")?;
        while !cursor.skip("}") {
            let key = cursor.string()?;
            cursor.expect(":")?;
            match key {
                "descr" => dtype = Some(cursor.dtype()?),
                "fortran_order" => fortran_order = Some(cursor.boolean()?),
                "shape" => shape = Some(cursor.shape()?),
                _ => return Err(format!("its header has the unknown key {}", quoted(key)).into()),
            }
            if !cursor.skip(",") {
                cursor.expect("}")?;
                break;
            }
        }
        match (dtype, fortran_order, shape) {
            (Some(dtype), Some(fortran_order), Some(shape)) => Ok(Header { dtype, fortran_order, shape }),
            _ => Err("its header lacks descr, fortran_order or shape".to_string().into()),
        }
    }
}

/// What is still to be read of a header such as `{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }`.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_in_any_order_and_with_the_marks_of_old_versions() {
        let expected = Header { dtype: "<f8".to_string(), fortran_order: true, shape: vec![2, 3] };
        let new = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }      \n";
        let old = "{\"shape\": (2L, 3L), 'descr':'<f8','fortran_order' : True}";
        assert_eq!(Header::parse(new).as_ref(), Ok(&expected));
        assert_eq!(Header::parse(old), Ok(expected));
        for (text, shape) in [("()", vec![]), ("(7,)", vec![7]), ("(0, 5)", vec![0, 5])] {
            let text = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {text}, }}");
            assert_eq!(Header::parse(&text).unwrap().shape, shape);
        }
    }

    #[test]
    fn a_header_with_anything_else_is_an_error() {
        assert_eq!(
            Header::parse("{'descr': 8, 'shape': ()}").unwrap_err(),
            Flaw::Damaged("its header has '8, \\'shape\\': ()}' where a string belongs".to_string())
        );
        let structure = "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }";
        assert!(matches!(Header::parse(structure), Err(Flaw::Dtype(_))));
        for text in
            ["", "{", "{}", "{'descr': '<f8'}", "{'shape': (-1,)}", "{'shape': (1", "{'descr': 'x", "()"]
        {
            assert!(Header::parse(text).is_err(), "{text}");
        }
    }
}
