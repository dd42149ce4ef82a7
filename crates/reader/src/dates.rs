//! Spans of time as people write them: `March 2021 – Present`, `09/2017 - 02/2021`, `2015–2017`.

use lever_api::Month;

/// From when to when; either may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub start: Option<Month>,
    pub end: Option<Month>,
}

/// Months by the first letters of their names, in English, German, French, Spanish, Portuguese and Italian.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene", "gen"],
    &["feb", "fév", "fev"],
    &["mar", "mär"],
    &["apr", "avr", "abr"],
    &["may", "mai", "mag"],
    &["jun", "juin", "giu"],
    &["jul", "juil", "lug"],
    &["aug", "aoû", "aou", "ago"],
    &["sep", "set"],
    &["oct", "okt", "out", "ott"],
    &["nov"],
    &["dec", "dez", "déc", "dic"],
];
/// The span is not over.
const NOW: [&str; 14] =
    ["present", "now", "today", "current", "currently", "ongoing", "heute", "jetzt", "aujourd", "actuel", "actualidad", "presente", "atual", "oggi"];
const TO: [&str; 7] = ["to", "until", "till", "bis", "à", "a", "al"];

/// A word, a number, or a sign.
#[derive(Debug, PartialEq)]
enum Part {
    Word(String),
    Number(u32, usize),
    Sign(char),
}

/// What a line is made of, with where each part begins and ends, bytes.
fn parts(line: &str) -> Vec<(Part, usize, usize)> {
    let kind = |c: char| {
        if c.is_ascii_digit() {
            0
        } else if c.is_alphabetic() {
            1
        } else {
            2
        }
    };
    let mut parts = Vec::new();
    let mut letters = line.char_indices().peekable();
    while let Some((begin, first)) = letters.next() {
        let mut end = begin + first.len_utf8();
        while kind(first) != 2
            && let Some((at, next)) = letters.next_if(|(_, next)| kind(*next) == kind(first))
        {
            end = at + next.len_utf8();
        }
        let text = &line[begin..end];
        match kind(first) {
            0 => parts.push((Part::Number(text.parse().unwrap_or(0), text.len()), begin, end)),
            1 => parts.push((Part::Word(text.to_lowercase()), begin, end)),
            _ if first.is_whitespace() => {}
            _ => parts.push((Part::Sign(first), begin, end)),
        }
    }
    parts
}

const fn is_year(number: u32, digits: usize) -> bool {
    digits == 4 && number >= 1940 && number <= 2099
}

fn month_named(word: &str) -> Option<u32> {
    let fits = |names: &&[&str]| word.chars().count() <= 10 && names.iter().any(|name| word.starts_with(name));
    MONTHS.iter().rposition(fits).and_then(|n| u32::try_from(n + 1).ok())
}

/// A month and a year, or a year, at the beginning of these parts; and how many parts it takes.
fn date(parts: &[(Part, usize, usize)]) -> Option<(Month, usize)> {
    let at = |n: usize| parts.get(n).map(|(part, ..)| part);
    let made = |year: u32, month: Option<u32>, taken: usize| Some((Month { year: Some(year), month }, taken));
    match at(0)? {
        Part::Word(word) => {
            let month = month_named(word)?;
            let skipped = usize::from(matches!(at(1), Some(Part::Sign('.' | ',' | '/' | '\'' | '’'))));
            match at(1 + skipped)? {
                Part::Number(year, digits) if is_year(*year, *digits) => made(*year, Some(month), 2 + skipped),
                _ => None,
            }
        }
        Part::Number(number, digits) => match (at(1), at(2)) {
            (Some(Part::Sign('/' | '.' | '-')), Some(Part::Number(year, long)))
                if *digits <= 2 && (1..=12).contains(number) && is_year(*year, *long) =>
            {
                made(*year, Some(*number), 3)
            }
            (Some(Part::Sign('/' | '.' | '-')), Some(Part::Number(month, short)))
                if is_year(*number, *digits) && *short <= 2 && (1..=12).contains(month) =>
            {
                made(*number, Some(*month), 3)
            }
            _ if is_year(*number, *digits) => made(*number, None, 1),
            _ => None,
        },
        Part::Sign(_) => None,
    }
}

