use flowsim::{Io, SetupError, Sim, scenario::Scenario};

#[test]
fn my_stream_keeps_the_contract() {
    let scenario = Scenario::load("tests/readme/answer.toml").unwrap();
    let ends = async |_: &Sim| -> Result<_, SetupError> {
        let (client, server) = tokio::io::duplex(64);
        Ok((Io::tokio(client), Io::tokio(server)))
    };
    scenario.run_seeds(&ends, 0..100).unwrap().assert_held();
}
