//! Who finds the blocks of claims in a Markdown file.
//!
//! A block opens with a line that is exactly ```` ```claims ```` and closes with one that is exactly ```` ``` ````. What
//! looks like such a line and is not one would be skipped, and the file be green without its claims; so it is an error.
//! A text may show claims as an example: inside a longer fence, which Markdown takes for one block of code.

use super::error::{BYTE_ORDER_MARK, Place, SyntaxError};
use super::fences::{Fence, Markdown, claim_line};
use std::ops::Range;

/// The line that opens a block.
const OPEN: &str = "```claims";
/// The line that closes it.
const CLOSE: &str = "```";

/// The blocks of claims of a file: what stands between the two fences of each.
///
/// # Errors
/// [`SyntaxError`] for a block that is not closed, a line that looks like a fence of claims and is none, a claim
/// outside of a block, and a line end that editors show and Markdown does not know.
pub(in crate::claims) fn blocks(text: &str) -> Result<Vec<Range<usize>>, SyntaxError> {
    line_ends(text)?;
    let begin = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    let markdown = Markdown::read(text, begin);
    let lines = lines(text, begin);
    let mut found = Vec::new();
    let mut next = 0;
    while let Some(line) = lines.get(next) {
        next += 1;
        let content = content(text, line);
        if content == OPEN && markdown.quotes(line.start).is_none() {
            if !markdown.opens_at(line.start) {
                return Err(SyntaxError::new(
                    Place::new(line.start, OPEN.len()),
                    "a block of claims outside of comments and of HTML, behind an empty line",
                    "one that Markdown takes for HTML, not for code",
                ));
            }
            let (block, behind) = body(text, &lines, next)?;
            found.push(block);
            next = behind;
        } else if let Some(fence) = Fence::of(content) {
            near_miss(text, line, &fence, &markdown)?;
        } else if claim_line(content) && !markdown.shows(line.start) {
            return Err(SyntaxError::new(
                stripped(text, line),
                "a claim inside of a block that opens with ```claims (or, as an example, of a block of another \
                 language, such as ```text)",
                "one outside, which nobody would read",
            ));
        }
    }
    Ok(found)
}

/// The lines of a text, each with its end.
fn lines(text: &str, begin: usize) -> Vec<Range<usize>> {
    let mut at = begin;
    let range = |line: &str| {
        at += line.len();
        at - line.len()..at
    };
    text[begin..].split_inclusive('\n').map(range).collect()
}

/// A line without spaces, tabs and the line end behind it.
fn content<'t>(text: &'t str, line: &Range<usize>) -> &'t str {
    text[line.clone()].trim_end_matches([' ', '\t', '\r', '\n'])
}

/// Where a line stands, without the blanks around it.
fn stripped(text: &str, line: &Range<usize>) -> Place {
    let content = content(text, line);
    let blanks = content.len() - content.trim_start().len();
    Place::new(line.start + blanks, content.len() - blanks)
}

/// What stands in the block whose first line is this one, and the number of the line behind it.
fn body(text: &str, lines: &[Range<usize>], first: usize) -> Result<(Range<usize>, usize), SyntaxError> {
    let opening = &lines[first - 1];
    let start = opening.end;
    for (number, line) in lines.iter().enumerate().skip(first) {
        let content = content(text, line);
        if content == CLOSE {
            return Ok((start..line.start, number + 1));
        }
        let bare = content.trim_start_matches(|c: char| c.is_whitespace() || c == '>');
        if bare.starts_with("```") || bare.starts_with("~~~") {
            let expected = "a line that is exactly ```, which closes the block of claims";
            return Err(SyntaxError::new(stripped(text, line), expected, &format!("'{content}'")));
        }
    }
    let place = Place::new(opening.start, OPEN.len());
    Err(SyntaxError::new(place, "a closing ``` for this block", "the end of the file"))
}

/// # Errors
/// A line that looks like the opening of a block of claims, where it is no example.
fn near_miss(text: &str, line: &Range<usize>, fence: &Fence, markdown: &Markdown) -> Result<(), SyntaxError> {
    let at = line.start + fence.before.len();
    if markdown.is_inline(line, at) {
        return Ok(());
    }
    let place = Place::new(at, content(text, line).len() - fence.before.len());
    let Some(outer) = markdown.quotes(at) else {
        let found =
            format!("'{}', {}", content(text, line).trim_start_matches(BYTE_ORDER_MARK), fence.fault());
        return Err(SyntaxError::new(place, "a line that is exactly ```claims", &found));
    };
    let longer = "a closing fence before this line, or, where it is an example, a longer fence around it";
    if !outer.closed {
        return Err(SyntaxError::new(place, longer, "a block of code around it that nothing closes"));
    }
    if fence.mark == outer.mark && fence.length >= outer.length {
        let found = format!("a block of code around it whose fence is no longer ('{}')", outer.opening(text));
        return Err(SyntaxError::new(place, longer, &found));
    }
    Ok(())
}