/// How many parts say that it goes on; nothing, if none does. Now and then a letter stands apart from its word: `P resent`. A dash at the end
/// of a line says so too.
fn words_for_now(parts: &[(Part, usize, usize)]) -> Option<usize> {
    let word = |n: usize| parts.get(n).and_then(|(part, ..)| if let Part::Word(word) = part { Some(word.as_str()) } else { None });
    let is_now = |word: &str| NOW.iter().any(|now| word.starts_with(now));
    let first = word(0).unwrap_or_default();
    match parts {
        [] => Some(0),
        _ if is_now(first) => Some(1),
        _ if is_now(&format!("{first}{}", word(1).unwrap_or_default())) => Some(2),
        _ => None,
    }
}

/// The first span of a line, and where it stands, bytes; nothing, if there is none.
pub fn span(line: &str) -> Option<(Span, usize, usize)> {
    let parts = parts(line);
    for n in 0..parts.len() {
        let Some((start, taken)) = date(&parts[n..]) else { continue };
        let begin = parts[n].1;
        let after = n + taken;
        let leads_on = match parts.get(after) {
            Some((Part::Sign('-' | '–' | '—' | '−' | '‐' | '→' | '~'), ..)) => true,
            Some((Part::Word(word), ..)) => TO.contains(&word.as_str()),
            _ => false,
        };
        if leads_on && let Some((end, more)) = date(&parts[after + 1..]) {
            return Some((Span { start: Some(start), end: Some(end) }, begin, parts[after + more].2));
        }
        if let Some(words) = leads_on.then(|| words_for_now(&parts[after + 1..])).flatten() {
            return Some((Span { start: Some(start), end: None }, begin, parts[after + words].2));
        }
        let since = n > 0 && matches!(&parts[n - 1].0, Part::Word(word) if matches!(word.as_str(), "since" | "seit" | "depuis" | "desde"));
        return Some(match since {
            true => (Span { start: Some(start), end: None }, parts[n - 1].1, parts[after - 1].2),
            false => (Span { start: None, end: Some(start) }, begin, parts[after - 1].2),
        });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Span, span};
    use lever_api::Month;
    use proptest::prelude::*;

    fn month(text: &str) -> Option<Month> {
        let (year, month) = text.split_once('-').unwrap_or((text, ""));
        (!text.is_empty()).then(|| Month { year: year.parse().ok(), month: month.parse().ok() })
    }

    #[test]
    fn spans_are_read_as_people_write_them() {
        for (line, start, end, rest) in [
            ("Lyon · March 2021 – Present", "2021-3", "", "Lyon · "),
            ("Lyon · March 2021 – P resent", "2021-3", "", "Lyon · "),
            ("Berlin, 09/2017 - 02/2021", "2017-9", "2021-2", "Berlin, "),
            ("MSc, Computer Science, 2015 – 2017", "2015", "2017", "MSc, Computer Science, "),
            ("2012-2015 Bachelor", "2012", "2015", " Bachelor"),
            ("2012-03 to 2015-11", "2012-3", "2015-11", ""),
            ("Sept. 2019 bis heute", "2019-9", "", ""),
            ("Juin 2018 à août 2020", "2018-6", "2020-8", ""),
            ("since 2020", "2020", "", ""),
            ("Diploma, 2009", "", "2009", "Diploma, "),
            ("2015 – Contoso GmbH", "", "2015", " – Contoso GmbH"),
            ("2019 –", "2019", "", ""),
            ("05.2014–12.2016 Contoso", "2014-5", "2016-12", " Contoso"),
        ] {
            let (found, begin, to) = span(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(found, Span { start: month(start), end: month(end) }, "{line}");
            assert_eq!(format!("{}{}", &line[..begin], &line[to..]), rest, "{line}");
        }
        for none in ["", "Room 2214, 12 people", "ISO 27001", "Version 3.2", "May I ask?", "1234567890"] {
            assert_eq!(span(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_line_says_a_span_lies_within_it(line in "\\PC{0,60}|[0-9a-zé/.–\\- ]{0,40}") {
            if let Some((_, begin, end)) = span(&line) {
                prop_assert!(begin < end && line.get(begin..end).is_some());
            }
        }
    }
}
