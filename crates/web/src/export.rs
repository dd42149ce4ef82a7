//! Exports: lists as CSV or JSON, sent while they are read, however long they are.

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{Stream, StreamExt};
use serde_json::{Map, Value};

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For spreadsheets: UTF-8, a first line with the names, commas.
    Csv,
    /// An array of objects.
    Json,
}

impl Format {
    /// By the end of a file's name.
    #[must_use]
    pub fn of(file: &str) -> Option<(&str, Self)> {
        let (name, end) = file.rsplit_once('.')?;
        match end {
            "csv" => Some((name, Self::Csv)),
            "json" => Some((name, Self::Json)),
            _ => None,
        }
    }
}

/// A file of rows that come page by page. A fault on the way breaks the download off, so that nobody takes a part for
/// the whole.
pub fn file<S>(format: Format, name: &str, columns: &'static [&'static str], pages: S) -> Response
where
    S: Stream<Item = Result<Vec<Vec<String>>, db::Error>> + Send + 'static,
{
    let kind = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Json => "application/json",
    };
    let end = if format == Format::Csv { "csv" } else { "json" };
    let (first, last) = match format {
        Format::Csv => (csv(&[columns.iter().map(|c| (*c).to_owned()).collect()]), String::new()),
        Format::Json => ("[".to_owned(), "\n]\n".to_owned()),
    };
    let mut begun = false;
    let body = pages.map(move |page| {
        let page = page.inspect_err(|e| tracing::error!(error = %e, "an export broke off"))?;
        Ok::<_, db::Error>(match format {
            Format::Csv => csv(&page),
            Format::Json => page.iter().map(|row| json(columns, row, &mut begun)).collect(),
        })
    });
    let one = |text: String| futures_util::stream::once(std::future::ready(Ok(text)));
    let body = one(first).chain(body).chain(one(last));
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{end}\""))];
    (headers, Body::from_stream(body)).into_response()
}

fn csv(rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        // A spreadsheet would take such text for a formula.
        let safe = row.iter().map(|text| if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.clone() });
        if writer.write_record(safe).is_err() {
            return String::new();
        }
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

fn json(columns: &[&str], row: &[String], begun: &mut bool) -> String {
    let object: Map<String, Value> = columns.iter().zip(row).map(|(name, text)| ((*name).to_owned(), Value::from(text.as_str()))).collect();
    let comma = if std::mem::replace(begun, true) { "," } else { "" };
    format!("{comma}\n{}", Value::Object(object))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        assert_eq!(csv(&[vec!["=1+1".into(), "a,b".into(), "say \"hi\"".into()]]), "'=1+1,\"a,b\",\"say \"\"hi\"\"\"\n");
        let mut begun = false;
        assert_eq!(json(&["a"], &["1".into()], &mut begun) + &json(&["a"], &["2".into()], &mut begun), "\n{\"a\":\"1\"},\n{\"a\":\"2\"}");
    }
}
