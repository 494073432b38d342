//! The fenced blocks of the README, and what of an output may vary from run to run.

use std::fmt::Write;

pub const README: &str = include_str!("../../README.md");

/// A fenced block: the word behind the fence that opens it, and the lines in it.
pub struct Block {
    pub language: String,
    pub lines: Vec<String>,
}

impl Block {
    pub fn text(&self) -> String {
        self.lines.iter().fold(String::new(), |mut text, line| {
            let _ = writeln!(text, "{line}");
            text
        })
    }
}

/// Every fenced block, in order. A fence is closed by one that is at least as long, so that a block may show fences.
pub fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, Block)> = None;
    for line in README.lines() {
        let fence = line.chars().take_while(|&character| character == '`').count();
        let rest = line[fence..].trim();
        match &mut open {
            None if fence >= 3 => {
                open = Some((fence, Block { language: rest.to_string(), lines: Vec::new() }));
            }
            Some((length, _)) if fence >= *length && rest.is_empty() => {
                blocks.extend(open.take().map(|(_, block)| block));
            }
            Some((_, block)) => block.lines.push(line.to_string()),
            None => {}
        }
    }
    assert!(open.is_none(), "a fence of the README is not closed");
    blocks
}

/// The one block of a language whose first line starts so.
pub fn block(language: &str, start: &str) -> Block {
    let starts = |block: &Block| block.lines.first().is_some_and(|line| line.starts_with(start));
    let mut found: Vec<Block> =
        blocks().into_iter().filter(|block| block.language == language && starts(block)).collect();
    assert_eq!(found.len(), 1, "blocks of {language} in the README that start with '{start}'");
    found.remove(0)
}

/// What stands for lines that the README leaves out.
const LEFT_OUT: &str = "...";

/// Asserts that an output holds the lines that are shown, from the first of them on and in their order. What follows
/// another line in the README follows it in the output, unless a line of dots stands between them; and where the README
/// stops, the output has an empty line or its end.
pub fn assert_shown(shown: &[String], printed: &str, same: impl Fn(&str, &str) -> bool) {
    let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
    let is_left_out = |line: &String| line.trim() == LEFT_OUT;
    let mut at = 0;
    for piece in shown.split(is_left_out).filter(|piece| !piece.is_empty()) {
        let fits = |start: &usize| {
            let lines = printed.get(*start..*start + piece.len()).unwrap_or_default();
            lines.len() == piece.len() && piece.iter().zip(lines).all(|(shown, line)| same(shown, line))
        };
        let Some(start) = (at..printed.len()).find(fits) else {
            panic!("the README shows\n{}\nwhich is not in\n{}", piece.join("\n"), printed[at..].join("\n"))
        };
        at = start + piece.len();
    }
    if !shown.last().is_some_and(is_left_out) {
        let next = printed.get(at).copied().unwrap_or_default();
        assert_eq!(next, "", "the README stops in the middle, without a line of dots");
    }
}

/// The same line but for a number of seconds.
pub fn same_but_seconds(shown: &str, line: &str) -> bool {
    without_seconds(shown) == without_seconds(line)
}

/// A line with each number before the word `s` taken away.
fn without_seconds(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let is_seconds = |index: usize| words.get(index + 1) == Some(&"s") && words[index].parse::<f64>().is_ok();
    let kept = (0..words.len()).map(|index| if is_seconds(index) { "_" } else { words[index] });
    kept.collect::<Vec<_>>().join(" ")
}
