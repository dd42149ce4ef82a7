//! A person's name: Lever has one line, most partners want parts.

/// A name in its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// Its first word.
    pub first: String,
    /// What stands between.
    pub middle: String,
    /// Its last word, or more.
    pub last: String,
}

const PARTICLES: &[&str] = &[
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le", "bin", "bint", "ibn", "al", "el", "ter", "ten", "zu", "af",
];

impl Name {
    /// First, middle, last. One word is both first and last, since partners demand both; three and more have a middle.
    /// With `keep_particles`, `van`, `de`, `bin` and their like go with the last name. Nothing of an empty line.
    #[must_use]
    pub fn split(name: &str, keep_particles: bool) -> Self {
        let words: Vec<&str> = name.split_whitespace().collect();
        match words.as_slice() {
            [] => Self::default(),
            [only] => Self { first: (*only).to_owned(), middle: String::new(), last: (*only).to_owned() },
            [first, middle @ .., last] => {
                let mut middle = middle.to_vec();
                let mut last = vec![*last];
                while keep_particles && middle.last().is_some_and(|word| PARTICLES.contains(&word.to_lowercase().as_str())) {
                    last.insert(0, middle.pop().unwrap_or_default());
                }
                Self { first: (*first).to_owned(), middle: middle.join(" "), last: last.join(" ") }
            }
        }
    }
}
