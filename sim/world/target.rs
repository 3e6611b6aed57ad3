//! Defines what can be run: how to get two connected ends.

use std::fmt;
use std::rc::Rc;

use futures::future::LocalBoxFuture;

use crate::contract::{Both, Contract};
use crate::flow::{DynFlow, Flow};

use super::sim::Sim;
use super::simflow::SimFlow;
use super::{Conn, PipeSettings, World};

/// Anything that went wrong while the two ends were made: no verdict on the flow. Takes any error by `?`, and a text.
///
/// ```
/// # use flowsim::SetupError;
/// fn port(text: &str) -> Result<u16, SetupError> {
///     match text.parse()? {
///         0 => Err("port 0 is reserved".into()),
///         port => Ok(port),
///     }
/// }
/// assert_eq!(port("0").unwrap_err().to_string(), "port 0 is reserved");
/// assert!(port("http").unwrap_err().source().is::<std::num::ParseIntError>());
/// ```
#[derive(Debug)]
pub struct SetupError(Box<dyn std::error::Error + Send + Sync>);

impl SetupError {
    /// What went wrong.
    pub fn source(&self) -> &(dyn std::error::Error + 'static) {
        &*self.0
    }

    /// What went wrong, as an error that others can hold.
    pub fn into_source(self) -> Box<dyn std::error::Error + Send + Sync> {
        self.0
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// `SetupError` is no `Error` itself: else this would collide with the identity.
impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for SetupError {
    fn from(error: E) -> Self {
        SetupError(error.into())
    }
}

/// The client's end and the server's.
pub type Ends = (DynFlow, DynFlow);

/// The making of two ends.
pub type Opening<'a> = LocalBoxFuture<'a, Result<Ends, SetupError>>;

/// What a target offers beyond two connected ends. A scenario that needs more can't run on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Offers {
    /// Loss, delay, partitions: its packets cross a simulated network.
    pub network_faults: bool,
    /// Its stacks can be set: `[tcp]`.
    pub stack_settings: bool,
    /// An end can be aborted.
    pub aborts: bool,
    /// Several flows in one run.
    pub several_flows: bool,
    /// Connect, accept, listen.
    pub connections: bool,
    /// Pending calls can be cancelled.
    pub cancel: bool,
    /// `write_nodelay` and `writev_nodelay`.
    pub nodelay: bool,
    /// It runs on the real clock, or other threads work for it: a run waits a little for them before it ends with calls pending.
    pub real_time: bool,
    /// Its flows need tokio's runtime: each run has one of its own, with a paused clock that follows virtual time (feature `tokio`).
    pub tokio: bool,
    /// Its world can be copied in the middle of a run.
    pub fork: bool,
}

/// What can be run. Async closures that give two flows are targets; others are found by name.
pub trait Target {
    /// The name, for reports.
    fn name(&self) -> &str {
        "closure"
    }

    /// The contracts that it says it keeps; empty: whatever its flows say.
    fn claims(&self) -> &[Contract] {
        &[]
    }

    /// What it offers.
    fn offers(&self) -> Offers {
        Offers { cancel: true, ..Offers::default() }
    }

    /// Makes the two ends.
    fn open<'a>(&'a self, sim: &'a Sim) -> Opening<'a>;

    /// The same target, which offers this instead: a scenario that needs more does not run on it, and none is generated for it.
    fn offering(self, offers: Offers) -> Offering<Self>
    where
        Self: Sized,
    {
        Offering { target: self, offers }
    }

    /// Makes the two ends straight on a world, where the target is the simulator's own; nothing for any other target.
    fn build(&self, world: &mut World, settings: &PipeSettings) -> Option<Both<Conn>> {
        let _ = (world, settings);
        None
    }
}

/// A target whose flows cross the simulated network: made with [`Sim::tcp_pair`] or [`Sim::connect`], or layers on such flows. What
/// a scenario says of the link, the stacks and the faults happens to them. Where a stack behind [`Sim::connect`] can't do what a
/// scenario asks of it (be set as `[tcp]` says, be aborted, come back after a crash) the run is refused; for stacks that never can,
/// [`Target::offering`] says so beforehand.
///
/// ```
/// use flowsim::{Io, SetupError, Sim, flow::stream, scenario::Scenario, world::OverNetwork};
///
/// let ends = OverNetwork(async |sim: &Sim| -> Result<_, SetupError> {
///     let (client, server) = sim.tcp_pair().await?;
///     // Here any layer of yours would be put on the streams.
///     Ok((Io::new(stream(client)), Io::new(stream(server))))
/// });
/// let text = r#"
///     target = "tcp"
///     link = { delay = "20ms", loss = "10%" }
///     client.steps = ["write 20KiB", "shutdown write", "read to eof -> 1KiB", "close"]
///     server.steps = ["read to eof -> 20KiB", "write 1KiB", "close"]
/// "#;
/// let scenario = Scenario::parse("lossy.toml", text).unwrap();
/// scenario.run_seeds(&ends, 0..10).unwrap().assert_held();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct OverNetwork<T>(pub T);

impl<T: Target> Target for OverNetwork<T> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn claims(&self) -> &[Contract] {
        self.0.claims()
    }

