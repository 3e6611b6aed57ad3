//! Other people's layers as subjects, on simulated flows.
//!
//! ```console
//! $ cargo test --manifest-path tests/peers/Cargo.toml
//! ```

#[cfg(test)]
mod tls;
