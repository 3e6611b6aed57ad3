//! TLS 1.3 (rustls) over the simulator's flows: a clean close, one without `close_notify`, half-closes, loss, resets, and random
//! scenarios of all that.

use std::sync::Arc;

use flowsim::contract::End;
use flowsim::flow::{Flow, Io, Stream, stream};
use flowsim::oracle::Judgement;
use flowsim::scenario::{Action, Keep, Run, RunError, RunOptions};
use flowsim::world::{OverNetwork, SetupError, SimFlow, Target};
use flowsim::{Mode, Scenario, Sim};
use futures_rustls::rustls::crypto::ring::default_provider;
use futures_rustls::rustls::pki_types::{PrivateKeyDer, ServerName};
use futures_rustls::rustls::version::TLS13;
use futures_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use futures_rustls::{TlsAcceptor, TlsConnector, client, server};

/// What both ends know of each other.
#[derive(Clone)]
struct Keys {
    client: TlsConnector,
    server: TlsAcceptor,
}

impl Keys {
    /// The keys are of Ed25519: every signature is as long as every other, so that runs differ in bytes alone.
    fn new() -> Self {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key");
        let certificate = rcgen::CertificateParams::new(vec!["server".to_owned()]).expect("a name").self_signed(&key).expect("signed");
        let mut roots = RootCertStore::empty();
        roots.add(certificate.der().clone()).expect("a root");
        let provider = Arc::new(default_provider());
        let client = ClientConfig::builder_with_provider(provider.clone()).with_protocol_versions(&[&TLS13]).expect("a version");
        let server = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13]).expect("a version");
        let private = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let server = server.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], private).expect("a certificate");
        let client = client.with_root_certificates(roots).with_no_client_auth();
        Keys { client: Arc::new(client).into(), server: Arc::new(server).into() }
    }
}

type Ends = (Io<client::TlsStream<Stream<SimFlow>>>, Io<server::TlsStream<Stream<SimFlow>>>);

/// Both ends of a session on these flows.
async fn session(keys: &Keys, (near, far): (SimFlow, SimFlow)) -> Result<Ends, SetupError> {
    let name = ServerName::try_from("server")?;
    let (near, far) = (keys.client.connect(name, stream(near)), keys.server.accept(stream(far)));
    let (near, far) = futures::try_join!(near, far)?;
    Ok((Io::new(near), Io::new(far)))
}

fn over_pipe() -> impl Target {
    let keys = Keys::new();
    async move |sim: &Sim| session(&keys, sim.pipe()).await
}

fn over_tcp() -> impl Target {
    let keys = Keys::new();
    OverNetwork(async move |sim: &Sim| session(&keys, sim.tcp_pair().await?).await)
}

fn scenario(text: &str) -> Scenario {
    Scenario::parse("t.toml", text).unwrap_or_else(|why| panic!("{why:?}"))
}

fn run(scenario: &Scenario, target: &dyn Target) -> Run {
    scenario.run_with(target, &RunOptions::default().with_keep(Keep::Both)).unwrap_or_else(|why| panic!("{why:?}"))
}

fn broken(run: &Run) -> Vec<&'static str> {
    run.verdict().violations.iter().map(|violation| violation.rule.name()).collect()
}

const CLEAN: &str = "guards = ['eof-complete', 'eof-arrives', 'lower-closed-once', 'accepted-goes-down']\n\
    client.steps = ['write 20KiB -> ok', 'shutdown write -> done', 'read to eof -> 5KiB', 'close -> done']\n\
    server.steps = ['read to eof -> 20KiB', 'write 5KiB -> ok', 'close -> done']\n";

#[test]
fn a_half_close_and_a_clean_close_hold() {
    run(&scenario(CLEAN), &over_pipe()).assert_held();
    run(&scenario(&format!("target = 'tcp'\n{CLEAN}[link]\ndelay = '10ms'")), &over_tcp()).assert_held();
}

#[test]
fn loss_and_reordering_change_nothing() {
    let lossy = format!("target = 'tcp'\n{CLEAN}[link]\ndelay = '10ms'\nloss = '5%'\nreorder = '5%'\nduplicate = '2%'");
    scenario(&lossy).run_seeds(&over_tcp(), 0..20).unwrap_or_else(|why| panic!("{why:?}")).assert_held();
}

