use bytes::Bytes;
use flowsim::{Error, Flow, Mode, Read};

/// A flow whose shutdown does nothing.
struct Careless<F>(F);

impl<F: Flow> Flow for Careless<F> {
    async fn read(&self, max: usize) -> Result<Read, Error> {
        self.0.read(max).await
    }

    async fn write(&self, data: Bytes) -> Result<(), Error> {
        self.0.write(data).await
    }

    async fn shutdown(&self, _: Mode) {}

    async fn close(&self) {
        self.0.close().await;
    }
}