    fn offers(&self) -> Offers {
        Offers { network_faults: true, stack_settings: true, aborts: true, ..self.0.offers() }
    }

    fn open<'a>(&'a self, sim: &'a Sim) -> Opening<'a> {
        self.0.open(sim)
    }
}

/// A target that offers something else than by itself: made by [`Target::offering`].
#[derive(Clone, Copy, Debug)]
pub struct Offering<T> {
    target: T,
    offers: Offers,
}

impl<T: Target> Target for Offering<T> {
    fn name(&self) -> &str {
        self.target.name()
    }

    fn claims(&self) -> &[Contract] {
        self.target.claims()
    }

    fn offers(&self) -> Offers {
        self.offers
    }

    fn open<'a>(&'a self, sim: &'a Sim) -> Opening<'a> {
        self.target.open(sim)
    }

    fn build(&self, world: &mut World, settings: &PipeSettings) -> Option<Both<Conn>> {
        self.target.build(world, settings)
    }
}

/// A proxy as a target, made by [`proxy`] or [`proxy_over_network`].
#[derive(Clone, Debug)]
pub struct Proxied<P> {
    proxy: Rc<P>,
    over_network: bool,
}

/// A proxy between two flows through memory: an async function that gets its end of the flow from the client, and its end of the flow
/// to the server. What comes out at their other ends is judged as one flow of the contract [`relay`](Contract::relay), and what the
/// proxy does on its own two by the rule of proxies.
///
/// ```
/// use flowsim::flow::{self, Flow};
/// use flowsim::{Scenario, world};
///
/// let right = world::proxy(async |left, right| flow::relay(left, right).await);
/// let text = r#"
///     client.steps = ["write 5", "shutdown write", "read to eof -> 7", "close"]
///     server.steps = ["read to eof -> 5", "write 7", "close"]
/// "#;
/// let scenario = Scenario::parse("answer.toml", text).unwrap();
/// scenario.run(&right).unwrap().assert_held();
///
/// // Closes both sides when one has sent all: the answer is lost.
/// let wrong = world::proxy(async |left, right| {
///     while let Ok(flowsim::Read::Data(bytes)) = left.read(usize::MAX).await {
///         let _ = right.write(bytes).await;
///     }
///     right.close().await;
///     left.close().await;
/// });
/// let run = scenario.run(&wrong).unwrap();
/// assert!(run.verdict().violations.iter().any(|broken| broken.rule.name() == "proxy-passes-half-close"));
/// ```
pub fn proxy<P: AsyncFn(SimFlow, SimFlow) -> R + 'static, R>(proxy: P) -> Proxied<P> {
    Proxied { proxy: Rc::new(proxy), over_network: false }
}

/// A proxy as by [`proxy`], between two connections over the run's network. What a scenario says of the link, the stacks and the
/// faults happens to both; exact faults happen to the one from the client.
pub fn proxy_over_network<P: AsyncFn(SimFlow, SimFlow) -> R + 'static, R>(proxy: P) -> Proxied<P> {
    self::proxy(proxy).over_network()
}

impl<P> Proxied<P> {
    /// The same proxy between two connections over the run's network, as by [`proxy_over_network`].
    #[must_use]
    pub fn over_network(self) -> Self {
        Proxied { over_network: true, ..self }
    }
}

impl<P: AsyncFn(SimFlow, SimFlow) -> R + 'static, R> Target for Proxied<P> {
    fn name(&self) -> &str {
        "proxy"
    }

    fn claims(&self) -> &[Contract] {
        const { &[Contract::relay()] }
    }

    fn offers(&self) -> Offers {
        let network = self.over_network;
        Offers { network_faults: network, stack_settings: network, aborts: true, cancel: true, ..Offers::default() }
    }

    fn open<'a>(&'a self, sim: &'a Sim) -> Opening<'a> {
        Box::pin(async move {
            let (near, far) = match self.over_network {
                true => (sim.tcp_pair().await?, sim.tcp_pair().await?),
                false => (sim.pipe(), sim.pipe()),
            };
            let ((client, left), (right, server), proxy) = (near, far, self.proxy.clone());
            sim.spawn(async move {
                proxy(left, right).await;
            });
            Ok((DynFlow::new(client), DynFlow::new(server)))
        })
    }
}

impl<F, A, B> Target for F
where
    F: AsyncFn(&Sim) -> Result<(A, B), SetupError>,
    A: Flow + 'static,
    B: Flow + 'static,
{
    fn open<'a>(&'a self, sim: &'a Sim) -> Opening<'a> {
        Box::pin(async move {
            let (client, server) = self(sim).await?;
            Ok((DynFlow::new(client), DynFlow::new(server)))
        })
    }
}
