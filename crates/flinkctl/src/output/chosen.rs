//! The output of `--json FIELDS`.

use std::{collections::BTreeMap, io::Write};

use serde_json::Value;

use super::{Format, Output, Screen, plain, rows::Row};
use crate::error::{Failure, Result};
use crate::json::Json;

impl Output {
    /// Writes the fields of `--json`: as JSON, unless `-o` sets another format.
    pub(super) fn chosen<'a>(
        &self,
        out: &mut Screen<impl Write>,
        rows: impl Iterator<Item = Row<'a>>,
        is_list: bool,
    ) -> Result<()> {
        let is_json = !self.chosen || matches!(self.format, Format::Json | Format::Yaml);
        // All fields are looked up before anything is written.
        let mut text = String::new();
        for (number, row) in rows.enumerate() {
            let values = self.fields.iter().map(|field| field_of(&row, field));
            let values = values.collect::<Result<Vec<_>>>()?;
            if is_json {
                // The map drops fields that were given twice.
                let members: BTreeMap<_, _> = self.fields.iter().zip(values).collect();
                let members = members
                    .into_iter()
                    .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), value.text()));
                text += if number > 0 { "," } else { "" };
                text += &format!("{{{}}}", members.collect::<Vec<_>>().join(","));
            } else {
                let texts: Vec<_> = values.into_iter().map(|value| plain(&value.shown())).collect();
                text += &texts.join("\t");
                text += "\n";
            }
        }
        if !is_json {
            return Ok(out.write_all(text.as_bytes())?);
        }
        if is_list {
            text = format!("[{text}]");
        }
        self.document(out, Json::of(&text)?)
    }
}

/// Looks up a field by its name or its path: `tasks.running`, `entry.0.name`.
fn field_of<'a>(row: &'a Row<'_>, field: &str) -> Result<Json<'a>> {
    let at = || format!("/{}", field.replace('.', "/"));
    row.get(field).or_else(|| row.pointer(&at())).ok_or_else(|| unknown_field(field, row))
}

fn unknown_field(field: &str, row: &Row<'_>) -> Failure {
    let mut known = row.names();
    known.sort_unstable();
    Failure::usage(format!("the answer has no field `{field}`")).hint(format!("it has: {}", known.join(", ")))
}
