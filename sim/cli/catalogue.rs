//! Performs `flowsim rules`, `explain`, `contracts` and `targets`: lists what there is to keep, and what can be run.

use serde_json::json;

use super::args::{ExplainArgs, Format, ListingArgs, Topic};
use super::exit::Exit;
use super::output::{self, Output};
use crate::report::catalogue;
use crate::rules::Rule;
use crate::target::{self, Named, Offers};

pub(super) fn rules(args: &ListingArgs, output: &mut Output) -> Exit {
    output.print(&match args.format {
        Format::Text => catalogue::rules(),
        Format::Json => Rule::ALL.iter().map(|rule| catalogue::rule_json(*rule, false)).collect(),
    });
    Exit::Held
}

pub(super) fn explain(args: &ExplainArgs, output: &mut Output) -> Exit {
    output.print(&match (args.topic, args.format) {
        (Topic::Rule(rule), Format::Text) => output::report(&catalogue::explain(rule)),
        (Topic::Rule(rule), Format::Json) => catalogue::rule_json(rule, true),
        (Topic::Parameter(parameter), Format::Text) => catalogue::explain_parameter(parameter),
        (Topic::Parameter(parameter), Format::Json) => catalogue::parameter_json(parameter),
    });
    Exit::Held
}

pub(super) fn contracts(args: &ListingArgs, output: &mut Output) -> Exit {
    output.print(&match args.format {
        Format::Text => catalogue::contracts(),
        Format::Json => catalogue::contracts_json(),
    });
    Exit::Held
}

pub(super) fn targets(args: &ListingArgs, output: &mut Output) -> Exit {
    let print = match args.format {
        Format::Text => target_text,
        Format::Json => target_json,
    };
    output.print(&target::ALL.iter().map(print).collect::<String>());
    Exit::Held
}

fn target_text(target: &Named) -> String {
    let (claims, offers) = (claims(target).join(", "), offers(&target.offers).join(", "));
    format!("{}\n    {}\n    claims  {claims}\n    offers  {offers}\n", target.name, target.about)
}

fn target_json(target: &Named) -> String {
    let (claims, offers) = (claims(target), offers(&target.offers));
    json!({ "target": target.name, "about": target.about, "claims": claims, "offers": offers }).to_string() + "\n"
}

fn claims(target: &Named) -> Vec<String> {
    target.claims.iter().map(ToString::to_string).collect()
}

/// What is offered, in words.
fn offers(offers: &Offers) -> Vec<&'static str> {
    let all = [
        (offers.network_faults, "network faults"),
        (offers.aborts, "aborts"),
        (offers.several_flows, "several flows"),
        (offers.connections, "connections"),
        (offers.cancel, "cancel"),
        (offers.nodelay, "nodelay"),
        (offers.real_time, "real time"),
        (offers.fork, "fork"),
    ];
    all.into_iter().filter(|(offered, _)| *offered).map(|(_, word)| word).collect()
}