/// # Errors
/// A carriage return without a newline: editors show a new line there, so that a comment would seem to end.
fn line_ends(text: &str) -> Result<(), SyntaxError> {
    let lone = |(at, _): &(usize, &str)| text.as_bytes().get(at + 1) != Some(&b'\n');
    match text.match_indices('\r').find(lone) {
        Some((at, _)) => Err(SyntaxError::new(
            Place::new(at, 1),
            "lines that end with a newline, or with a carriage return and a newline",
            "a carriage return alone",
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::blocks;

    const CLAIMS: &str = "parameter s\nclaim own: s = s\n";

    fn read(text: &str) -> Vec<&str> {
        blocks(text).unwrap_or_else(|error| panic!("{text}: {error}")).into_iter().map(|b| &text[b]).collect()
    }

    fn refused(text: &str) -> String {
        let error = blocks(text).err().unwrap_or_else(|| panic!("{text} is read"));
        error.render("f.md", text)
    }

    #[test]
    fn a_block_is_what_stands_between_its_fences() {
        assert_eq!(read(&format!("# T\n\n```claims\n{CLAIMS}```\n\nand\n```claims  \n```")), [CLAIMS, ""]);
        assert_eq!(read("no block"), [""; 0]);
    }

    #[test]
    fn line_ends_and_a_byte_order_mark_make_no_difference() {
        let text = format!("```claims\n{CLAIMS}```\n").replace('\n', "\r\n");
        assert_eq!(read(&text), [CLAIMS.replace('\n', "\r\n")]);
        assert_eq!(read(&format!("\u{feff}```claims\n{CLAIMS}```\n")), [CLAIMS]);
        assert!(refused("\u{feff}~~~claims\n~~~\n").starts_with("f.md:1:1: "));
        assert!(refused("\u{feff}~~~claims\n~~~\n").contains(" 1 | ~~~claims\n   | ^^^^^^^^^\n"));
        assert!(refused("text\r```claims\r```\r").contains("a carriage return alone"));
    }

    #[test]
    fn what_looks_like_the_opening_of_a_block_is_refused_at_its_line() {
        for (opening, fault) in [
            ("``` claims", "with a blank before the word"),
            ("```\tclaims", "with a blank before the word"),
            ("~~~claims", "with other marks than backticks"),
            ("~~~ claims", "with other marks than backticks"),
            (":::claims", "with other marks than backticks"),
            ("'''claims", "with other marks than backticks"),
            ("```Claims", "in capitals"),
            ("```CLAIMS", "in capitals"),
            ("````claims", "where the number of backticks is not three"),
            ("`````` claims", "where the number of backticks is not three"),
            ("``claims", "where the number of backticks is not three"),
            (" ```claims", "indented"),
            ("   ```claims", "indented"),
            ("    ```claims", "indented"),
            ("\t```claims", "indented"),
            ("> ```claims", "in a block quote"),
            (">```claims", "in a block quote"),
            ("- ```claims", "in a list"),
            ("* ~~~ claims", "in a list"),
            ("12. ```claims", "in a list"),
            ("> - ```claims", "in a block quote"),
            ("[^1]: ```claims", "in a list"),
            (": ```claims", "behind other characters"),
            ("\u{200b}```claims", "with a character that cannot be seen"),
            ("```cla\u{200b}ims", "with a character that cannot be seen"),
            ("```cla\u{1b}ims", "with a character that cannot be seen"),
            ("```claims\u{a0}", "with another word"),
            ("```claims foo", "with more behind the word"),
            ("```claims,foo", "with more behind the word"),
            ("```claims {.x}", "with more behind the word"),
            ("```claim", "with another word"),
            ("```Claim", "with another word"),
            ("```clams", "with another word"),
            ("```cliams", "with another word"),
            ("```\u{441}laims", "with another word"),
            ("```{claims}", "with another word"),
            ("```{.claims}", "with another word"),
            ("```{.numbered .claims}", "with another word"),
            ("``` {.claims}", "with another word"),
            ("```.claims", "with another word"),
            ("```hsr", "with another word"),
        ] {
            let message = refused(&format!("# T\n\n{opening}\nlet a = 1\n```\n"));
            assert!(message.starts_with("f.md:3:"), "{message}");
            assert!(message.contains("a line that is exactly ```claims, found '"), "{message}");
            assert!(opening.ends_with('\u{a0}') || message.contains(fault), "{opening}: {message}");
        }
        let inside = format!("# T\n\n\u{feff}```claims\n{CLAIMS}```\n");
        assert!(refused(&inside).starts_with("f.md:3:"));
    }

    #[test]
    fn a_block_must_be_closed_by_a_line_of_three_backticks() {
        let closing = "a line that is exactly ```, which closes the block of claims";
        for end in ["````", " ```", "\t```", "    ```", "``` x", "```text", "~~~", "> ```", "```claims"] {
            let message = refused(&format!("```claims\nlet a = 1\n{end}\n\n```\n"));
            assert!(message.starts_with("f.md:3:") && message.contains(closing), "{end}: {message}");
        }
        for end in ["", "let b = 2", "``"] {
            let message = refused(&format!("```claims\nlet a = 1\n{end}"));
            assert!(message.starts_with("f.md:1:1: expected a closing ``` for this block"), "{message}");
        }
    }

    #[test]
    fn an_example_inside_of_a_longer_fence_or_of_another_one_is_no_block() {
        for (open, close) in
            [("````markdown", "````"), ("~~~text", "~~~"), ("`````", "``````"), ("- ````md", "  ````")]
        {
            let inner = if open.starts_with('-') { "  " } else { "" };
            let example = format!("{open}\n{inner}```claims\n{inner}let a = 1\n{inner}```\n{close}\n");
            assert_eq!(read(&format!("{example}\n```claims\n{CLAIMS}```\n")), [CLAIMS], "{open}");
        }
        assert_eq!(read("> ````md\n> ``` claims\n> let a = 1\n> ```\n> ````\n"), [""; 0]);
        assert_eq!(
            read("```` ```claims ```` opens a block, and\n```claims``` in a line, `claims`.\n"),
            [""; 0]
        );
        assert_eq!(read("Write ```claims in a line of its own.\n"), [""; 0]);
    }

    #[test]
    fn a_fence_that_somebody_forgot_to_close_swallows_no_block() {
        let message = refused("```text\nlet\n\n```claims\nlet a = 1\n```\n");
        assert!(message.starts_with("f.md:4:1: expected a closing fence before this line"), "{message}");
        assert!(message.contains("whose fence is no longer ('```text')"), "{message}");
        let message = refused("~~~text\nlet\n\n```claims\nlet a = 1\n```\n");
        assert!(message.contains("a block of code around it that nothing closes"), "{message}");
        // A list item ends where nothing is indented, and with it its fence.
        assert_eq!(read(&format!("- ````text\n  let\n\n```claims\n{CLAIMS}```\n")), [CLAIMS]);
    }

    #[test]
    fn claims_in_html_are_ambiguous() {
        for text in [
            "<!--\n```claims\nlet a = 1\n```\n-->\n",
            "<!-- a\n\nb\n```claims\nlet a = 1\n```\n-->\n",
            "<!-- ```claims\nlet a = 1\n``` -->\n",
            "<!--\n```claims\n```\n",
            "<div>\n```claims\n```\n</div>\n",
            "<pre>```claims\n```\n</pre>\n",
        ] {
            let message = refused(text);
            assert!(message.contains("HTML"), "{text}: {message}");
        }
        assert_eq!(read(&format!("<!-- over -->\n```claims\n{CLAIMS}```\n")), [CLAIMS]);
        assert_eq!(read(&format!("<details>\n\n```claims\n{CLAIMS}```\n\n</details>\n")), [CLAIMS]);
    }

    #[test]
    fn a_claim_outside_of_a_block_is_refused() {
        for text in
            ["claim a: x = y\n", "    claim a: x = y\n", "```\nlet x = 1\nclaim a: d(x)/d y\n = 1\n```\n"]
        {
            assert!(refused(text).contains("a claim inside of a block"), "{text}");
        }
        for text in
            ["```text\nclaim a: x = y\n```\n", "The\nclaim here: it holds.\n", "claim that a = b: no\n"]
        {
            assert_eq!(read(text), [""; 0]);
        }
    }
}
