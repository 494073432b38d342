//! The packaged crate is small, and holds all that its sources embed.

use crate::{output, root};
use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// What may be in the package: files by their paths, folders by their paths with a slash. Whoever adds a file beside these
/// either excludes it in Cargo.toml or enters it here.
const CONTENTS: [&str; 13] = [
    ".cargo_vcs_info.json",
    "CHANGELOG.md",
    "CITATION.cff",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "Cargo.toml.orig",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "derivations/",
    "examples/loop.rs",
    "src/",
];

/// The largest size of all files together, in bytes: some room above what is needed today.
const LARGEST: u64 = 4_400_000;

fn list() -> BTreeSet<String> {
    let told =
        output(env!("CARGO"), &["package", "--list", "--allow-dirty", "--offline", "--package", "hsr"]);
    told.unwrap().lines().map(|line| line.replace('\\', "/")).collect()
}

/// The files that a source embeds, as they are written there.
fn embedded(tokens: TokenStream, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let by = index.checked_sub(2).map(|before| tokens[before].to_string());
        if by.is_some_and(|name| name == "include_str" || name == "include_bytes") {
            found.push(group.stream().to_string().trim_matches('"').to_string());
        }
        embedded(group.stream(), found);
    }
}

/// A path without `..`.
fn normal(path: &Path) -> String {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => assert!(parts.pop(), "{}", path.display()),
            part => parts.push(part),
        }
    }
    parts.to_str().unwrap().replace('\\', "/")
}

#[test]
fn the_package_holds_what_its_users_need_and_no_more() {
    let list = list();
    let known = |file: &&String| {
        CONTENTS.iter().any(|known| file == known || known.ends_with('/') && file.starts_with(known))
    };
    let more: Vec<&String> = list.iter().filter(|file| !known(file)).collect();
    assert!(
        more.is_empty(),
        "these go into the package: exclude them in Cargo.toml, or allow them here: {more:#?}"
    );
    for must in ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "src/lib.rs", "src/main.rs"] {
        assert!(list.contains(must), "{must} is not in the package");
    }
    let sizes =
        list.iter().filter_map(|file| std::fs::metadata(root().join(file)).ok()).map(|file| file.len());
    let size: u64 = sizes.sum();
    assert!(size < LARGEST, "the package has {size} bytes in {} files", list.len());
}

#[test]
fn the_package_holds_every_file_that_its_sources_embed() {
    let list = list();
    let mut count = 0;
    for file in list.iter().filter(|file| file.starts_with("src/") && file.ends_with(".rs")) {
        let source: TokenStream = crate::read(file).parse().unwrap();
        let mut found = Vec::new();
        embedded(source, &mut found);
        for path in found {
            let path = normal(&Path::new(file).parent().unwrap().join(path));
            assert!(list.contains(&path), "{file} embeds {path}, which is not in the package");
            count += 1;
        }
    }
    assert!(count > 20, "only {count} files are embedded");
}
