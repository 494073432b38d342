//! A chapter: its Markdown as HTML, its formulas typeset, its claims with their verdicts.

use super::block::{Verdicts, Written, block};
use super::formula::formula;
use super::latex;
use crate::claims::Source;
use crate::claims::language::parser::parse;
use crate::claims::language::syntax::StatementKind;
use crate::words::{self, shortened};
use maud::{Markup, PreEscaped};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html::push_html};
use pulldown_latex::config::DisplayMode;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

/// A title is shown up to this length.
const LONGEST_TITLE: usize = 200;

/// A chapter on the page.
pub(super) struct Chapter<'a> {
    /// Its file.
    pub(super) source: &'a Source,
    /// The page's name for it.
    pub(super) id: String,
    /// The claims that stand in it.
    pub(super) claims: Vec<Written>,
}

/// How many claims of a chapter hold, fail or were not checked.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) held: usize,
    pub(super) failed: usize,
    pub(super) unchecked: usize,
}

impl<'a> Chapter<'a> {
    /// A file as the chapter with this number.
    pub(super) fn new(source: &'a Source, number: usize) -> Self {
        // A text that was checked can be read.
        let statements = parse(&source.text).unwrap_or_default();
        let claims = statements.into_iter().filter_map(|statement| {
            let latex = latex::claim(&statement.kind)?;
            let StatementKind::Claim { name, .. } = statement.kind else { return None };
            let start = statement.place.start;
            Some(Written { name, place: start..start + statement.place.length, latex })
        });
        Chapter { source, id: format!("chapter-{number}"), claims: claims.collect() }
    }

    /// How many of its claims hold, fail or were not checked.
    pub(super) fn tally(&self, verdicts: &Verdicts) -> Tally {
        let mut tally = Tally::default();
        for claim in &self.claims {
            let found = verdicts.get(&self.source.name, &claim.name);
            let failed = found.iter().filter(|(_, report)| report.failure.is_some()).count();
            tally.failed += failed;
            tally.held += found.len() - failed;
            tally.unchecked += usize::from(found.is_empty());
        }
        tally
    }

    /// Its first heading without markup, or the name of its file.
    pub(super) fn title(&self) -> String {
        let heading = parser(&self.source.text)
            .skip_while(|event| !matches!(event, Event::Start(Tag::Heading { .. })))
            .take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
        let title: String = heading
            .filter_map(|event| match event {
                Event::Text(text) | Event::Code(text) | Event::InlineMath(text) => Some(text.to_string()),
                _ => None,
            })
            .collect();
        if title.is_empty() { self.file() } else { shortened(&title, LONGEST_TITLE) }
    }

    /// Its file as the page names it.
    pub(super) fn file(&self) -> String {
        words::path(Path::new(&self.source.name))
    }

    /// Its text. Links to other chapters stay on the page.
    pub(super) fn body(&self, chapters: &[Chapter], verdicts: &Verdicts) -> Markup {
        let mut writer = Writer { chapter: self, chapters, anchors: BTreeSet::new(), kept: vec![] };
        let mut events = parser(&self.source.text).into_offset_iter();
        let (mut written, mut blocks) = (Vec::new(), Vec::<Range<usize>>::new());
        while let Some((event, range)) = events.next() {
            if let Event::Start(Tag::CodeBlock(_)) = event {
                let inside = events.by_ref().take_while(|(event, _)| !matches!(event, Event::End(_)));
                let code = inside.map(|(_, range)| range).reduce(|all, next| all.start..next.end);
                let code = code.unwrap_or(range.end..range.end);
                written.push(raw(block(self.source, &self.claims, code.clone(), verdicts)));
                blocks.push(code);
            } else {
                written.extend(writer.event(event, range));
            }
        }
        // Markdown may take a block for something else, such as a part of a comment; the checker does not.
        let hidden = |claim: &&Written| {
            let before = blocks.partition_point(|block| block.start <= claim.place.start);
            !blocks[..before].last().is_some_and(|block| block.contains(&claim.place.start))
        };
        for claim in self.claims.iter().filter(hidden) {
            written.push(raw(block(self.source, &self.claims, claim.place.clone(), verdicts)));
        }
        let mut html = String::new();
        push_html(&mut html, written.into_iter());
        PreEscaped(html)
    }
}

