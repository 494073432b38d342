//! Arrows between the rooms of the library run downward and make no circle.
//!
//! A room is a module that `src/lib.rs` declares, and an arrow is a path that leads from a file of one room into another.
//! The table in the documentation of `src/lib.rs` lists the rooms from the top down. What only tests use is no arrow.

mod arrows;

use arrows::{Arrow, arrows, rooms};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Small rooms that the documentation does not show, from the top down. They lie below all rooms of the table.
const SMALL: [&str; 5] = ["parallel", "shell", "vocabulary", "budget", "words"];

/// Every file of the library with its text, by its path from the root of the repository. The command, `src/main.rs` and
/// `src/cli`, is a crate of its own, which sees what is public and nothing else.
fn library() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeMap::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let of_command = path == root.join("src/cli") || path == root.join("src/main.rs");
            if of_command {
                continue;
            } else if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let names = path.strip_prefix(root).unwrap().components();
                let names: Vec<_> = names.map(|name| name.as_os_str().to_str().unwrap()).collect();
                files.insert(names.join("/"), std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

/// The rooms in the table of `src/lib.rs`, from the top down.
fn table(library: &str) -> Vec<String> {
    let rows = library.lines().filter_map(|line| line.strip_prefix("//! | [`"));
    rows.filter_map(|row| Some(row.split_once('`')?.0.to_string())).collect()
}

/// What is wrong with the arrows, given the rooms from the top down.
fn upward(arrows: &[Arrow], order: &[String]) -> Vec<String> {
    let floor = |room: &str| order.iter().position(|other| other == room);
    let wrong = arrows.iter().filter(|arrow| floor(&arrow.from) > floor(&arrow.to));
    wrong.map(|arrow| format!("{arrow} runs upward: {} stands above {}", arrow.to, arrow.from)).collect()
}

/// A circle of arrows, if there is one.
fn circle(arrows: &[Arrow]) -> Option<Vec<&Arrow>> {
    /// Goes on from the last arrow of a way. What is `done` leads into no circle.
    fn search<'a>(all: &'a [Arrow], way: &mut Vec<&'a Arrow>, done: &mut BTreeSet<&'a str>) -> bool {
        let here = way.last().unwrap().to.as_str();
        if let Some(start) = way.iter().position(|arrow| arrow.from == here) {
            way.drain(..start);
            return true;
        }
        if done.contains(here) {
            return false;
        }
        for next in all.iter().filter(|arrow| arrow.from == here) {
            way.push(next);
            if search(all, way, done) {
                return true;
            }
            way.pop();
        }
        done.insert(here);
        false
    }
    let mut done = BTreeSet::new();
    arrows.iter().find_map(|first| {
        let mut way = vec![first];
        search(arrows, &mut way, &mut done).then_some(way)
    })
}

fn lines<T: std::fmt::Display>(found: impl IntoIterator<Item = T>) -> String {
    found.into_iter().map(|line| format!("\n  {line}")).collect()
}

#[test]
fn every_room_has_its_place() {
    let library = &library()["src/lib.rs"];
    let order: Vec<String> = table(library).into_iter().chain(SMALL.map(String::from)).collect();
    let placed: BTreeSet<String> = order.iter().cloned().collect();
    assert_eq!(placed.len(), order.len(), "a room has two places: {order:?}");
    assert_eq!(
        rooms(library),
        placed,
        "left: the modules of src/lib.rs; right: the rows of its table, and SMALL in tests/rooms/main.rs"
    );
}

#[test]
fn arrows_run_downward() {
    let files = library();
    let order: Vec<String> = table(&files["src/lib.rs"]).into_iter().chain(SMALL.map(String::from)).collect();
    let found = arrows(&files);
    assert!(found.len() > order.len(), "hardly any arrow was found: {}", lines(&found));
    let wrong = upward(&found, &order);
    assert!(wrong.is_empty(), "in the order of the table in src/lib.rs{}", lines(wrong));
}

