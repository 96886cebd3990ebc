//! A process that does parts of jobs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use datafusion::error::Result;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion_distributed::{DistributedExt as _, WorkerQueryContext};
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use crate::channels::Channels;
use crate::cluster::VERSION;
use crate::codec::WindowCodec;
use crate::failure::SpreadError;

/// A worker that listens. It does whatever plan it is sent, without asking by whom: whoever
/// reaches its port reads what it may read. So it listens on this machine alone.
#[derive(Debug)]
pub struct Worker {
    listener: TcpListener,
    address: SocketAddr,
    runtime: Arc<RuntimeEnv>,
    channels: Channels,
}

impl Worker {
    /// Listens on a loopback address; port 0 is any free one. Sorting spills to the disk beyond
    /// `memory_bytes`, and what cannot spill is refused. Other workers are dead to it when they
    /// give no sign of life for the length of `patience`, twice.
    pub async fn bind(
        address: SocketAddr,
        memory_bytes: usize,
        patience: Duration,
    ) -> Result<Self, SpreadError> {
        if !address.ip().is_loopback() {
            return Err(SpreadError::NotLoopback { address });
        }
        let listen = |source| SpreadError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let pool = Arc::new(FairSpillPool::new(memory_bytes));
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(pool)
            .build_arc()?;
        Ok(Self {
            listener,
            address,
            runtime,
            channels: Channels::new(patience),
        })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the process ends.
    pub async fn serve(self) -> Result<(), SpreadError> {
        let channels = self.channels;
        let session = move |context: WorkerQueryContext| {
            let state = context
                .builder
                .with_distributed_channel_resolver(channels.clone())
                .with_distributed_user_codec(WindowCodec)
                .build();
            async move { Result::Ok(state) }
        };
        let worker = datafusion_distributed::Worker::from_session_builder(session);
        let worker = worker.with_runtime_env(self.runtime).with_version(VERSION);
        Server::builder()
            .add_service(worker.into_worker_server())
            .serve_with_incoming(TcpIncoming::from(self.listener))
            .await
            .map_err(|source| SpreadError::Serve { source })
    }
}