fn parser(text: &str) -> Parser<'_> {
    let more = Options::ENABLE_MATH
        | Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    Parser::new_ext(text, more)
}

/// HTML of our own as an event.
fn raw<'e>(html: Markup) -> Event<'e> {
    Event::Html(html.into_string().into())
}

struct Writer<'a> {
    chapter: &'a Chapter<'a>,
    chapters: &'a [Chapter<'a>],
    /// Headings that have a name.
    anchors: BTreeSet<String>,
    /// For each link that is open: whether it leads somewhere.
    kept: Vec<bool>,
}

impl<'a> Writer<'a> {
    /// An event of the Markdown as it is written on the page, or nothing.
    fn event(&mut self, event: Event<'a>, range: Range<usize>) -> Option<Event<'a>> {
        Some(match event {
            Event::InlineMath(latex) => raw(formula(&latex, DisplayMode::Inline)),
            Event::DisplayMath(latex) => raw(formula(&latex, DisplayMode::Block)),
            // HTML in a text is shown, never run.
            Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
            Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
            Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
            // The page shows nothing that is not in it: of a picture, the words that stand for it.
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => return None,
            Event::Start(Tag::Heading { level, .. }) => {
                let id = self.anchor(&self.chapter.source.text[range]);
                Event::Start(Tag::Heading { level: below(level), id, classes: vec![], attrs: vec![] })
            }
            Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below(level))),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let target = self.target(&dest_url);
                self.kept.push(target.is_some());
                Event::Start(Tag::Link { link_type, dest_url: target?.into(), title, id })
            }
            Event::End(TagEnd::Link) => {
                return self.kept.pop().unwrap_or_default().then_some(Event::End(TagEnd::Link));
            }
            Event::FootnoteReference(name) => Event::FootnoteReference(self.own(&name)),
            Event::Start(Tag::FootnoteDefinition(name)) => {
                Event::Start(Tag::FootnoteDefinition(self.own(&name)))
            }
            other => other,
        })
    }

    /// A name that no other chapter has.
    fn own(&self, name: &str) -> CowStr<'a> {
        format!("{}-{name}", self.chapter.id).into()
    }

    /// The name of a heading, from its line of Markdown.
    fn anchor(&mut self, heading: &str) -> Option<CowStr<'a>> {
        let anchor = slug(heading.lines().next().unwrap_or_default());
        self.anchors.insert(anchor.clone()).then(|| self.own(&anchor))
    }

    /// Where a link leads: to a chapter or a heading on this page, or into the web. Other files are not here.
    fn target(&self, link: &str) -> Option<String> {
        if ["https://", "http://", "mailto:"].iter().any(|scheme| link.starts_with(scheme)) {
            return Some(link.to_string());
        }
        let (file, heading) = link.split_once('#').unwrap_or((link, ""));
        let folder = Path::new(&self.chapter.source.name).parent().unwrap_or(Path::new(""));
        let chapter = match file {
            "" => self.chapter,
            _ => {
                let path = plain(&folder.join(file));
                self.chapters.iter().find(|other| plain(Path::new(&other.source.name)) == path)?
            }
        };
        let separator = if heading.is_empty() { "" } else { "-" };
        let heading: String = heading.chars().take(LONGEST_TITLE).collect();
        Some(format!("#{}{separator}{heading}", chapter.id))
    }
}

/// The heading's name in links, as code hosts make it.
fn slug(heading: &str) -> String {
    let text = heading.trim_matches(|c: char| c == '#' || c.is_whitespace()).to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.take(LONGEST_TITLE).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The page has a heading above those of its chapters.
fn below(level: HeadingLevel) -> HeadingLevel {
    HeadingLevel::try_from(level as usize + 1).unwrap_or(HeadingLevel::H6)
}

/// A path without `.` and, as far as it goes, without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}
