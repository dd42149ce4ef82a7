//! The house rules that a compiler does not check.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Which crate may depend on which of ours. A new arrow needs a decision record.
const ARROWS: &[(&str, &[&str])] = &[
    ("clock", &[]),
    ("endpoint", &[]),
    ("lever-api", &["endpoint"]),
    ("hub-api", &["endpoint"]),
    ("joinedly-api", &["endpoint"]),
    ("jobma-api", &["endpoint"]),
    ("findem-api", &["endpoint"]),
    ("job-ring-api", &["endpoint"]),
    ("db", &["clock"]),
    ("outbound", &["clock", "endpoint"]),
    ("web", &["clock", "db", "endpoint"]),
    ("pipeline", &["clock", "db"]),
    ("post", &["clock", "db", "endpoint", "outbound", "pipeline", "web"]),
    ("store", &["endpoint", "outbound"]),
    ("lever-client", &["clock", "endpoint", "lever-api", "outbound"]),
    ("paper", &[]),
    ("reader", &["lever-api"]),
    ("connector", &["clock", "endpoint", "lever-api", "outbound"]),
    ("connectors", &["connector", "endpoint", "findem-api", "job-ring-api", "jobma-api", "joinedly-api", "lever-api", "outbound"]),
    ("ats", &["clock", "db", "endpoint", "lever-api", "outbound", "paper", "pipeline", "reader", "store", "web"]),
    (
        "partners",
        &[
            "clock",
            "db",
            "endpoint",
            "findem-api",
            "hub-api",
            "job-ring-api",
            "jobma-api",
            "joinedly-api",
            "outbound",
            "paper",
            "pipeline",
            "post",
            "store",
            "web",
        ],
    ),
    ("hub", &["clock", "connector", "db", "endpoint", "hub-api", "lever-api", "outbound", "pipeline", "post", "web"]),
];

/// What a crate depends on; what only its tests use is their business.
fn dependencies(name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(format!("{ROOT}/crates/{name}/Cargo.toml")).unwrap();
    let table = text.split("\n[dependencies]").nth(1).unwrap_or_default().split("\n[").next().unwrap_or_default();
    table.lines().filter_map(|line| line.split(['.', ' ', '=']).next()).filter(|d| !d.is_empty()).map(str::to_owned).collect()
}

#[test]
fn arrows_point_down() {
    let ours: Vec<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    let folders = std::fs::read_dir(format!("{ROOT}/crates")).unwrap();
    for folder in folders {
        let name = folder.unwrap().file_name().into_string().unwrap();
        assert!(name == "fulcrum" || ours.contains(&name.as_str()), "the crate {name} is not in the list of arrows");
    }
    for (name, allowed) in ARROWS {
        for arrow in dependencies(name).iter().filter(|d| ours.contains(&d.as_str())) {
            assert!(allowed.contains(&arrow.as_str()), "{name} -> {arrow} is not allowed");
        }
    }
}

/// Words do no I/O, connectors see no database, only `db` names a driver, only `outbound` an HTTP client.
#[test]
fn each_crate_is_without_what_it_must_not_have() {
    let without = |name: &str, forbidden: &[&str]| {
        for dependency in dependencies(name) {
            assert!(!forbidden.contains(&dependency.as_str()), "{name} must not depend on {dependency}");
        }
    };
    for words in ["clock", "paper", "endpoint", "lever-api", "hub-api", "findem-api", "job-ring-api", "jobma-api", "joinedly-api"] {
        without(words, &["tokio", "reqwest", "axum", "sea-orm", "db", "outbound"]);
    }
    for name in ["connector", "connectors"] {
        without(name, &["db", "sea-orm", "axum", "tokio", "reqwest", "web"]);
    }
    for (name, _) in ARROWS {
        if *name != "db" {
            without(name, &["sea-orm", "sqlx"]);
        }
        if *name != "outbound" {
            without(name, &["reqwest", "rustls", "lettre"]);
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn ours() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in ["crates", "e2e", "bench"] {
        sources(&Path::new(ROOT).join(folder), &mut found);
    }
    found.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn a_file_is_one_thought() {
    for (path, text) in ours() {
        let lines = text.lines().count();
        assert!(lines <= 600, "{} has {lines} lines", path.display());
        assert!(text.starts_with("//!") || text.starts_with("#![") || path.ends_with("tests.rs"), "{} does not say what it is", path.display());
    }
}

#[test]
fn the_only_conditional_sql_is_in_db() {
    // One SQL text for both engines: fragments that differ come from `Engine`, except where a test names one.
    let mut branches: BTreeMap<String, usize> = BTreeMap::new();
    for (path, text) in ours().into_iter().filter(|(p, _)| p.components().any(|c| c.as_os_str() == "src") && !p.ends_with("tests.rs")) {
        let name = path.strip_prefix(Path::new(ROOT)).unwrap().display().to_string();
        if !name.contains("crates/db/") {
            let n = text.matches("Engine::Postgres").count() + text.matches("Engine::Sqlite").count();
            if n > 0 {
                branches.insert(name, n);
            }
        }
    }
    assert!(branches.is_empty(), "these belong into `Engine`: {branches:?}");
}

#[test]
fn requirements_that_tests_name_are_in_the_list() {
    let mut named = Vec::new();
    for (path, text) in ours() {
        for line in text.lines().filter(|line| line.contains("fn ") && line.contains('(')) {
            let words: Vec<&str> = line.split("fn ").nth(1).unwrap_or_default().split('(').next().unwrap_or_default().split('_').collect();
            for pair in words.windows(2) {
                if ["com", "hrc", "jnd", "jrg", "fnd", "jbm"].contains(&pair[0]) {
                    let digits = pair[1].trim_start_matches('o');
                    assert!(digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()), "{}: {line}", path.display());
                    named.push(format!("{}-{}", pair[0].to_uppercase(), pair[1].to_uppercase()));
                }
            }
        }
    }
    named.sort();
    named.dedup();
    println!("requirements named by tests: {}", named.join(" "));
    let list: Vec<&str> = include_str!("../requirements.txt").split_whitespace().collect();
    let unknown: Vec<_> = named.iter().filter(|id| !list.contains(&id.as_str())).collect();
    assert!(unknown.is_empty(), "the list of requirements has no {unknown:?}");
    assert!(named.len() > 30);
}
