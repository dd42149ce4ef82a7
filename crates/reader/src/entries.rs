//! Positions and schools: what stands around each span of time in a section of a resume.

use crate::dates::{Span, span};
use lever_api::{Position, School};

/// More are not believed.
const MOST: usize = 40;
/// A heading is not longer, characters.
const LONGEST_HEADING: usize = 100;
/// What divides a heading, the strongest first.
const DIVIDERS: [&str; 9] = [" | ", " · ", " • ", " — ", " – ", " @ ", " at ", " - ", ", "];
/// What divides a heading and stands around a span.
const SIGNS: [char; 14] = ['|', '·', '•', '—', '–', '-', ',', ';', ':', '(', ')', '[', ']', ' '];
const BULLETS: [char; 9] = ['•', '·', '-', '–', '*', '▪', '●', '◦', '\u{f0b7}'];

/// Words that a job is called by, in small letters; part of a word is enough where it ends one (`Softwareentwickler`).
const TITLES: [&str; 52] = [
    "engineer",
    "developer",
    "manager",
    "director",
    "lead",
    "head",
    "designer",
    "analyst",
    "consultant",
    "intern",
    "officer",
    "assistant",
    "specialist",
    "scientist",
    "architect",
    "recruiter",
    "teacher",
    "nurse",
    "accountant",
    "writer",
    "administrator",
    "coordinator",
    "founder",
    "president",
    "associate",
    "representative",
    "executive",
    "producer",
    "editor",
    "programmer",
    "technician",
    "researcher",
    "professor",
    "advisor",
    "partner",
    "trainee",
    "apprentice",
    "clerk",
    "supervisor",
    "strategist",
    "marketer",
    "tester",
    "owner",
    "entwickler",
    "entwicklerin",
    "ingenieur",
    "leiter",
    "leiterin",
    "berater",
    "ingénieur",
    "développeur",
    "ingeniero",
];
/// What a degree begins with, in small letters without dots.
const DEGREES: [&str; 33] = [
    "bachelor",
    "bachelors",
    "master",
    "masters",
    "bsc",
    "bs",
    "ba",
    "beng",
    "bba",
    "msc",
    "ms",
    "ma",
    "meng",
    "mba",
    "phd",
    "doctor",
    "doctorate",
    "dr",
    "diploma",
    "diplom",
    "magister",
    "licence",
    "licenciatura",
    "laurea",
    "grado",
    "associate",
    "mphil",
    "abitur",
    "baccalauréat",
    "staatsexamen",
    "llb",
    "llm",
    "md",
];
/// What a school is called, in small letters.
const SCHOOLS: [&str; 18] = [
    "universit",
    "universid",
    "college",
    "school",
    "institut",
    "academy",
    "academia",
    "hochschule",
    "polytech",
    "politecn",
    "gymnasium",
    "lycée",
    "école",
    "ecole",
    "akademie",
    "eth ",
    "mit",
    "università",
];

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '/' | '(' | ')'))
        .map(|word| word.to_lowercase().replace('.', ""))
        .filter(|w| !w.is_empty())
}

fn is_title(text: &str) -> bool {
    words(text).any(|word| TITLES.iter().any(|title| word == *title || (title.len() > 6 && word.ends_with(title))))
}

fn is_degree(text: &str) -> bool {
    words(text).take(2).any(|word| DEGREES.contains(&word.as_str()))
}

fn is_school(text: &str) -> bool {
    let text = format!("{} ", text.to_lowercase());
    SCHOOLS.iter().any(|school| text.contains(school))
}

/// Without what divides and without a bullet; nothing, if nothing is left.
fn trimmed(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| SIGNS.contains(&c) || c.is_whitespace());
    (!text.is_empty()).then(|| text.to_owned())
}

/// What stands around one span.
struct Entry<'a> {
    span: Span,
    /// The lines that say what it was.
    heading: Vec<&'a str>,
    /// What stands beside the span.
    beside: String,
    /// What was done.
    summary: Vec<&'a str>,
}

fn is_bullet(line: &str) -> bool {
    line.starts_with(BULLETS)
}

/// Whether a line says what somebody was, or where they studied.
fn says(line: &str) -> bool {
    is_title(line) || is_school(line) || is_degree(line)
}

/// The heading right above a span, up to two lines: one empty line may lie between, and another within, if only what lies above it says what
/// somebody was.
fn above<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let (mut heading, mut empty): (Vec<&str>, u8) = (Vec::new(), 0);
    for line in lines.iter().rev() {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        let apart = !heading.is_empty() && empty > 0 && (!says(line) || heading.iter().any(|line| says(line)));
        if apart || empty > 1 || heading.len() == 2 || is_bullet(line) || line.ends_with('.') || line.chars().count() > LONGEST_HEADING {
            break;
        }
        heading.insert(0, line);
        empty = 0;
    }
    heading
}

