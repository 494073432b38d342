//! LaTeX to MathML, which browsers typeset themselves.

use crate::words::shortened;
use maud::{Markup, PreEscaped, html};
use pulldown_latex::config::DisplayMode;
use pulldown_latex::event::{Content, Event, Grouping};
use pulldown_latex::{Parser, RenderConfig, Storage, push_mathml};

/// Where the converter differs from TeX or from HTML: what it writes, and what that becomes.
const CORRECTIONS: [(&str, &str); 5] = [
    // The nabla is upright; without this it is taken for a letter.
    ("<mi>∇</mi>", "<mi mathvariant=\"normal\">∇</mi>"),
    // A full stop at the end of an equation stands at it.
    ("<mo>.</mo>", "<mo lspace=\"0\">.</mo>"),
    // One sign, without a space inside.
    ("<mo>:</mo><mo>=</mo>", "<mo>:=</mo>"),
    ("<mo><</mo>", "<mo>&lt;</mo>"),
    ("\"minsize=", "\" minsize="),
];

/// A formula, typeset; where it is no LaTeX, its source with the reason.
pub(super) fn formula(latex: &str, display: DisplayMode) -> Markup {
    match mathml(latex, display) {
        Ok(mathml) if display == DisplayMode::Block => html! { span.equation { (PreEscaped(mathml)) } },
        Ok(mathml) => PreEscaped(mathml),
        Err(reason) => html! {
            span.untypeset { code { (shortened(latex, SHOWN)) } " (this formula cannot be typeset: " (reason) ")" }
        },
    }
}

/// A formula of its own line, if it can be typeset.
pub(super) fn typeset(latex: &str) -> Option<Markup> {
    mathml(latex, DisplayMode::Block).ok().map(PreEscaped)
}

/// What is shown of a formula that is not typeset.
const SHOWN: usize = 400;

/// Commands without a brace between them: each may be the argument of the one before, and the converter's stack is finite.
const LONGEST_CHAIN: usize = 80;

/// Groups within each other: the converter reads what is in a group once for each group around it.
const DEEPEST: usize = 40;
/// Bytes of a formula.
const LONGEST: usize = 20_000;

/// How deep groups are nested in a formula.
fn depth(latex: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    for (at, c) in latex.char_indices() {
        let command = |name: &str| c == '\\' && latex[at + 1..].starts_with(name);
        if c == '{' || command("left") || command("begin") {
            depth += 1;
        } else if c == '}' || command("right") || command("end") {
            depth = depth.saturating_sub(1);
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// What the converter is not given: definitions, which make a short text long, and codes of characters, at some of which
/// it panics (0.8.0).
const REFUSED: [&str; 7] =
    ["\\char", "\\def", "\\let", "\\futurelet", "\\newcommand", "\\renewcommand", "\\providecommand"];

fn refused(latex: &str) -> Option<String> {
    if let Some(command) = REFUSED.into_iter().find(|command| latex.contains(command)) {
        return Some(format!("{command} has no place in a formula"));
    }
    if latex.len() > LONGEST {
        return Some(format!("more than {LONGEST} bytes"));
    }
    if depth(latex) > DEEPEST {
        return Some(format!("more than {DEEPEST} groups within each other"));
    }
    let longest = latex.split(['{', '}']).map(|part| part.matches('\\').count()).max();
    (longest > Some(LONGEST_CHAIN)).then(|| format!("more than {LONGEST_CHAIN} commands without a brace"))
}

fn mathml(latex: &str, display_mode: DisplayMode) -> Result<String, String> {
    if let Some(reason) = refused(latex) {
        return Err(reason);
    }
    let storage = Storage::new();
    let mut events = Vec::new();
    for event in Parser::new(latex, &storage) {
        let event = event.map_err(|error| first_line(&error.to_string()))?;
        // The converter writes the names of functions as they are.
        if let Event::Content(Content::Function(name)) = event
            && name.contains(['<', '>', '&'])
        {
            return Err(format!("'{name}' is no name of a function"));
        }
        let sized = matches!(event, Event::Content(Content::Delimiter { size: Some(_), .. }));
        // A bracket of a given size keeps it below an exponent only as a group: `\bigl( x \bigr)^2`.
        if sized && matches!(events.last(), Some(Event::Script { .. })) {
            events.extend([Event::Begin(Grouping::Normal), event, Event::End]);
        } else {
            events.push(event);
        }
    }
    let mut text = String::new();
    let config = RenderConfig { display_mode, ..RenderConfig::default() };
    push_mathml(&mut text, events.into_iter().map(Ok::<_, std::fmt::Error>), config)
        .map_err(|error| error.to_string())?;
    Ok(CORRECTIONS.iter().fold(text, |text, (from, to)| text.replace(from, to)))
}

fn first_line(text: &str) -> String {
    shortened(text.lines().next().unwrap_or_default(), SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bracket_of_a_size_keeps_it_below_an_exponent() {
        let text = mathml("\\bigl(x\\bigr)^2", DisplayMode::Inline).unwrap();
        assert!(text.contains("<msup><mrow><mo symmetric=\"true\" stretchy=\"true\" minsize"), "{text}");
    }

    #[test]
    fn what_would_break_the_page_or_the_converter_is_refused() {
        let chain = "\\frac".repeat(10_000);
        let nested = ["{", "x^{", "\\left({}"].map(|group| group.repeat(100_000));
        let long = "x + ".repeat(100_000);
        let refused = ["\\operatorname{<img>}", "\\char é", "\\def\\x{y}\\x", "\\frobnicate", &chain, &long];
        for latex in refused.into_iter().chain(nested.iter().map(String::as_str)) {
            assert!(mathml(latex, DisplayMode::Block).is_err(), "{latex:.40}");
            assert!(formula(latex, DisplayMode::Block).into_string().len() < 1000, "{latex:.40}");
        }
    }

    /// Pieces of formulas, in any order.
    const PIECES: [&str; 24] = [
        "\\frac",
        "\\sqrt",
        "[",
        "]",
        "{",
        "}",
        "^",
        "_",
        "'",
        "\\left(",
        "\\right)",
        "\\bigl|",
        "&",
        "\\cr",
        "\\begin{aligned}",
        "\\end{aligned}",
        "\\begin{cases}",
        "\\end{cases}",
        "x",
        "é",
        "\\text",
        "\\char",
        "<",
        "\\",
    ];

    proptest! {
        #[test]
        fn no_formula_makes_the_converter_panic(pieces in prop::collection::vec(0..PIECES.len(), 0..14)) {
            let latex: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
            let text = formula(&latex, DisplayMode::Block).into_string();
            prop_assert!(!text.contains("<img") && !text.contains("merror"));
        }
    }
}
