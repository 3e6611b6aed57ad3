//! Connecting and accepting.

use super::{Excuse, excuse};
use crate::rules::Rule::*;
use crate::rules::scope::*;

pub(super) const CONNECTIONS: &[Excuse] = &[
    excuse(
        ConnectOnce,
        "where segments are not recorded, a refusal speaks for itself",
        ALL,
        r#"
            server listen 80 -> ok
            client connect server:80 -> error refused"#,
    ),
    excuse(
        ConnectOnce,
        "a reset that does not acknowledge the SYN is no refusal",
        ALL,
        r#"
            records network segments
            client call 1 connect server:80
            client segment passes S seq 100
            server segment injected R seq 0
            180s client return 1 error timed_out"#,
    ),
    excuse(
        ConnectOnce,
        "the peer that refused begins to connect itself before the call returns",
        ALL,
        r#"
            records network segments
            client call 1 connect server:80
            client segment passes S seq 100
            server segment passes RA seq 0 ack 101
            server call 1 connect client:80
            server segment sent S seq 700
            client return 1 error refused"#,
    ),
    excuse(
        ConnectOnce,
        "how long a recorded stack tries is its own affair",
        ALL,
        r#"
            env partition
            client call 1 connect server:80
            5s client return 1 error timed_out"#,
    ),
    excuse(
        ConnectOnce,
        "the connecting end was closed meanwhile",
        FULL,
        r#"
            records network segments
            client call 1 connect server:80
            client segment passes S seq 100
            client call 2 close
            client return 1 error reset
            client return 2 done"#,
    ),
    excuse(
        ConnectOnce,
        "nothing says that the recording shows the fate of segments",
        ALL,
        r#"
            records network segments
            client call 1 connect server:80
            client segment sent S seq 100
            client return 1 error refused"#,
    ),
    excuse(
        AcceptOnce,
        "an accept that failed took nothing",
        ALL,
        r#"
            client call 1 connect server:80
            server accept 80 -> error connection_aborted
            server accept 80 -> ok
            client return 1 ok"#,
    ),
    excuse(
        AcceptOnce,
        "nobody has said how the client came to be connected",
        ALL,
        r#"
            server accept 80 -> ok
            client write "a" -> ok
            server read -> "a""#,
    ),
    excuse(
        AcceptOnce,
        "it is another client's connection, though the call stands on the same flow",
        ALL,
        r#"
            client call 1 connect server:80
            client/1 call 1 connect server:80
            server accept 80 -> ok peer 10.0.0.1:5000
            server accept 80 -> ok peer 10.0.0.1:5001
            client return 1 ok
            client/1 return 1 ok"#,
    ),
    excuse(
        AcceptOnce,
        "the calls stand on one flow, and make others",
        ALL,
        r#"
            client/1 call 1 connect server:80
            client/2 call 1 connect server:80
            server accept 80 -> ok made 1
            server accept 80 -> ok made 2
            client/1 return 1 ok
            client/2 return 1 ok"#,
    ),
    excuse(
        UnlistenStopsNew,
        "the connect was called before unlisten had returned",
        ALL,
        r#"
            server listen 80 -> ok
            client call 1 connect server:80
            server unlisten 80 -> ok
            client return 1 ok
            client write "a" -> ok
            server accept 80 -> ok
            server read -> "a""#,
    ),
    excuse(
        UnlistenStopsNew,
        "somebody listens there again, though listen has not returned",
        ALL,
        r#"
            server listen 80 -> ok
            server unlisten 80 -> ok
            server call 3 listen 80
            client connect server:80 -> ok
            server return 3 ok"#,
    ),
    excuse(
        UnlistenStopsNew,
        "it is another port",
        ALL,
        r#"
            server listen 80 -> ok
            server listen 81 -> ok
            server unlisten 80 -> ok
            client connect server:81 -> ok"#,
    ),
    excuse(
        UnlistenStopsNew,
        "the unlisten failed",
        ALL,
        r#"
            server listen 80 -> ok
            server unlisten 80 -> error not_ready
            client connect server:80 -> ok"#,
    ),
    excuse(
        UnlistenStopsNew,
        "the first listen had not returned when the second was called",
        ALL,
        r#"
            server call 1 listen 80
            server call 2 listen 80
            server return 1 ok
            server return 2 error in_use
            server/1 call 1 listen 81
            server/1 call 2 listen 81
            server/1 return 1 ok
            server/1 return 2 ok"#,
    ),
    excuse(
        DisconnectNeverFails,
        "the connection was taken before",
        ALL,
        r#"
            client call 1 connect server:80
            server call 1 accept 80
            server call 2 disconnect
            server return 1 ok
            server return 2 done"#,
    ),
    excuse(
        DestinationIsConstant,
        "not every answer says whom",
        ALL,
        r#"
            client connect server:80 -> ok peer 10.0.0.2:80
            client destination -> ok
            client destination -> error not_connected"#,
    ),
];
