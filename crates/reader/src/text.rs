//! From a file to its text, line by line. Only ever called in a process of its own.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use std::io::{Cursor, Read};

/// A file that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// PDF with text in it; one that was scanned has none.
    Pdf,
    /// Word, since 2007.
    Docx,
    /// UTF-8, or what can be read as such.
    Txt,
}

impl Kind {
    /// By the end of a file's name, without the dot, in small letters.
    #[must_use]
    pub fn of(ext: &str) -> Option<Self> {
        match ext {
            "pdf" => Some(Self::Pdf),
            "docx" => Some(Self::Docx),
            "txt" => Some(Self::Txt),
            _ => None,
        }
    }

    /// The same name again.
    #[must_use]
    pub const fn ext(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Txt => "txt",
        }
    }
}

/// A Word document unpacks to no more, bytes.
const LARGEST: u64 = 8 << 20;
/// So much of a text is looked at, characters: resumes are shorter, and so is what is said about anybody.
const LONGEST: usize = 100_000;

/// The text of a file; nothing, if it is not what its name says.
pub fn of(kind: Kind, bytes: &[u8]) -> Option<String> {
    let text = match kind {
        Kind::Pdf => pdf_extract::extract_text_from_mem(bytes).ok()?,
        Kind::Docx => docx(bytes)?,
        Kind::Txt => String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').to_owned(),
    };
    Some(text.chars().take(LONGEST).map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect())
}

/// The paragraphs of a Word document, a line each.
fn docx(bytes: &[u8]) -> Option<String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut xml = String::new();
    archive.by_name("word/document.xml").ok()?.take(LARGEST).read_to_string(&mut xml).ok()?;
    let (mut reader, mut text, mut shown) = (Reader::from_str(&xml), String::new(), false);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) if tag.local_name().as_ref() == b"t" => shown = true,
            Event::End(tag) if tag.local_name().as_ref() == b"t" => shown = false,
            Event::End(tag) if tag.local_name().as_ref() == b"p" => text.push('\n'),
            Event::Empty(tag) if matches!(tag.local_name().as_ref(), b"br" | b"cr") => text.push('\n'),
            Event::Empty(tag) if tag.local_name().as_ref() == b"tab" => text.push(' '),
            Event::Text(part) if shown => text.push_str(&part.decode().ok()?),
            Event::GeneralRef(part) if shown => match part.resolve_char_ref().ok()? {
                Some(letter) => text.push(letter),
                None => text.push_str(resolve_predefined_entity(&part.decode().ok()?).unwrap_or_default()),
            },
            Event::Eof => return Some(text),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, of};
    use std::io::{Cursor, Write};

    fn word(body: &str) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
        write!(archive, r#"<?xml version="1.0"?><w:document xmlns:w="x"><w:body>{body}</w:body></w:document>"#).unwrap();
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn a_word_document_is_read_paragraph_by_paragraph() {
        let file = word(
            "<w:p><w:r><w:t>R&amp;D at </w:t></w:r><w:r><w:t>Con&#x74;oso</w:t><w:br/><w:t>Lyon</w:t></w:r></w:p><w:p><w:r><w:t>2015</w:t><w:tab/><w:t>2017</w:t></w:r></w:p>",
        );
        assert_eq!(of(Kind::Docx, &file).unwrap(), "R&D at Contoso\nLyon\n2015 2017\n");
    }

    #[test]
    fn a_file_that_is_not_what_its_name_says_has_no_text() {
        for kind in [Kind::Pdf, Kind::Docx] {
            assert_eq!(of(kind, b"%PDF-1.4 not really"), None);
            assert_eq!(of(kind, b""), None);
        }
        assert_eq!(of(Kind::Docx, &word("<w:p><w:r><w:t>cut off")), None);
    }
}
