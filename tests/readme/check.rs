use flowsim::Io;

#[test]
fn my_stream_keeps_the_contract() {
    flowsim::check(async |_| {
        let (client, server) = tokio::io::duplex(64);
        Ok((Io::tokio(client), Io::tokio(server)))
    });
}
