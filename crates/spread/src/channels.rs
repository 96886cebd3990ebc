//! Connections to workers that notice when the other side falls silent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use datafusion::error::{DataFusionError, Result};
use datafusion_distributed::grpc::{BoxCloneSyncChannel, create_worker_client};
use datafusion_distributed::{ChannelResolver, GetWorkerInfoRequest, WorkerChannel};
use tonic::transport::Endpoint;
use url::Url;

/// One connection to each worker, kept open.
///
/// The engine's own connections wait for ever for a worker that was stopped, or whose cable was
/// pulled; these ask it for a sign of life.
#[derive(Debug, Clone)]
pub(crate) struct Channels {
    patience: Duration,
    open: Arc<Mutex<BTreeMap<Url, BoxCloneSyncChannel>>>,
}

impl Channels {
    /// A worker that gives no sign of life for so long, after having been asked for one, is dead.
    pub(crate) fn new(patience: Duration) -> Self {
        Self {
            patience,
            open: Arc::default(),
        }
    }

    async fn connect(&self, url: &Url) -> Result<BoxCloneSyncChannel> {
        let broken = |error: tonic::transport::Error| DataFusionError::External(Box::new(error));
        let endpoint = Endpoint::from_shared(url.to_string()).map_err(broken)?;
        let endpoint = endpoint
            .connect_timeout(self.patience)
            .http2_keep_alive_interval(self.patience)
            .keep_alive_timeout(self.patience)
            .keep_alive_while_idle(true);
        Ok(BoxCloneSyncChannel::new(
            endpoint.connect().await.map_err(broken)?,
        ))
    }
}

#[async_trait]
impl ChannelResolver for Channels {
    async fn get_worker_client_for_url(&self, url: &Url) -> Result<Box<dyn WorkerChannel>> {
        let open = || self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let known = open().get(url).cloned();
        let channel = if let Some(channel) = known {
            channel
        } else {
            let channel = self.connect(url).await?;
            open().insert(url.clone(), channel.clone());
            channel
        };
        Ok(create_worker_client(channel))
    }
}

/// The version that a worker says it has; `None` when it gives no answer in time.
pub(crate) async fn version(url: &Url, patience: Duration) -> Option<String> {
    let asked = async {
        let mut worker = Channels::new(patience)
            .get_worker_client_for_url(url)
            .await?;
        worker.get_worker_info(GetWorkerInfoRequest {}).await
    };
    let answer = tokio::time::timeout(patience, asked).await.ok()?;
    Some(answer.ok()?.version)
}
