//! From the text of a resume to what it says, by rules: what stands before the first section is about the person, the sections about work and
//! study are read entry by entry.

use crate::Reading;
use crate::entries::{positions, schools};
use lever_api::ParsedData;
use url::Url;

/// More addresses of a kind are not believed.
const MOST: usize = 10;
/// What a person and their place are called is not longer, characters.
const LONGEST_NAME: usize = 60;

/// What a section is about.
#[derive(Clone, Copy, PartialEq)]
enum About {
    Person,
    Work,
    Study,
    Other,
}

/// How sections are headed, in small letters.
const HEADINGS: [(About, &[&str]); 3] = [
    (
        About::Work,
        &[
            "experience",
            "work experience",
            "professional experience",
            "relevant experience",
            "employment",
            "employment history",
            "work history",
            "professional background",
            "career",
            "career history",
            "positions",
            "berufserfahrung",
            "beruflicher werdegang",
            "expérience",
            "expériences",
            "expérience professionnelle",
            "expériences professionnelles",
            "experiencia",
            "experiencia laboral",
            "experiencia profesional",
            "experiência",
            "experiência profissional",
            "esperienza",
            "esperienze",
            "esperienze professionali",
        ],
    ),
    (
        About::Study,
        &[
            "education",
            "education and training",
            "academic background",
            "academic history",
            "qualifications",
            "studies",
            "ausbildung",
            "bildung",
            "bildungsweg",
            "studium",
            "formation",
            "formations",
            "études",
            "educación",
            "formación",
            "formación académica",
            "educação",
            "formação",
            "formação académica",
            "istruzione",
            "formazione",
        ],
    ),
    (
        About::Other,
        &[
            "skills",
            "technical skills",
            "key skills",
            "core competencies",
            "languages",
            "projects",
            "personal projects",
            "certifications",
            "certificates",
            "publications",
            "awards",
            "honors",
            "interests",
            "hobbies",
            "references",
            "volunteering",
            "volunteer experience",
            "summary",
            "profile",
            "about",
            "about me",
            "objective",
            "kenntnisse",
            "sprachen",
            "kompetenzen",
            "compétences",
            "langues",
            "loisirs",
            "habilidades",
            "idiomas",
            "competenze",
            "lingue",
            "competências",
        ],
    ),
];
/// What a document is called, not a person.
const NO_NAMES: [&str; 8] = ["curriculum vitae", "curriculum", "resume", "résumé", "cv", "lebenslauf", "hoja de vida", "currículo"];
const SITES: [&str; 8] = ["www.", "linkedin.com/", "github.com/", "gitlab.com/", "twitter.com/", "x.com/", "behance.net/", "medium.com/"];
/// What divides the lines about a person.
const DIVIDERS: [char; 7] = ['|', '·', '•', '●', '▪', '◦', ';'];

fn about(line: &str) -> Option<About> {
    let heading = line.trim_end_matches(':').trim().to_lowercase();
    HEADINGS.iter().find(|(_, headings)| headings.contains(&heading.as_str())).map(|(about, _)| *about)
}

/// What a text says.
pub fn of(text: &str) -> Reading {
    let lines: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let mut sections: Vec<(About, Vec<&str>)> = vec![(About::Person, Vec::new())];
    for line in &lines {
        match about(line) {
            Some(next) => sections.push((next, Vec::new())),
            None => sections.last_mut().into_iter().for_each(|(_, lines)| lines.push(line)),
        }
    }
    let of = |wanted: About| sections.iter().filter(move |(about, _)| *about == wanted);
    let person: Vec<&str> = of(About::Person).flat_map(|(_, lines)| lines.iter().copied()).filter(|line| !line.is_empty()).collect();
    let everywhere =
        || lines.iter().flat_map(|line| line.split(|c: char| c.is_whitespace() || DIVIDERS.contains(&c) || matches!(c, '<' | '>' | '(' | ')' | ',')));
    Reading {
        name: person.iter().take(8).find_map(|line| name(line)),
        location: person.iter().take(15).find_map(|line| location(line)),
        emails: first(everywhere().filter_map(email)),
        phones: first(person.iter().take(20).flat_map(|line| line.split(DIVIDERS)).filter_map(phone)),
        links: first(everywhere().filter_map(link)),
        parsed: ParsedData {
            positions: of(About::Work).flat_map(|(_, lines)| positions(lines)).collect(),
            schools: of(About::Study).flat_map(|(_, lines)| schools(lines)).collect(),
        },
    }
}