#[test]
fn arrows_make_no_circle() {
    let found = arrows(&library());
    if let Some(circle) = circle(&found) {
        panic!("a circle{}", lines(circle));
    }
}

/// A library that is made up: its rooms stand in the order in which `lib.rs` declares them.
fn made_up(files: &[(&str, &str)]) -> (Vec<Arrow>, Vec<String>) {
    let files: BTreeMap<_, _> =
        files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
    (arrows(&files), table(&files["src/lib.rs"]))
}

const LIBRARY: (&str, &str) = (
    "src/lib.rs",
    "//! | [`top`] | what |\n//! | [`middle`] | what |\n//! | [`low`] | what |\npub mod low;\nmod middle;\n\
     #[cfg(feature = \"cli\")]\npub mod top;\n#[cfg(test)]\nmod trial;",
);

#[test]
fn a_circle_is_told_with_its_places() {
    let (found, order) = made_up(&[
        LIBRARY,
        ("src/top.rs", "use crate::middle::thing;"),
        ("src/middle/mod.rs", "mod part;\nuse crate::low::{self, other};"),
        ("src/middle/part.rs", "fn f() {}"),
        ("src/low.rs", "//! Low.\n\nfn g() -> usize {\n    format!(\"{}\", crate::middle::thing()).len()\n}"),
    ]);
    let told: Vec<String> = circle(&found).unwrap().into_iter().map(Arrow::to_string).collect();
    assert_eq!(told, ["src/low.rs:4: low -> middle", "src/middle/mod.rs:2: middle -> low"]);
    assert_eq!(upward(&found, &order), ["src/low.rs:4: low -> middle runs upward: middle stands above low"]);
}

#[test]
fn a_way_downward_is_no_circle() {
    let (found, order) = made_up(&[
        LIBRARY,
        ("src/top.rs", "use crate::{low, middle::{thing, other}};"),
        ("src/middle.rs", "use crate::low;"),
        ("src/low.rs", "use crate::low::own;"),
    ]);
    let told: Vec<String> = found.iter().map(Arrow::to_string).collect();
    assert_eq!(
        told,
        ["src/middle.rs:1: middle -> low", "src/top.rs:1: top -> low", "src/top.rs:1: top -> middle"]
    );
    assert!(circle(&found).is_none());
    assert_eq!(upward(&found, &order), [""; 0]);
}

#[test]
fn paths_through_parents_are_arrows() {
    let (found, _) = made_up(&[
        LIBRARY,
        ("src/low/mod.rs", "use super::top::thing;"),
        (
            "src/low/part.rs",
            "use super::top::own;\nuse super::super::top;\nmod inner {\n    use super::{super::{super::middle, low}};\n}",
        ),
    ]);
    let told: Vec<String> = found.iter().map(Arrow::to_string).collect();
    assert_eq!(
        told,
        ["src/low/mod.rs:1: low -> top", "src/low/part.rs:2: low -> top", "src/low/part.rs:4: low -> middle"]
    );
}

#[test]
fn comments_strings_and_tests_are_no_arrows() {
    let (found, _) = made_up(&[
        LIBRARY,
        (
            "src/low/mod.rs",
            "/// See [`crate::top`].\n// crate::top::thing\nconst TEXT: &str = \"crate::top\";\n\
             #[cfg(test)]\nmod tests {\n    use crate::top;\n}\n#[cfg(test)]\nmod apart;\n\
             #[cfg(test)]\n#[allow(dead_code)]\nfn helper() { crate::top::thing() }\npub(crate) struct Low;",
        ),
        ("src/low/apart.rs", "use crate::top;"),
        ("src/low/apart/more.rs", "use crate::top;"),
        ("src/trial.rs", "use crate::top;"),
        ("src/main.rs", "use hsr::top;"),
    ]);
    assert!(found.is_empty(), "{}", lines(&found));
}

#[test]
#[should_panic(expected = "src/low.rs:2: crate::Network is in no room")]
fn what_stands_at_the_root_hides_an_arrow() {
    made_up(&[LIBRARY, ("src/low.rs", "\nuse crate::Network;")]);
}
