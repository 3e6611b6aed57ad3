//! Spells the contract of a run.

use crate::contract::{Both, Contract};

/// `modern`, or `client posix, server modern`.
pub fn of_both(contract: &Both<Contract>) -> String {
    if contract.client == contract.server {
        contract.client.to_string()
    } else {
        format!("client {}, server {}", contract.client, contract.server)
    }
}