/// The first of them, each once.
fn first(found: impl Iterator<Item = String>) -> Vec<String> {
    let mut all = Vec::new();
    for one in found {
        if all.len() < MOST && !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

/// `Name: Ada Lovelace` and `Ada Lovelace, PhD` are Ada Lovelace; what has other signs than names have is no name.
fn name(line: &str) -> Option<String> {
    let line = ["Name:", "name:", "NAME:", "Nom:"].iter().find_map(|label| line.strip_prefix(label)).unwrap_or(line).trim();
    let line = line.split([',', '|', '·', '•', '(']).next().unwrap_or_default().trim();
    let is_word =
        |word: &str| word.chars().any(char::is_alphabetic) && word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | '.'));
    let words = line.split(' ').count();
    let fits = (1..=6).contains(&words) && line.split(' ').all(is_word) && line.chars().count() <= LONGEST_NAME;
    (fits && !NO_NAMES.contains(&line.to_lowercase().as_str())).then(|| line.to_owned())
}

/// `Location: Lyon`, or `Lyon, France` beside an address or a number.
fn location(line: &str) -> Option<String> {
    let labels = ["location:", "address:", "based in", "wohnort:", "adresse:", "dirección:", "lives in"];
    let lower = line.to_lowercase();
    if let Some(place) = labels.iter().find(|label| lower.starts_with(**label)).and_then(|label| line.get(label.len()..)) {
        let place = place.trim();
        return (!place.is_empty() && place.chars().count() <= LONGEST_NAME).then(|| place.to_owned());
    }
    if !line.contains('@') && line.split(DIVIDERS).all(|part| phone(part).is_none()) {
        return None;
    }
    let is_place = |part: &&str| part.contains(", ") && part.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | ',' | '-' | '.' | '\''));
    line.split(DIVIDERS).map(str::trim).find(is_place).filter(|place| place.chars().count() <= LONGEST_NAME).map(str::to_owned)
}

fn email(word: &str) -> Option<String> {
    let word = word.trim_start_matches("mailto:").trim_start_matches("E-Mail:").trim_matches(|c: char| !c.is_alphanumeric());
    let word = word.rsplit_once(':').map_or(word, |(_, address)| address);
    let (local, domain) = word.split_once('@')?;
    let sane = !local.is_empty() && domain.contains('.') && !domain.contains('@') && word.chars().count() <= 200;
    (sane && domain.split('.').all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'))).then(|| word.to_owned())
}

fn link(word: &str) -> Option<String> {
    let word = word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '/');
    let lower = word.to_lowercase();
    let whole = match lower.starts_with("https://") || lower.starts_with("http://") {
        true => word.to_owned(),
        false if SITES.iter().any(|site| lower.starts_with(site)) => format!("https://{word}"),
        false => return None,
    };
    let url = Url::parse(&whole).ok().filter(|url| url.host_str().is_some_and(|host| host.contains('.')))?;
    (whole.chars().count() <= 250 && url.password().is_none()).then_some(whole)
}

/// Eight to fifteen digits with the signs numbers have, and no span of years.
fn phone(part: &str) -> Option<String> {
    let begin = part.find(|c: char| c == '+' || c == '(' || c.is_ascii_digit())?;
    let rest = &part[begin..];
    let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, ' ' | '+' | '(' | ')' | '-' | '.' | '/' | '\u{a0}'))).unwrap_or(rest.len());
    let number = rest[..end].trim_end_matches(|c: char| !c.is_ascii_digit());
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let least = if number.starts_with('+') { 8 } else { 9 };
    ((least..=15).contains(&digits) && crate::dates::span(number).is_none()).then(|| number.to_owned())
}

#[cfg(test)]
mod tests {
    use super::of;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn read(text: &str) -> Value {
        serde_json::to_value(of(text)).unwrap()
    }

