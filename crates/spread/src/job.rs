//! A job from files to an answer, over workers of which some may die.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_schema::{DataType, Schema};
use columns::{Column, Kind, ReadError, Reader, Writer};
use datafusion::common::DFSchema;
use datafusion::dataframe::DataFrame;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, Extension, LogicalPlan, cast, ident};
use datafusion::prelude::{ParquetReadOptions, SessionContext};
use futures_util::TryStreamExt as _;
use url::Url;

use crate::cluster::{Cluster, local};
use crate::failure::SpreadError;
use crate::node::WindowNode;
use crate::task::Task;

/// How often a job is tried again while every worker answers: one of them may have died and have
/// been started again before it was asked.
const AGAIN_MAX: usize = 1;
/// Decimals of amounts whose column does not say.
const DECIMALS: u32 = 2;

/// Files and what is asked of them.
#[derive(Debug, Clone)]
pub struct Job {
    files: Vec<Url>,
    task: Task,
    rows: u64,
}

/// What came of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Rows in the files, and in the answer.
    pub rows: u64,
    /// How often it was begun: 1 when no worker died.
    pub attempts: usize,
    /// Workers that finished it.
    pub workers: usize,
}

impl Job {
    /// Looks into Parquet files, which every worker has to see under the same paths. A span, stats
    /// and the column `by` as in [`Task::new`]; decimals are those of the amounts' type, or 2.
    pub fn open(
        files: &[PathBuf],
        (span, stats, by): (&str, &str, &str),
        decimals: Option<u32>,
    ) -> Result<Self, SpreadError> {
        let first = Reader::open(files.first().ok_or(SpreadError::NoFile)?)?;
        let decimals_found = first.decimals().unwrap_or(DECIMALS);
        let task = Task::new(span, stats, by, decimals.unwrap_or(decimals_found))?;
        let wanted = task.wanted()?;
        let asks_night = task.request()?.asks_night();
        let (mut urls, mut rows) = (Vec::new(), 0_u64);
        for path in files {
            if path.extension().is_none_or(|ending| ending != "parquet") {
                return Err(SpreadError::NotParquet { path: path.clone() });
            }
            let reader = Reader::open(path)?;
            reader.check(&wanted)?;
            if asks_night {
                expect_country(&reader)?;
            }
            let differs = reader.decimals().unwrap_or(DECIMALS) != decimals_found;
            if decimals.is_none() && differs {
                return Err(SpreadError::DecimalsDiffer { path: path.clone() });
            }
            rows = rows.saturating_add(reader.rows());
            let absolute = path.canonicalize().ok();
            let url = absolute.and_then(|path| Url::from_file_path(path).ok());
            urls.push(url.ok_or_else(|| SpreadError::Path { path: path.clone() })?);
        }
        Ok(Self {
            files: urls,
            task,
            rows,
        })
    }

    /// Does the job on a cluster and writes the answer: the id of each row and its stats, ordered
    /// by account, time and id, so that the file is the same whatever the workers are. When a
    /// worker dies the whole job begins anew on the others.
    pub async fn run(&self, cluster: &Cluster, out: &Path) -> Result<Summary, SpreadError> {
        let mut living = cluster.living().await?;
        let (mut attempts, mut again) = (0, 0);
        loop {
            attempts += 1;
            let error = match self.write(&living.session()?, out).await {
                Ok(rows) => {
                    return Ok(Summary {
                        rows,
                        attempts,
                        workers: living.workers().len(),
                    });
                }
                Err(error @ (SpreadError::Engine(_) | SpreadError::RowsLost { .. })) => error,
                Err(error) => return Err(error),
            };
            let still = living.living().await?;
            if still.workers().len() == living.workers().len() {
                if again == AGAIN_MAX {
                    return Err(error);
                }
                again += 1;
            }
            living = still;
        }
    }

    /// Does the job in this process, in so many partitions, with the same operator and no workers.
    pub async fn run_here(&self, partitions: usize, out: &Path) -> Result<u64, SpreadError> {
        self.write(&local(partitions)?, out).await
    }

