//! The workers of a job, and the sessions of the engine that plan for them.

use std::sync::Arc;
use std::time::Duration;

use datafusion::error::DataFusionError;
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion_distributed::{DistributedExt as _, SessionStateBuilderExt as _, WorkerResolver};
use futures_util::future::join_all;
use url::Url;

use crate::channels::{Channels, version};
use crate::codec::WindowCodec;
use crate::failure::SpreadError;
use crate::node::WindowPlanner;

/// The most workers of one job.
pub const WORKERS_MAX: usize = 1024;
/// The most partitions of one worker.
pub const PARTITIONS_MAX: usize = 256;
/// What workers and those who ask them have to agree in.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Workers, and how they are used.
#[derive(Debug, Clone)]
pub struct Cluster {
    workers: Vec<Url>,
    partitions: usize,
    patience: Duration,
}

impl Cluster {
    /// Each worker does so many partitions at once, and is dead when it gives no sign of life for
    /// the length of `patience`, twice.
    pub fn new(
        workers: Vec<Url>,
        partitions: usize,
        patience: Duration,
    ) -> Result<Self, SpreadError> {
        check_count("workers", workers.len(), WORKERS_MAX)?;
        check_count("partitions", partitions, PARTITIONS_MAX)?;
        Ok(Self {
            workers,
            partitions,
            patience,
        })
    }

    /// Where its workers are.
    pub fn workers(&self) -> &[Url] {
        &self.workers
    }

    /// Those workers that answer; that is an error when there are none, or one has another version.
    pub async fn living(&self) -> Result<Self, SpreadError> {
        let asked = self.workers.iter().map(|url| version(url, self.patience));
        let answers = join_all(asked).await;
        let mut workers = Vec::new();
        for (url, answer) in self.workers.iter().zip(answers) {
            match answer {
                Some(version) if version == VERSION => workers.push(url.clone()),
                Some(version) => {
                    let url = url.clone();
                    return Err(SpreadError::Version { url, version });
                }
                None => {}
            }
        }
        if workers.is_empty() {
            let named = self.workers.len();
            return Err(SpreadError::NoWorker { named });
        }
        Ok(Self {
            workers,
            ..self.clone()
        })
    }

    /// A session that plans for them.
    pub(crate) fn session(&self) -> Result<SessionContext, SpreadError> {
        // A byte for each partition: the scan is spread over all workers however small it is.
        let state = builder(self.partitions)
            .with_distributed_worker_resolver(Workers(self.workers.clone()))
            .with_distributed_channel_resolver(Channels::new(self.patience))
            .with_distributed_planner()
            .with_distributed_user_codec(WindowCodec)
            .with_distributed_file_scan_config_bytes_per_partition(1)?;
        Ok(SessionContext::new_with_state(state.build()))
    }
}

/// A session that plans for this process.
pub(crate) fn local(partitions: usize) -> Result<SessionContext, SpreadError> {
    check_count("partitions", partitions, PARTITIONS_MAX)?;
    Ok(SessionContext::new_with_state(builder(partitions).build()))
}

fn builder(partitions: usize) -> SessionStateBuilder {
    let mut config = SessionConfig::new().with_target_partitions(partitions);
    // Text as text, so that it is read by the rules that files are read by.
    let parquet = &mut config.options_mut().execution.parquet;
    parquet.schema_force_view_types = false;
    SessionStateBuilder::new()
        .with_default_features()
        .with_config(config)
        .with_query_planner(Arc::new(WindowPlanner))
}

/// The workers of one attempt.
struct Workers(Vec<Url>);

impl WorkerResolver for Workers {
    fn get_urls(&self) -> Result<Vec<Url>, DataFusionError> {
        Ok(self.0.clone())
    }
}

fn check_count(what: &'static str, asked: usize, most: usize) -> Result<(), SpreadError> {
    if (1..=most).contains(&asked) {
        Ok(())
    } else {
        Err(SpreadError::TooMany { what, asked, most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_workers_and_partitions_as_make_sense_and_not_one_more() {
        let url: Url = "http://127.0.0.1:1".parse().unwrap();
        let code = |workers, partitions| {
            let workers = vec![url.clone(); workers];
            let cluster = Cluster::new(workers, partitions, Duration::from_secs(1));
            cluster.map_err(|error| error.code()).map(drop)
        };
        assert_eq!(code(WORKERS_MAX, PARTITIONS_MAX), Ok(()));
        assert_eq!(code(WORKERS_MAX + 1, 1), Err("spread.too-many"));
        assert_eq!(code(0, 1), Err("spread.too-many"));
        assert_eq!(code(1, PARTITIONS_MAX + 1), Err("spread.too-many"));
        assert_eq!(code(1, 0), Err("spread.too-many"));
    }
}