/// The entries of a section. Empty lines divide: a heading stands right above its span, or on the same line, or right below.
fn entries<'a>(lines: &[&'a str]) -> Vec<Entry<'a>> {
    let dated: Vec<(usize, Span, String)> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !is_bullet(line) && line.chars().count() <= LONGEST_HEADING)
        .filter_map(|(n, line)| span(line).map(|(span, begin, end)| (n, span, format!("{} {}", &line[..begin], &line[end..]))))
        .take(MOST)
        .collect();
    let mut all: Vec<Entry> = Vec::new();
    let mut told = 0;
    for (i, (at, span, beside)) in dated.iter().enumerate() {
        let beside = trimmed(beside).unwrap_or_default();
        let mut heading = above(&lines[told..*at]);
        if says(&beside) && i > 0 && !heading.iter().any(|line| says(line)) {
            heading.clear();
        }
        let mut body = at + 1;
        // Nothing above, and beside it at most half of the heading: the other half stands below.
        if heading.is_empty()
            && DIVIDERS.iter().all(|divider| !beside.contains(divider))
            && let Some(below) =
                lines.get(body).filter(|line| !line.is_empty() && !is_bullet(line) && !line.ends_with('.') && crate::dates::span(line).is_none())
        {
            heading.push(below);
            body += 1;
        }
        let first = at - lines[told..*at].iter().rev().take_while(|line| line.is_empty() || heading.contains(line)).count();
        if let Some(before) = all.last_mut() {
            before.summary.extend(lines[told..first].iter().filter(|line| !line.is_empty()));
        }
        all.push(Entry { span: *span, heading, beside, summary: Vec::new() });
        told = body;
    }
    if let Some(last) = all.last_mut() {
        last.summary.extend(lines[told..].iter().filter(|line| !line.is_empty()));
    }
    all
}

/// The parts of a heading.
fn divided(heading: &str) -> Vec<String> {
    let divider = DIVIDERS.iter().find(|divider| heading.contains(**divider));
    match divider {
        Some(divider) => heading.split(divider).filter_map(trimmed).collect(),
        None => trimmed(heading).into_iter().collect(),
    }
}

/// What was done, without bullets, a line each.
fn summary(lines: &[&str]) -> Option<String> {
    let lines: Vec<String> = lines.iter().map(|line| line.trim_start_matches(BULLETS).trim().to_owned()).filter(|line| !line.is_empty()).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Where somebody worked.
pub fn positions(lines: &[&str]) -> Vec<Position> {
    let read = |entry: Entry| {
        let mut parts: Vec<String> = entry.heading.iter().flat_map(|line| divided(line)).collect();
        let mut location = None;
        match divided(&entry.beside) {
            beside if parts.len() < 2 => parts.extend(beside),
            beside => location = (!beside.is_empty()).then(|| beside.join(", ")),
        }
        let title = parts.iter().position(|part| is_title(part)).unwrap_or(0);
        let title = (!parts.is_empty()).then(|| parts.remove(title));
        let org = (!parts.is_empty()).then(|| parts.remove(0));
        let location = location.or_else(|| (!parts.is_empty()).then(|| parts.join(", ")));
        Position { org, title, summary: summary(&entry.summary), location, start: entry.span.start, end: entry.span.end }
    };
    entries(lines).into_iter().map(read).collect()
}

/// What somebody studied.
pub fn schools(lines: &[&str]) -> Vec<School> {
    let read = |entry: Entry| {
        let mut parts: Vec<String> = entry.heading.iter().copied().chain([entry.beside.as_str()]).flat_map(divided).collect();
        let mut take = |fits: fn(&str) -> bool| parts.iter().position(|part| fits(part)).map(|n| parts.remove(n));
        let org = take(is_school);
        let degree = take(is_degree);
        let org = org.or_else(|| (!parts.is_empty()).then(|| parts.remove(0)));
        // `Bachelor of Science in Mathematics`
        let (degree, field) = match degree.as_deref().and_then(|degree| degree.split_once(" in ")) {
            Some((degree, field)) => (Some(degree.to_owned()), Some(field.to_owned())),
            None => (degree, (!parts.is_empty()).then(|| parts.remove(0))),
        };
        School { org, degree, field, summary: summary(&entry.summary), start: entry.span.start, end: entry.span.end }
    };
    entries(lines).into_iter().map(read).collect()
}
