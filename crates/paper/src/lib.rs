//! Writing on paper: lines of text on A4 pages, as PDF.
//!
//! One font is inside, which has the letters of Latin, Greek, Cyrillic, Arabic, Armenian and Georgian. For letters it lacks,
//! the machine's own fonts are looked through once; what none has is drawn as a box.

use krilla::Document;
use krilla::geom::Point;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::text::{Font, TextDirection};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

static OURS: &[u8] = include_bytes!("assets/DejaVuSans.ttf");

/// A4 and its margin, in points.
const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const MARGIN: f32 = 56.0;
/// Where the machine's fonts are.
const FOLDERS: [&str; 2] = ["/usr/share/fonts", "/usr/local/share/fonts"];
/// Font files larger than this are left alone, bytes.
const LARGEST: u64 = 40 << 20;

/// More letters do not stand on a line, and a longer word is broken.
const MOST_LETTERS: usize = 400;
/// For so many letters the machine's fonts are looked through.
const MOST_MISSING: usize = 3;

/// A font, and what it is read from.
#[derive(Clone)]
struct Face {
    bytes: Arc<Vec<u8>>,
    font: Font,
}

impl Face {
    fn new(bytes: Vec<u8>) -> Option<Self> {
        let bytes = Arc::new(bytes);
        let font = Font::new(bytes.clone().into(), 0)?;
        Some(Self { bytes, font })
    }

    fn read(&self) -> Option<FontRef<'_>> {
        FontRef::from_index(&self.bytes, 0).ok()
    }

    fn has(&self, letter: char) -> bool {
        self.read().is_some_and(|font| font.charmap().map(letter).is_some())
    }
}

fn ours() -> Option<&'static Face> {
    static FACE: OnceLock<Option<Face>> = OnceLock::new();
    FACE.get_or_init(|| Face::new(OURS.to_vec())).as_ref()
}

/// A font of the machine that has this letter.
fn of_the_machine(letter: char) -> Option<Face> {
    static FILES: OnceLock<Vec<PathBuf>> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        let mut found = Vec::new();
        FOLDERS.iter().for_each(|folder| font_files(Path::new(folder), &mut found, 4));
        found.sort();
        found
    });
    files.iter().filter_map(|file| Face::new(std::fs::read(file).ok()?)).find(|face| face.has(letter))
}

fn font_files(folder: &Path, found: &mut Vec<PathBuf>, deep: usize) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, Ok(meta)) = (entry.path(), entry.metadata()) else { continue };
        let is_font = path.extension().is_some_and(|ext| ["ttf", "otf", "ttc"].iter().any(|known| ext.eq_ignore_ascii_case(known)));
        if meta.is_dir() && deep > 0 {
            font_files(&path, found, deep - 1);
        } else if is_font && meta.len() <= LARGEST {
            found.push(path);
        }
    }
}

/// A line as it will stand on a page.
struct Line {
    text: String,
    size: f32,
    indent: f32,
    /// Space before it, points.
    before: f32,
}

/// What is being written.
pub struct Paper {
    title: String,
    faces: Vec<Face>,
    /// Letters that no font of this machine has.
    missing: BTreeSet<char>,
    lines: Vec<Line>,
}

impl Paper {
    /// An empty one; its title stands at the top.
    pub fn new(title: &str) -> Self {
        let mut paper = Self { title: title.to_owned(), faces: ours().cloned().into_iter().collect(), missing: BTreeSet::new(), lines: Vec::new() };
        paper.write(title, 20.0, 0.0, 0.0);
        paper
    }

    /// A heading.
    pub fn heading(&mut self, text: &str) {
        self.write(text, 13.0, 0.0, 18.0);
    }

    /// A paragraph.
    pub fn text(&mut self, text: &str) {
        self.write(text, 10.5, 0.0, 5.0);
    }

    /// A paragraph moved to the right: what somebody said.
    pub fn said(&mut self, text: &str) {
        self.write(text, 10.5, 16.0, 5.0);
    }

    fn write(&mut self, text: &str, size: f32, indent: f32, before: f32) {
        for (n, paragraph) in text.lines().enumerate() {
            let paragraph: String = paragraph.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
            self.learn(&paragraph);
            for (m, line) in self.broken(&paragraph, size, WIDTH - 2.0 * MARGIN - indent).into_iter().enumerate() {
                let before = if (n, m) == (0, 0) { before } else { 0.0 };
                self.lines.push(Line { text: line, size, indent, before });
            }
        }
    }

    /// Finds fonts for letters that none of those in use has.
    fn learn(&mut self, text: &str) {
        for letter in text.chars() {
            if letter.is_whitespace() || self.missing.contains(&letter) || self.faces.iter().any(|face| face.has(letter)) {
                continue;
            }
            // The machine's fonts are not looked through for ever.
            match if self.missing.len() < MOST_MISSING { of_the_machine(letter) } else { None } {
                Some(face) => self.faces.push(face),
                None => drop(self.missing.insert(letter)),
            }
        }
    }

    /// Which font a letter is drawn with.
    fn face(&self, letter: char) -> usize {
        self.faces.iter().position(|face| face.has(letter)).unwrap_or(0)
    }