    /// The plan as it would run on a cluster, for a person to read.
    pub async fn explain(&self, cluster: &Cluster) -> Result<String, SpreadError> {
        let plan = self.plan(&cluster.session()?).await?;
        let plan = plan.create_physical_plan().await?;
        let text = datafusion_distributed::display_plan_ascii(plan.as_ref(), false);
        Ok(text)
    }

    async fn write(&self, context: &SessionContext, out: &Path) -> Result<u64, SpreadError> {
        let mut batches = self.plan(context).await?.execute_stream().await?;
        let schema = batches.schema();
        let mut writer = Writer::create(out, &kinds(&schema)?)?;
        let mut rows = 0_u64;
        while let Some(batch) = batches.try_next().await? {
            rows = rows.saturating_add(batch.num_rows() as u64);
            writer.write_arrays(batch.columns().to_vec())?;
        }
        if rows != self.rows {
            return Err(SpreadError::RowsLost {
                sent: self.rows,
                got: rows,
            });
        }
        writer.finish()?;
        Ok(rows)
    }

    /// The job in a session of the engine that plans with [`crate::WindowPlanner`].
    pub async fn plan(&self, context: &SessionContext) -> Result<DataFrame, DataFusionError> {
        let files: Vec<String> = self.files.iter().map(Url::to_string).collect();
        let rows = context
            .read_parquet(files, ParquetReadOptions::new())
            .await?;
        let needed = needed(&self.task, rows.schema())?;
        let rows = rows.select(needed.iter().map(ident))?;
        let id = rows.schema().field_with_unqualified_name("id")?.data_type();
        let id = match id {
            kind if kind.is_integer() => cast(ident("id"), DataType::Int64),
            _ => cast(ident("id"), DataType::Utf8),
        };
        let request = self.task.request()?;
        let shown = request.columns().map(|(name, _)| ident(name));
        let shown: Vec<Expr> = [id.alias("id")].into_iter().chain(shown).collect();
        let order = [self.task.by(), Column::Time.name(), "id"];
        let order = order.map(|name| ident(name).sort(true, false));
        let (state, input) = rows.into_parts();
        let node = Arc::new(WindowNode::new(input, self.task.clone())?);
        let node = LogicalPlan::Extension(Extension { node });
        DataFrame::new(state, node)
            .sort(order.to_vec())?
            .select(shown)
    }
}

/// The columns that the task reads, each once.
fn needed(task: &Task, has: &DFSchema) -> Result<Vec<String>, SpreadError> {
    let request = task.request()?;
    let mut names = vec!["id", task.by(), Column::Time.name()];
    names.extend(request.distinct());
    names.extend([Column::Amount, Column::SenderCountry].map(Column::name));
    let wanted = task.wanted()?;
    let mut needed: Vec<String> = Vec::new();
    for name in names {
        let is_there = has.has_column_with_unqualified_name(name);
        let optional = [Column::Amount, Column::SenderCountry];
        let optional = optional.iter().find(|column| column.name() == name);
        let unasked = optional.is_some_and(|column| !wanted.asks(*column));
        if is_there && !unasked && !needed.iter().any(|known| known == name) {
            needed.push(name.to_owned());
        }
    }
    Ok(needed)
}

fn expect_country(reader: &Reader) -> Result<(), ReadError> {
    let has = reader.columns();
    let column = Column::SenderCountry.name();
    if has.iter().any(|name| name == column) {
        return Ok(());
    }
    Err(ReadError::NoColumn {
        path: reader.path().to_owned(),
        column: column.to_owned(),
        has,
    })
}

fn kinds(schema: &Schema) -> Result<Vec<(&str, Kind)>, SpreadError> {
    let kinds = schema.fields().iter().map(|field| {
        let kind = Kind::of(field.data_type());
        kind.map(|kind| (field.name().as_str(), kind))
    });
    let kinds: Option<Vec<_>> = kinds.collect();
    kinds.ok_or_else(|| {
        let what = "the engine changed the type of a column".to_owned();
        SpreadError::Engine(DataFusionError::Internal(what))
    })
}
