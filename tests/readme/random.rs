use flowsim::{Io, SetupError, Sim, explore::scenarios};
use proptest::prelude::*;

proptest! {
    #[test]
    fn my_stream_keeps_the_contract_whatever_is_done(scenario in scenarios()) {
        let ends = async |_: &Sim| -> Result<_, SetupError> {
            let (client, server) = tokio::io::duplex(64);
            Ok((Io::tokio(client), Io::tokio(server)))
        };
        let run = scenario.run(&ends).unwrap();
        let failure = run.failure().unwrap_or_default();
        prop_assert!(failure.is_empty(), "{failure}");
    }
}
