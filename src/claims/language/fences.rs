//! What looks like the opening of a block of claims, and what Markdown makes of the place where it stands.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use std::ops::Range;

/// Marks that people make fences of, in Markdown and elsewhere.
const MARKS: [char; 10] = ['`', '~', ':', '\'', '"', '´', '‘', '’', '“', '”'];
/// Characters that no editor shows.
const INVISIBLE: [char; 6] = ['\u{feff}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{ad}'];

/// Whether no editor shows a character, or a terminal would take it for a command.
fn unseen(c: char) -> bool {
    INVISIBLE.contains(&c) || (c.is_control() && c != '\t')
}

/// A line that looks as if it should open a block of claims.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fence<'t> {
    /// What stands before the marks.
    pub(super) before: &'t str,
    /// The mark that is repeated.
    pub(super) mark: char,
    /// How often.
    pub(super) length: usize,
    /// What stands behind the marks.
    info: &'t str,
}

impl<'t> Fence<'t> {
    /// The fence of claims that a line looks like, if any.
    pub(super) fn of(line: &'t str) -> Option<Self> {
        let run = |at: usize, mark: char| line[at..].chars().take_while(|c| *c == mark).count();
        let tick = |mark: char| mark == '`' || mark == '~';
        let (at, mark) = line
            .char_indices()
            .find(|(at, mark)| MARKS.contains(mark) && (tick(*mark) || run(*at, *mark) >= 3))?;
        let length = run(at, mark);
        let (before, info) = (&line[..at], &line[at + length * mark.len_utf8()..]);
        let prose = before.contains(char::is_alphabetic) && !before.trim_start().starts_with(['<', '[']);
        let named = if length >= 3 { names_claims(info) } else { is_claims(info.trim()) };
        (named && !prose).then_some(Fence { before, mark, length, info })
    }

    /// What is wrong with it.
    pub(super) fn fault(&self) -> &'static str {
        let Fence { before, mark, length, info } = self;
        let word = info.trim().to_lowercase();
        if before.contains(unseen) || info.contains(unseen) {
            "with a character that cannot be seen"
        } else if before.contains('<') {
            "within HTML"
        } else if before.contains('>') {
            "in a block quote"
        } else if before.contains(['-', '+', '*']) || before.contains(|c: char| c.is_ascii_digit()) {
            "in a list"
        } else if !before.is_empty() {
            if before.trim().is_empty() { "indented" } else { "behind other characters" }
        } else if *mark != '`' {
            "with other marks than backticks"
        } else if *length != 3 {
            "where the number of backticks is not three"
        } else if info.starts_with([' ', '\t']) && word == "claims" {
            "with a blank before the word"
        } else if word == "claims" {
            "in capitals"
        } else if word.starts_with("claims") {
            "with more behind the word"
        } else {
            "with another word"
        }
    }
}

/// Whether the words behind a fence say that claims follow, or nearly so.
fn names_claims(info: &str) -> bool {
    let info: String = info.chars().filter(|c| !unseen(*c)).collect();
    let mut words = info.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    if info.contains('{') { words.any(is_claims) } else { words.next().is_some_and(is_claims) }
}

/// Whether a word is `claims` or `claim`, in any case, up to one letter or the order of the letters.
fn is_claims(word: &str) -> bool {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    let near = |wanted: &str| {
        let wanted: Vec<char> = wanted.chars().collect();
        let same =
            |pairs: &mut dyn Iterator<Item = (&char, &char)>| pairs.take_while(|(a, b)| a == b).count();
        let front = same(&mut word.iter().zip(&wanted));
        let back = same(&mut word.iter().rev().zip(wanted.iter().rev()));
        let sorted = |word: &[char]| {
            let mut letters = word.to_vec();
            letters.sort_unstable();
            letters
        };
        front + back + 1 >= word.len().max(wanted.len()) || sorted(&word) == sorted(&wanted)
    };
    near("claims") || near("claim") || word == ['h', 's', 'r']
}

/// Whether a line of prose or of a listing is a claim, or the start of one.
pub(super) fn claim_line(line: &str) -> bool {
    let claim = || {
        let rest = line.trim_start().strip_prefix("claim")?;
        let (name, sides) = rest.strip_prefix([' ', '\t'])?.split_once(':')?;
        let name = name.trim();
        let named = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        Some(named && ["=", "d(", "["].iter().any(|sign| sides.contains(sign)))
    };
    claim() == Some(true)
}

/// A block of code between fences.
pub(super) struct Listing {
    range: Range<usize>,
    info: String,
    /// The mark that its fence repeats.
    pub(super) mark: char,
    /// How often.
    pub(super) length: usize,
    /// Whether a fence closes it, not the end of what it stands in.
    pub(super) closed: bool,
}

impl Listing {
    fn new(text: &str, range: Range<usize>, info: &str) -> Self {
        let fence = text[range.clone()].trim_start();
        let mark = fence.chars().next().unwrap_or('`');
        let run = |line: &str| line.chars().take_while(|c| *c == mark).count();
        let length = run(fence);
        // Blanks and the marks of quotes stand before the last line's fence.
        let last = fence.lines().skip(1).last().unwrap_or("");
        let last = last.trim_start_matches([' ', '\t', '>']).trim_end();
        let closed = run(last) >= length && last.chars().all(|c| c == mark);
        Listing { range, info: info.to_string(), mark, length, closed }
    }

    /// Its first line.
    pub(super) fn opening<'t>(&self, text: &'t str) -> &'t str {
        text[self.range.clone()].lines().next().unwrap_or("").trim()
    }
}

/// Where the code of a Markdown file stands: none within another, in order.
pub(super) struct Markdown<'t> {
    text: &'t str,
    listings: Vec<Listing>,
    inline: Vec<Range<usize>>,
}

impl<'t> Markdown<'t> {
    /// Reads a text from this byte on.
    pub(super) fn read(text: &'t str, begin: usize) -> Self {
        let more = Options::ENABLE_MATH
            | Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS;
        let (mut listings, mut inline) = (Vec::new(), Vec::new());
        for (event, range) in Parser::new_ext(&text[begin..], more).into_offset_iter() {
            let range = range.start + begin..range.end + begin;
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    listings.push(Listing::new(text, range, &info));
                }
                Event::Code(_) => inline.push(range),
                _ => {}
            }
        }
        Markdown { text, listings, inline }
    }

    /// The block of code of another language around a place, whose opening stands on a line before.
    pub(super) fn quotes(&self, at: usize) -> Option<&Listing> {
        let around = |listing: &&Listing| {
            listing.range.contains(&at)
                && self.text[listing.range.start..at].contains('\n')
                && !names_claims(&listing.info)
        };
        self.last_before(at).filter(around)
    }

    /// Whether a place is inside a block of code that says of which language it is.
    pub(super) fn shows(&self, at: usize) -> bool {
        self.quotes(at).is_some_and(|listing| !listing.info.trim().is_empty())
    }

    /// Whether a block of claims opens here.
    pub(super) fn opens_at(&self, at: usize) -> bool {
        self.last_before(at).is_some_and(|listing| listing.range.start == at && listing.info == "claims")
    }

    /// Whether a place is within code that begins and ends on its line.
    pub(super) fn is_inline(&self, line: &Range<usize>, at: usize) -> bool {
        let before = self.inline.partition_point(|code| code.start <= at);
        self.inline[..before].last().is_some_and(|code| code.contains(&at) && code.end <= line.end)
    }

    /// The last block of code that starts here or before.
    fn last_before(&self, at: usize) -> Option<&Listing> {
        self.listings[..self.listings.partition_point(|listing| listing.range.start <= at)].last()
    }
}