/// The stream was cut, and the layer says so.
#[test]
fn a_reset_is_an_error_and_no_end() {
    let text = "target = 'tcp'\n[[fault]]\nreset = { end = 'client', at = '1s' }\n\
        [client]\nsteps = ['write 9 -> ok', 'read -> error', 'close']\n[server]\nsteps = ['read 9 -> 9', 'read -> error', 'close']";
    run(&scenario(text), &over_tcp()).assert_held();
}

/// A client that forgets its `close_notify`: the flow below ends in good order, and the server must not take that for the end.
#[test]
fn an_end_without_close_notify_is_told_and_named() {
    struct Abrupt<T>(Io<T>, SimFlow);
    impl<T: futures::AsyncRead + futures::AsyncWrite + Unpin> Flow for Abrupt<T> {
        async fn read(&self, max: usize) -> Result<flowsim::Read, flowsim::Error> {
            self.0.read(max).await
        }
        async fn write(&self, data: bytes::Bytes) -> Result<(), flowsim::Error> {
            self.0.write(data).await
        }
        async fn shutdown(&self, mode: Mode) {
            self.1.shutdown(mode).await;
        }
        async fn close(&self) {
            self.1.close().await;
        }
        fn contract(&self) -> flowsim::Contract {
            self.0.contract()
        }
    }
    let keys = Keys::new();
    let target = async move |sim: &Sim| -> Result<_, SetupError> {
        let (near, far) = sim.pipe();
        let (client, server) = session(&keys, (near.clone(), far)).await?;
        Ok((Abrupt(client, near), server))
    };
    let text = "client.steps = ['write 9 -> ok', 'shutdown write -> done']\nserver.steps = ['read 9 -> 9', 'read -> error', 'close']";
    let run = run(&scenario(text), &target);
    assert_eq!((broken(&run), run.unmet()), (vec!["read-error-has-cause"], &[][..]), "{}", run.ladder());
}

/// Keys and nonces are random, so that the bytes below differ from run to run; nothing else does.
#[test]
fn runs_differ_in_nothing_but_the_bytes_below() {
    let text = scenario(&format!("target = 'tcp'\nseed = 4\n{CLEAN}[link]\ndelay = '10ms'\nloss = '5%'"));
    let (one, two) = (run(&text, &over_tcp()), run(&text, &over_tcp()));
    assert_eq!(one.ladder().to_string(), two.ladder().to_string());
    assert_eq!(one.stats(), two.stats());
    assert_ne!(one.digest(), two.digest());
}

/// Takes out the tasks that end an end's writing at some moment, whatever its other tasks do: under a write that is a caller's mistake
/// with async IO, and rustls takes what is written then and drops it.
fn without_overlaps(mut scenario: Scenario) -> Scenario {
    let is_timed = |action: &Action| matches!(action, Action::At(_) | Action::Shutdown(Mode::Write));
    for flow in &mut scenario.flows {
        for end in End::BOTH {
            flow.tasks[end].retain(|steps| steps.iter().any(|step| !is_timed(&step.action)));
        }
    }
    scenario
}

/// Whatever is done, the session keeps the contract of async IO.
fn keeps(target: &dyn Target) {
    let cases = std::env::var("FLOWSIM_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    let scenarios = flowsim::explore::scenarios().on(target);
    let mut held = 0;
    for index in 0..cases {
        let scenario = without_overlaps(scenarios.case(1, index));
        match scenario.run_with(target, &RunOptions::default().with_keep(Keep::Verdict)) {
            Ok(run) if run.judgement() == Judgement::Held => held += 1,
            // A host that is down at the beginning makes no ends.
            Err(RunError::Ends { .. }) => {}
            Err(why) => panic!("case {index}: {why:?}"),
            Ok(_) => {
                let run = run(&scenario, target);
                panic!("case {index}: {:?}: {}\n{scenario}\n{}", broken(&run), run.why(), run.ladder());
            }
        }
    }
    assert!(held * 2 > cases, "most cases are run: {held} of {cases}");
}

#[test]
fn random_scenarios_over_a_pipe_hold() {
    keeps(&over_pipe());
}

#[test]
fn random_scenarios_over_tcp_hold() {
    keeps(&over_tcp());
}
