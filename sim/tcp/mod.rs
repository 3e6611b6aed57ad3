//! Implements TCP without IO: calls, segments and time go in; segments, notices and a deadline come out.
//!
//! ```text
//!             calls        segments      time
//!               │             │           │
//!  stack        ▼             ▼           ▼       connections, ports, deadlines: finds the connection
//!  connection   calls ─┐   arrival ─┐   expiry    what happened is decided, one place applies it
//!                      ▼            ▼     ▼
//!               send  receive  congestion  rtt    parts that own their fields
//!                      │            │     │
//!  output              ▼            ▼     ▼       what may be sent now, and which timers run then
//! ```
//!
//! Start here: [`Tcp`] is the stack, and its methods are all that there is. `connection.rs` holds one connection and the two
//! things that every step ends in: a change of state, and `settle`.
//! - Where a FIN is processed: `arrival/fin.rs`. Where one is sent: `output.rs`.
//! - Where timers are armed: `timers.rs`, and nowhere else.
//! - What a call answers in which dialect: `side.rs`. What it does: `calls.rs`.
//! - Which state follows which: the table in `state.rs`.
//! - How a packet is lost, and when something is sent: not here. The network has no place in this module, nor have clocks, chance
//!   and hosts.
//!
//! Invariants: `snd.una ≤ snd.nxt ≤ snd.max`; the right edge of the window that was offered never moves left; something waits
//! for the peer ⇔ a retransmission or a persist timer runs; a connection that has ended holds nothing but what was not read.
//! They are asserted after every step in debug builds (`invariants.rs`).
//!
//! **Unstable**: this may change with any version ([what stays stable](crate::changelog#what-stays-stable)), except for
//! [`Settings`], and for what [`world::Stack`](crate::world::Stack) uses: [`Tcp`] as such a stack, [`Notice`], [`Socket`].

mod arrival;
mod calls;
mod congestion;
mod connection;
mod connections;
mod deadlines;
mod ending;
mod expiry;
mod invariants;
mod isn;
mod limit;
mod listen;
mod notice;
mod output;
mod pieces;
mod ports;
mod quirk;
mod receive;
mod rtt;
mod segments;
mod send;
mod settings;
mod side;
mod stack;
mod state;
mod timers;

#[cfg(test)]
mod tests;

pub use notice::{Notice, Socket};
pub use quirk::Quirk;
pub(crate) use quirk::quirks;
pub use settings::Settings;
pub(crate) use stack::NO_FREE_PORT;
pub use stack::Tcp;