    /// Parts of a text that are drawn with one font each.
    fn runs(&self, text: &str) -> Vec<(usize, String)> {
        let mut runs: Vec<(usize, String)> = Vec::new();
        for letter in text.chars() {
            let face = if letter == ' ' { runs.last().map_or(0, |(face, _)| *face) } else { self.face(letter) };
            match runs.last_mut() {
                Some((last, run)) if *last == face => run.push(letter),
                _ => runs.push((face, letter.to_string())),
            }
        }
        runs
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        let of = |(face, run): &(usize, String)| {
            let Some(font) = self.faces.get(*face).and_then(Face::read) else { return 0.0 };
            let (letters, metrics) = (font.charmap(), font.glyph_metrics(Size::new(size), LocationRef::default()));
            run.chars().map(|letter| metrics.advance_width(letters.map(letter).unwrap_or_default()).unwrap_or(0.0)).sum::<f32>()
        };
        self.runs(text).iter().map(of).sum()
    }

    /// Lines not wider than this, broken between words, or within one that is wider by itself.
    fn broken(&self, text: &str, size: f32, most: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split_inclusive(' ') {
            let line = lines.last().map_or("", String::as_str);
            if !line.is_empty() && (word.len() > MOST_LETTERS || self.width(&format!("{line}{}", word.trim_end()), size) > most) {
                lines.push(String::new());
            }
            if word.len() <= MOST_LETTERS && self.width(word.trim_end(), size) <= most {
                lines.last_mut().into_iter().for_each(|line| line.push_str(word));
                continue;
            }
            // Measured letter by letter, and never longer than letters can be on a line: some have no width at all.
            let mut so_far = lines.last().map_or(0.0, |line| self.width(line, size));
            let mut count = lines.last().map_or(0, |line| line.chars().count());
            for letter in word.chars() {
                let wide = self.width(letter.encode_utf8(&mut [0; 4]), size);
                if count > 0 && (so_far + wide > most || count >= MOST_LETTERS) {
                    lines.push(String::new());
                    (so_far, count) = (0.0, 0);
                }
                (so_far, count) = (so_far + wide, count + 1);
                lines.last_mut().into_iter().for_each(|line| line.push(letter));
            }
        }
        lines
    }

    /// What stands on each page, and how far down, points.
    fn pages(&self) -> Vec<Vec<(f32, &Line)>> {
        let mut pages: Vec<Vec<(f32, &Line)>> = vec![Vec::new()];
        let mut y = MARGIN;
        for line in &self.lines {
            let step = line.before + line.size * 1.4;
            if y + step > HEIGHT - MARGIN {
                pages.push(Vec::new());
                y = MARGIN;
            }
            y += step;
            pages.last_mut().into_iter().for_each(|page| page.push((y, line)));
        }
        pages
    }

    /// The PDF.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> Result<Vec<u8>, String> {
        let pages = self.pages();
        let mut document = Document::new();
        document.set_metadata(Metadata::new().title(self.title.clone()).creator("Fulcrum".to_owned()));
        for (n, lines) in pages.iter().enumerate() {
            let settings = PageSettings::from_wh(WIDTH, HEIGHT).ok_or("a page has no size")?;
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            let number = Line { text: format!("{} / {}", n + 1, pages.len()), size: 8.0, indent: 0.0, before: 0.0 };
            let footer = (HEIGHT - MARGIN / 2.0, &number);
            for (y, line) in lines.iter().copied().chain([footer]) {
                let mut x = MARGIN + line.indent;
                for (face, run) in self.runs(&line.text) {
                    let Some(found) = self.faces.get(face) else { continue };
                    surface.draw_text(Point::from_xy(x, y), found.font.clone(), line.size, &run, false, TextDirection::Auto);
                    x += self.width(&run, line.size);
                }
            }
            surface.finish();
            page.finish();
        }
        document.finish().map_err(|e| format!("{e:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{HEIGHT, MARGIN, Paper, WIDTH};

    #[test]
    fn text_is_broken_between_words_and_nothing_is_lost() {
        let paper = Paper::new("Ada");
        let long = "Zeynep Yılmaz answered καλά и ясно; ".repeat(20) + &"x".repeat(400);
        let lines = paper.broken(&long, 10.5, WIDTH - 2.0 * MARGIN);
        assert!(lines.len() > 10 && lines.iter().all(|line| paper.width(line.trim_end(), 10.5) <= WIDTH - 2.0 * MARGIN));
        assert_eq!(lines.concat(), long);
    }

    #[test]
    fn letters_without_width_do_not_take_for_ever() {
        let paper = Paper::new("Ada");
        let long = "\u{200b}".repeat(49_000) + &"W".repeat(1000);
        let lines = paper.broken(&long, 10.5, WIDTH - 2.0 * MARGIN);
        assert!(lines.concat() == long && lines.iter().all(|line| line.chars().count() <= 400), "{}", lines.len());
    }

    #[test]
    fn what_is_long_goes_on_on_another_page_and_the_same_gives_the_same() {
        let write = || {
            let mut paper = Paper::new("Interview with 陈伟");
            paper.heading("Answers");
            (0..200).for_each(|n| paper.said(&format!("Line {n}\nand one more")));
            paper
        };
        let paper = write();
        let pages = paper.pages();
        assert_eq!(pages.iter().map(Vec::len).sum::<usize>(), 402);
        assert!(pages.len() > 5 && pages.iter().flatten().all(|(y, _)| *y <= HEIGHT - MARGIN), "{} pages", pages.len());
        let pdf = write().finish().unwrap();
        assert!(pdf.starts_with(b"%PDF-") && pdf == write().finish().unwrap());
    }
}
