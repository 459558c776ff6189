//! Answers of several clusters in one table, each row with its context.

use std::{borrow::Cow, io::Write};

use serde_json::{Value, json};

use super::{
    Format, Output,
    rows::{Row, Rows, flattened, of_part},
};
use crate::{
    error::Result,
    json::Json,
    view::{Column, Part, Show, View, id, text},
};

const CONTEXT: Column = text("CONTEXT", "/context");

/// The table of answers that are names and values.
const VALUES: Part = Part::Rows("", &[id("NAME", "/name"), text("VALUE", "/value")]);

/// The JSON of each context's name, and its answer.
type Answers<'a> = Vec<(String, Cow<'a, str>)>;

impl Output {
    /// Shows answers of the same view, each with the name of its context.
    pub(crate) fn merged(&self, answers: &[(&str, &str)], view: View) -> Result<()> {
        self.check(view)?;
        let mut out = self.stdout()?;
        let answers = answers.iter().map(|(name, text)| (Value::from(*name).to_string(), (*text).into()));
        let answers: Answers<'_> = answers.collect();
        if !self.fields.is_empty() {
            let fields = [vec!["context".into()], self.fields.clone()].concat();
            let rows = view.first().map(|part| rows(&answers, part, &self.fields)).transpose()?;
            return self.with(self.format, fields).chosen(&mut out, rows.into_iter().flatten(), true);
        }
        if self.format == Format::Name {
            let Some(part) = view.iter().find(|part| part.has_id()) else { return Ok(()) };
            let ids = part.columns().unwrap_or_default().iter().filter(|column| column.show == Show::Id);
            let output = self.with(Format::Tsv, Vec::new());
            return output.rows(&mut out, rows(&answers, part, &[])?, &with_context(ids.take(1)));
        }
        for (number, part) in view.iter().enumerate() {
            if number > 0 {
                out.write_all(b"\n")?;
            }
            let (part, answers) = match part {
                Part::All(at) => (&VALUES, &by_value(&answers, at)?),
                part => (part, &answers),
            };
            let columns = with_context(part.columns().unwrap_or_default());
            self.rows(&mut out, rows(answers, part, &[])?, &columns)?;
        }
        Ok(())
    }
}

fn with_context<'a>(columns: impl IntoIterator<Item = &'a Column>) -> Vec<Column> {
    std::iter::once(CONTEXT).chain(columns.into_iter().copied()).collect()
}

/// Returns a row for each element of each answer; an answer that is no list is one row.
fn rows<'a>(answers: &'a Answers<'_>, part: &Part, fields: &'a [String]) -> Result<Rows<'a>> {
    let mut all: Vec<Rows<'a>> = Vec::new();
    for (context, text) in answers {
        let (context, json) = (Json::of(context)?, Json::of(text)?);
        let rows = of_part(json, part, fields).unwrap_or_else(|| Box::new(std::iter::once(Row::from(json))));
        all.push(Box::new(rows.map(move |row| row.with("context", context))));
    }
    Ok(Box::new(all.into_iter().flatten()))
}

/// Flattens each answer to names and values.
fn by_value(answers: &Answers<'_>, at: &str) -> Result<Answers<'static>> {
    let of_one = |(context, text): &(String, Cow<'_, str>)| {
        let values = flattened(Json::of(text)?.pointer(at).unwrap_or(Json::NULL))?;
        let values = values.into_iter().map(|(name, value)| json!({"name": name, "value": value}));
        Ok((context.clone(), values.collect::<Value>().to_string().into()))
    };
    answers.iter().map(of_one).collect()
}
