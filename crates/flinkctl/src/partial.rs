//! Partial answers: parts that cannot be read are reported at the end, and hide none of the others.

use std::fmt::Display;

use crate::error::{Exit, Failure, Result};

/// Failures that are reported one by one; the others are counted.
const MAX_REPORTED: usize = 10;

/// The parts of an answer that could not be read.
#[derive(Debug, Default)]
pub(crate) struct Missing {
    asked: usize,
    failed: usize,
    /// The first failures, each with the name of its part.
    reported: Vec<(String, Failure)>,
    /// The exit code that all failures share.
    exit: Option<Exit>,
}

impl Missing {
    /// Takes the outcome of one part: returns its value, or keeps its failure for the [end](Self::end).
    pub(crate) fn keep<T>(
        &mut self,
        part: impl Display,
        outcome: Result<T, impl Into<Failure>>,
    ) -> Option<T> {
        self.asked += 1;
        match outcome {
            Ok(value) => Some(value),
            Err(error) => {
                self.failed(part, error.into());
                None
            }
        }
    }

    /// Takes the failure of one part, if it failed.
    pub(crate) fn note(&mut self, part: impl Display, error: Option<impl Into<Failure>>) {
        self.keep(part, error.map_or(Ok(()), Err));
    }

    fn failed(&mut self, part: impl Display, failure: Failure) {
        self.exit = match self.exit {
            Some(exit) if exit != failure.exit => Some(Exit::Failed),
            _ => Some(failure.exit),
        };
        self.failed += 1;
        if self.reported.len() < MAX_REPORTED {
            self.reported.push((part.to_string(), failure));
        }
    }

    /// Counts parts that were read.
    pub(crate) fn had(&mut self, parts: usize) {
        self.asked += parts;
    }

    /// Returns true if no part was requested.
    pub(crate) fn is_empty(&self) -> bool {
        self.asked == 0
    }

    /// Returns true if parts were requested and all failed.
    pub(crate) fn is_all(&self) -> bool {
        self.asked > 0 && self.failed == self.asked
    }

    /// Reports the missing parts. `what` names the parts in the plural, as in «2 of 20 logs cannot be shown».
    ///
    /// The exit code is [`Exit::Partial`] if there were other parts; else that of the failures, if they agree.
    pub(crate) fn end(mut self, what: &str) -> Result<()> {
        let Some(failure) = self.summary(what) else { return Ok(()) };
        if self.asked == 1 {
            return Err(self.reported.remove(0).1);
        }
        self.reported.iter().for_each(|(part, failure)| failure.print_line(part));
        Err(failure)
    }

    fn summary(&self, what: &str) -> Option<Failure> {
        let (exit, (_, first)) = self.exit.zip(self.reported.first())?;
        let unreported = match self.failed - self.reported.len() {
            0 => String::new(),
            more => format!("; {more} more are not listed"),
        };
        let (failed, asked) = (self.failed, self.asked);
        let (exit, message) = match failed == asked {
            true => (exit, format!("none of {asked} {what} can be shown{unreported}")),
            false => (Exit::Partial, format!("{failed} of {asked} {what} cannot be shown{unreported}")),
        };
        Some(Failure { hint: first.hint.clone(), ..Failure::new(exit, message) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(outcomes: &[Result<(), Exit>]) -> Option<(Exit, String)> {
        let mut missing = Missing::default();
        for (number, outcome) in outcomes.iter().enumerate() {
            let outcome = outcome.map_err(|exit| Failure::new(exit, format!("reason {number}")));
            assert_eq!(missing.keep(number, outcome).is_some(), outcomes[number].is_ok());
        }
        missing.summary("logs").map(|failure| (failure.exit, failure.message))
    }

    #[test]
    fn the_exit_code_tells_some_from_none() {
        let gone = Err(Exit::NotFound);
        assert_eq!(ended(&[]), None);
        assert_eq!(ended(&[Ok(()), Ok(())]), None);
        assert_eq!(ended(&[gone]).unwrap().0, Exit::NotFound);
        assert_eq!(ended(&[gone, Ok(())]), Some((Exit::Partial, "1 of 2 logs cannot be shown".into())));
        assert_eq!(ended(&[gone; 2]), Some((Exit::NotFound, "none of 2 logs can be shown".into())));
        assert_eq!(ended(&[gone, Err(Exit::Timeout)]).unwrap().0, Exit::Failed);
        let many = ended(&[[gone; 12].as_slice(), &[Ok(())]].concat()).unwrap();
        assert_eq!(many.1, "12 of 13 logs cannot be shown; 2 more are not listed");
    }
}
