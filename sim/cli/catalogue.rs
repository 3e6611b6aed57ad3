//! `flowsim rules`, `explain`, `contracts`: what there is to keep.

use super::args::{Explain, Format, Listing};
use super::exit::Exit;
use super::output::{self, Output};
use crate::report::catalogue;
use crate::rules::Rule;

pub(super) fn rules(args: &Listing, output: &mut Output) -> Exit {
    output.print(&match args.format {
        Format::Text => catalogue::rules(),
        Format::Json => Rule::ALL.iter().map(|rule| catalogue::rule_json(*rule, false)).collect(),
    });
    Exit::Held
}

pub(super) fn explain(args: &Explain, output: &mut Output) -> Exit {
    output.print(&match args.format {
        Format::Text => output::report(&catalogue::explain(args.rule)),
        Format::Json => catalogue::rule_json(args.rule, true),
    });
    Exit::Held
}

pub(super) fn contracts(args: &Listing, output: &mut Output) -> Exit {
    output.print(&match args.format {
        Format::Text => catalogue::contracts(),
        Format::Json => catalogue::contracts_json(),
    });
    Exit::Held
}
