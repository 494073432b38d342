//! Finds the arrows: reads each file as tokens, so that comments, strings and line breaks are no matter.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A path in a file of one room that leads into another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrow {
    pub file: String,
    pub line: usize,
    pub from: String,
    pub to: String,
}

impl fmt::Display for Arrow {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:{}: {} -> {}", self.file, self.line, self.from, self.to)
    }
}

/// The modules that the library declares, less those of its tests.
pub fn rooms(library: &str) -> BTreeSet<String> {
    let mut file = File::new("src/lib.rs", &[]);
    file.walk(&tokens("src/lib.rs", library), 0);
    file.declared
}

/// All arrows of a library, in the order of its files.
pub fn arrows(files: &BTreeMap<String, String>) -> Vec<Arrow> {
    let rooms: Vec<String> = rooms(&files["src/lib.rs"]).into_iter().collect();
    let mut walked = Vec::new();
    for (path, text) in files {
        let mut file = File::new(path, &rooms);
        file.walk(&tokens(path, text), file.depth);
        walked.push(file);
    }
    let of_tests: BTreeSet<String> = walked.iter().flat_map(|file| file.of_tests.iter().cloned()).collect();
    // The root belongs to no room, and the command is a crate of its own.
    walked.retain(|file| file.depth > 0 && file.path != "src/main.rs" && !file.path.starts_with("src/bin/"));
    walked.retain(|file| !file.modules().any(|module| of_tests.contains(&module)));
    walked.into_iter().flat_map(File::arrows).collect()
}

fn tokens(path: &str, text: &str) -> Vec<TokenTree> {
    let stream: TokenStream = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
    stream.into_iter().collect()
}

/// What is found in one file.
struct File<'a> {
    path: &'a str,
    rooms: &'a [String],
    /// How many modules lie between the file's own and the root.
    depth: usize,
    /// Names that stand right below the root, with their lines.
    named: BTreeSet<(usize, String)>,
    /// Modules that are declared here, and lie in other files.
    declared: BTreeSet<String>,
    /// Those that only tests have, as folders below `src`.
    of_tests: BTreeSet<String>,
}

impl<'a> File<'a> {
    fn new(path: &'a str, rooms: &'a [String]) -> Self {
        let named = BTreeSet::new();
        let depth = module(path).split('/').skip(1).count();
        File { path, rooms, depth, named, declared: BTreeSet::new(), of_tests: BTreeSet::new() }
    }

    /// The module of this file, and those around it.
    fn modules(&self) -> impl Iterator<Item = String> {
        let own = module(self.path).to_string();
        std::iter::successors(Some(own), |inner| Some(inner.rsplit_once('/')?.0.to_string()))
    }

    fn arrows(self) -> Vec<Arrow> {
        let from = module(self.path).split('/').nth(1).unwrap().to_string();
        let mut arrows = Vec::new();
        for (line, to) in self.named {
            assert!(self.rooms.contains(&to), "{}:{line}: crate::{to} is in no room", self.path);
            if to != from {
                arrows.push(Arrow { file: self.path.to_string(), line, from: from.clone(), to });
            }
        }
        arrows
    }

    /// Looks through the tokens of a module that lies `depth` modules below the root.
    fn walk(&mut self, tokens: &[TokenTree], depth: usize) {
        let mut at = 0;
        while at < tokens.len() {
            let rest = &tokens[at..];
            at += match rest {
                [hash, TokenTree::Group(attribute), item @ ..] if is(hash, '#') => {
                    2 + if only_for_tests(attribute.stream()) { self.skip(item) } else { 0 }
                }
                [word, TokenTree::Ident(name), end, ..] if is_word(word, "mod") && is(end, ';') => {
                    self.declared.insert(name.to_string());
                    3
                }
                [word, TokenTree::Ident(_), TokenTree::Group(body), ..] if is_word(word, "mod") => {
                    self.walk(&body.stream().into_iter().collect::<Vec<_>>(), depth + 1);
                    3
                }
                [word, ..] if is_word(word, "crate") || is_word(word, "super") => self.path(rest, depth),
                [TokenTree::Group(group), ..] => {
                    self.walk(&group.stream().into_iter().collect::<Vec<_>>(), depth);
                    1
                }
                _ => 1,
            };
        }
    }

    /// Follows a path that begins `depth` modules below the root; how many tokens it took.
    fn path(&mut self, tokens: &[TokenTree], mut depth: usize) -> usize {
        let mut at = 0;
        loop {
            match &tokens[at..] {
                [word, a, b, ..] if is(a, ':') && is(b, ':') && is_word(word, "crate") => depth = 0,
                [word, a, b, ..] if is(a, ':') && is(b, ':') && is_word(word, "super") && depth > 0 => {
                    depth -= 1
                }
                // Of a list, each entry goes on from here.
                [TokenTree::Group(list), ..] if at > 0 && list.delimiter() == Delimiter::Brace => {
                    let entries: Vec<TokenTree> = list.stream().into_iter().collect();
                    for entry in entries.split(|token| is(token, ',')) {
                        self.path(entry, depth);
                    }
                    return at + 1;
                }
                [TokenTree::Ident(name), ..] if depth == 0 && name != "self" => {
                    self.named.insert((name.span().start().line, name.to_string()));
                    return at + 1;
                }
                _ => return at + 1,
            }
            at += 3;
        }
    }

    /// How many tokens an item takes that only tests have.
    fn skip(&mut self, item: &[TokenTree]) -> usize {
        if let Some(at) = item.iter().position(|token| is_word(token, "mod"))
            && let [TokenTree::Ident(name), end, ..] = &item[at + 1..]
            && is(end, ';')
            && !item[..at].iter().any(is_end)
        {
            self.of_tests.insert(format!("{}/{name}", module(self.path)));
        }
        item.iter().position(is_end).map_or(item.len(), |end| end + 1)
    }
}

/// The module that a file holds, as a path: `src/a/mod.rs` and `src/a.rs` are `src/a`, the library is `src`.
fn module(path: &str) -> &str {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    path.strip_suffix("/mod").or(path.strip_suffix("/lib")).unwrap_or(path)
}

/// Whether an attribute is `cfg(test)`, or the like.
fn only_for_tests(attribute: TokenStream) -> bool {
    let text = attribute.to_string();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    words[0] == "cfg" && !words.contains(&"not") && (words.contains(&"test") || words.contains(&"doctest"))
}

fn is_end(token: &TokenTree) -> bool {
    is(token, ';') || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn is(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}
