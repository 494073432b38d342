//! LaTeX to MathML, which browsers typeset themselves.

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
            span.untypeset { code { (latex) } " (this formula cannot be typeset: " (reason) ")" }
        },
    }
}

fn mathml(latex: &str, display_mode: DisplayMode) -> Result<String, String> {
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
    text.lines().next().unwrap_or_default().to_string()
}
