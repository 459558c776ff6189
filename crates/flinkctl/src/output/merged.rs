//! Answers of several clusters in one table, each row with its context.

use serde_json::{Value, json};

use super::{
    Format, Output,
    rows::{flattened, of_part},
};
use crate::{
    error::Result,
    view::{Column, Part, Show, View, id, text},
};

const CONTEXT: Column = text("CONTEXT", "/context");

/// What is shown as names and values.
const VALUES: &[Column] = &[id("NAME", "/name"), text("VALUE", "/value")];

impl Output {
    /// Shows answers of the same view.
    pub(crate) fn merged(&self, answers: &[(&str, &Value)], view: View) -> Result<()> {
        let mut out = self.stdout()?;
        if !self.fields.is_empty() {
            let rows =
                view.first().map(|part| rows(answers, part, &self.fields)).transpose()?.unwrap_or_default();
            let fields = [vec!["context".into()], self.fields.clone()].concat();
            return self.with(self.format, fields).chosen(&mut out, &rows.into(), &[Part::Rows("", &[])]);
        }
        if self.format == Format::Name {
            let Some(part) = view.iter().find(|part| part.has_id()) else { return Ok(()) };
            let ids = columns(part).iter().filter(|column| column.show == Show::Id).take(1);
            let output = self.with(Format::Tsv, Vec::new());
            return output.rows(&mut out, &rows(answers, part, &[])?, &with_context(ids));
        }
        for (number, part) in view.iter().enumerate() {
            if number > 0 {
                std::io::Write::write_all(&mut out, b"\n")?;
            }
            self.rows(&mut out, &rows(answers, part, &[])?, &with_context(columns(part)))?;
        }
        Ok(())
    }
}

fn with_context<'a>(columns: impl IntoIterator<Item = &'a Column>) -> Vec<Column> {
    std::iter::once(CONTEXT).chain(columns.into_iter().copied()).collect()
}

fn columns(part: &Part) -> &'static [Column] {
    part.columns().unwrap_or(VALUES)
}

/// A row for each element of each answer; a thing is one, and so is each of many names.
fn rows(answers: &[(&str, &Value)], part: &Part, fields: &[String]) -> Result<Vec<Value>> {
    let of_one = |value: &Value| -> Result<Vec<Value>> {
        Ok(match part {
            Part::All(at) => {
                let values = flattened(value.pointer(at).unwrap_or(&Value::Null))?;
                values.into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
            }
            part => of_part(value, part, fields).unwrap_or_else(|| vec![value.clone()]),
        })
    };
    let mut all = Vec::new();
    for (context, value) in answers {
        for mut row in of_one(value)? {
            if let Value::Object(members) = &mut row {
                members.insert("context".into(), (*context).into());
            }
            all.push(row);
        }
    }
    Ok(all)
}
