//! What the dependencies ask of those who use `hsr`: their licences, and the version of Rust that they need.

use crate::{field, manifest, output, read};
use serde_json::Value;
use spdx::{Expression, Licensee, ParseMode};
use std::collections::BTreeMap;

/// All packages of the dependency tree, with every feature and for every platform. Where cargo has fetched no more than this
/// platform needs, those of this platform; the flag says whether it is all.
fn packages() -> (Vec<Value>, bool) {
    let metadata = |more: &[&str]| {
        let arguments = [&["metadata", "--locked", "--offline", "--format-version", "1"], more].concat();
        output(env!("CARGO"), &arguments)
    };
    let whole = metadata(&["--all-features"]);
    let all = whole.is_ok();
    let told = whole.or_else(|_| {
        println!("not all is fetched here (cargo fetch --locked): the dependencies of this platform alone are looked at");
        let versions = output("rustc", &["-vV"])?;
        let host = versions.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        metadata(&["--filter-platform", host])
    });
    let told: Value = serde_json::from_str(&told.unwrap()).unwrap();
    (told["packages"].as_array().unwrap().clone(), all)
}

/// What `deny.toml` allows: of all packages, and of single ones.
struct Allowed {
    all: Vec<Licensee>,
    single: BTreeMap<String, Vec<Licensee>>,
}

impl Allowed {
    fn read() -> Self {
        let file: toml::Table = read("deny.toml").parse().unwrap();
        let licensees = |table: &toml::Value| -> Vec<Licensee> {
            let names = table["allow"].as_array().unwrap().iter();
            names.map(|name| Licensee::parse(name.as_str().unwrap()).unwrap()).collect()
        };
        let exceptions = file["licenses"]["exceptions"].as_array().unwrap().iter();
        let single = exceptions.map(|table| (table["crate"].as_str().unwrap().to_string(), licensees(table)));
        Allowed { all: licensees(&file["licenses"]), single: single.collect() }
    }

    /// Whether a package may be used under its licence.
    fn allows(&self, package: &Value) -> bool {
        let Some(licence) = package["license"].as_str() else { return false };
        // Some older packages write `/` for `OR`.
        let expression = Expression::parse_mode(licence, ParseMode::LAX)
            .unwrap_or_else(|error| panic!("{}: {licence}: {error}", package["name"]));
        let single = self.single.get(package["name"].as_str().unwrap());
        expression.evaluate(|needed| {
            self.all.iter().chain(single.into_iter().flatten()).any(|one| one.satisfies(needed))
        })
    }
}

#[test]
fn every_licence_is_allowed() {
    let allowed = Allowed::read();
    let (packages, all) = packages();
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !allowed.allows(package))
        .map(|package| format!("{}: {}", package["name"], package["license"]))
        .collect();
    assert!(refused.is_empty(), "not allowed by deny.toml: {refused:#?}");

    // What nobody needs is not allowed for nothing.
    if all {
        for index in 0..allowed.all.len() {
            let mut less = Allowed::read();
            let licence = less.all.remove(index);
            assert!(
                packages.iter().any(|package| !less.allows(package)),
                "deny.toml: nobody needs {licence:?}"
            );
        }
        for name in allowed.single.keys() {
            let mut less = Allowed::read();
            less.single.remove(name);
            assert!(
                packages.iter().any(|package| !less.allows(package)),
                "deny.toml: {name} needs no exception"
            );
        }
    }
}

#[test]
fn a_licence_that_is_not_on_the_list_is_refused() {
    let allowed = Allowed::read();
    let package = |name: &str, licence: &str| serde_json::json!({ "name": name, "license": licence });
    assert!(allowed.allows(&package("a", "GPL-3.0-only OR MIT")));
    assert!(allowed.allows(&package("a", "MIT/Apache-2.0")));
    assert!(!allowed.allows(&package("a", "GPL-3.0-only AND MIT")));
    assert!(!allowed.allows(&package("a", "ISC")) && allowed.allows(&package("untrusted", "ISC")));
    assert!(!allowed.allows(&serde_json::json!({ "name": "a", "license": null })));
}

/// `1.89` and `1.89.0` are the same.
fn version(text: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = text.split('.').map(|number| number.parse().unwrap()).collect();
    numbers.resize(3, 0);
    numbers
}

#[test]
fn no_dependency_needs_a_later_version_of_rust_than_is_claimed() {
    let claimed = field(&manifest(), "rust_version");
    let (packages, _) = packages();
    let later: Vec<String> = packages
        .iter()
        .filter_map(|package| Some((package["name"].as_str()?, package["rust_version"].as_str()?)))
        .filter(|(_, needed)| version(needed) > version(&claimed))
        .map(|(name, needed)| format!("{name} needs {needed}"))
        .collect();
    assert!(later.is_empty(), "Cargo.toml claims {claimed}: {later:#?}");
}

#[test]
fn the_readme_tells_the_claimed_version_of_rust() {
    let claimed = field(&manifest(), "rust_version");
    assert!(
        read("README.md").contains(&format!("Rust {claimed}")),
        "README.md does not say 'Rust {claimed}'"
    );
}