    #[test]
    fn who_somebody_is_and_what_they_did_is_read_from_a_resume() {
        let read = read(include_str!("../tests/dubois.txt"));
        assert_eq!(read["name"], "Amélie Dubois-Østergård");
        assert_eq!(read["location"], "Lyon, France");
        assert_eq!(read["emails"], json!(["amelie.dubois@mail.example"]));
        assert_eq!(read["phones"], json!(["+33 6 12 34 56 78"]));
        assert_eq!(read["links"], json!(["https://www.linkedin.com/in/amelie-dubois", "https://github.com/amelied"]));
        assert_eq!(
            read["parsed"]["positions"],
            json!([
                {
                    "org": "Northwind Labs", "title": "Senior Backend Engineer", "location": "Lyon",
                    "summary": "Moved the payments service to Rust\nLed a team of four",
                    "start": { "year": 2021, "month": 3 }, "end": null
                },
                {
                    "org": "Contoso GmbH", "title": "Software Engineer", "location": "Berlin", "summary": "Built the search.",
                    "start": { "year": 2017, "month": 9 }, "end": { "year": 2021, "month": 2 }
                },
            ])
        );
        assert_eq!(
            read["parsed"]["schools"],
            json!([
                {
                    "org": "Université Claude Bernard Lyon 1", "degree": "MSc", "field": "Computer Science", "summary": null,
                    "start": { "year": 2015, "month": null }, "end": { "year": 2017, "month": null }
                },
                {
                    "org": "Technical University of Denmark", "degree": "Bachelor of Science", "field": "Mathematics", "summary": null,
                    "start": { "year": 2012, "month": null }, "end": { "year": 2015, "month": null }
                },
            ])
        );
    }

    #[test]
    fn headings_stand_above_beside_or_below_their_span() {
        let read = read(
            "CURRICULUM VITAE\nName: José García\nTel: (030) 1234 5678\n\nBERUFSERFAHRUNG:\n\nContoso AG  01/2019 – heute\nSoftwareentwickler\n- Baute Dinge\n\n\
             Product Manager at Fabrikam   2015 – 2018\n• Sold them\n\nAUSBILDUNG\nDiplom, Maschinenbau, Hochschule München, 2014",
        );
        assert_eq!((&read["name"], &read["phones"]), (&json!("José García"), &json!(["(030) 1234 5678"])));
        let told: Vec<_> =
            read["parsed"]["positions"].as_array().unwrap().iter().map(|p| (p["title"].clone(), p["org"].clone(), p["summary"].clone())).collect();
        assert_eq!(
            told,
            [
                (json!("Softwareentwickler"), json!("Contoso AG"), json!("Baute Dinge")),
                (json!("Product Manager"), json!("Fabrikam"), json!("Sold them")),
            ]
        );
        let school = &read["parsed"]["schools"][0];
        assert_eq!((&school["org"], &school["degree"], &school["field"]), (&json!("Hochschule München"), &json!("Diplom"), &json!("Maschinenbau")));
    }

    #[test]
    fn what_a_resume_does_not_say_is_missing() {
        assert_eq!(of(""), super::Reading::default());
        let read = read("Ten years of 2010-2020 and 3 km @ night, see http://x or a@b\n1234");
        assert_eq!((&read["name"], &read["emails"], &read["phones"], &read["links"]), (&Value::Null, &json!([]), &json!([]), &json!([])));
    }

    proptest! {
        #[test]
        fn whatever_a_text_says_reading_it_ends_and_tells_no_more_than_it_says(
            text in "(Experience\n|Education\n|\\PC{0,30}\n|[A-Z][a-z]{2,8}, [A-Z][a-z]{2,9} (0[1-9]/)?20[0-2][0-9] ?[–-] ?(20[0-2][0-9]|now)\n|- [a-z ]{0,20}\n|\n){0,25}"
        ) {
            let reading = of(&text);
            let told: usize = reading.parsed.positions.iter().flat_map(|p| [&p.org, &p.title, &p.location, &p.summary]).flatten().map(String::len).sum();
            prop_assert!(told <= 2 * text.len() + 64, "{told} of {}", text.len());
        }
    }
}
