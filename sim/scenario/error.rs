//! Tells why a scenario could not be run: a mistake in its file, a target that does not fit, ends that could not be made.

use std::error::Error;
use std::fmt;

use super::mistake::clip;
use crate::trace::Diagnostic;

/// Why a scenario could not be run. No variant says anything about the flow: a run that breaks a rule is a [`Run`](super::Run).
///
/// `Debug` shows the picture of [`RunError::to_diagnostic`], since that is what `unwrap` prints.
///
/// ```
/// use flowsim::scenario::{RunError, Scenario};
/// use flowsim::target;
///
/// fn run(text: &str) -> Result<(), RunError> {
///     let run = Scenario::parse("a.toml", text)?.run(target::named("pipe").expect("a known name"))?;
///     run.assert_held();
///     Ok(())
/// }
/// assert!(matches!(run(r#"client.steps = ["clse"]"#), Err(RunError::Mistake(_))));
/// assert!(matches!(run(r#"client.steps = ["connect 80"]"#), Err(RunError::Unfit(_))));
/// assert!(run(r#"client.steps = ["close"]"#).is_ok());
/// ```
#[non_exhaustive]
pub enum RunError {
    /// The file can't be read, or what it says can't be understood.
    Mistake(Diagnostic),
    /// The target does not offer something that the scenario needs.
    Unfit(Diagnostic),
    /// The ends of a flow could not be made.
    #[non_exhaustive]
    Ends {
        /// Which target failed, without the reason.
        diagnostic: Diagnostic,
        /// The reason: what the target gave back, or how the run stopped before it gave anything.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl RunError {
    /// What is wrong and where, with its cause in the message.
    pub fn to_diagnostic(&self) -> Diagnostic {
        match self {
            RunError::Mistake(diagnostic) | RunError::Unfit(diagnostic) => diagnostic.clone(),
            RunError::Ends { diagnostic, source } => {
                Diagnostic { message: clip(format!("{}: {source}", diagnostic.message)), ..diagnostic.clone() }
            }
        }
    }
}

/// What [`Scenario::load`](super::Scenario::load) and [`Scenario::parse`](super::Scenario::parse) find.
impl From<Diagnostic> for RunError {
    fn from(mistake: Diagnostic) -> Self {
        RunError::Mistake(mistake)
    }
}

/// One line, without the cause: that is the [source](Error::source).
impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Mistake(diagnostic) | RunError::Unfit(diagnostic) | RunError::Ends { diagnostic, .. } => diagnostic.fmt(f),
        }
    }
}

impl fmt::Debug for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_diagnostic(), f)
    }
}

impl Error for RunError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            RunError::Mistake(_) | RunError::Unfit(_) => None,
            RunError::Ends { source, .. } => Some(&**source),
        }
    }
}
