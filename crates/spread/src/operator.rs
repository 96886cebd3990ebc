//! The windows as a physical operator of DataFusion.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use arrow_array::RecordBatch;
use arrow_schema::{SchemaRef, SortOptions};
use columns::Column;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::execution::{RecordBatchStream, SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::col;
use datafusion::physical_expr::{
    Distribution, EquivalenceProperties, LexRequirement, OrderingRequirements, PhysicalExpr,
    PhysicalSortRequirement,
};
use datafusion::physical_plan::execution_plan::{CardinalityEffect, EmissionType};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, InputDistributionRequirements, PlanProperties,
};
use futures_util::{Stream, StreamExt as _};

use crate::measuring::{Measuring, Prepared};
use crate::task::Task;

/// Measures windows over rows that the engine brings together by account and orders by account,
/// time and id. The columns of the answer stand behind those of the input; each row has one.
///
/// It streams: what it holds are the rows of one account as far back as the windows reach, and the
/// rows of one moment, which see each other. That is told to the engine's memory pool, which may
/// refuse it.
#[derive(Debug)]
pub struct WindowExec {
    input: Arc<dyn ExecutionPlan>,
    prepared: Arc<Prepared>,
    account: Arc<dyn PhysicalExpr>,
    order: LexRequirement,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl WindowExec {
    /// Over an input that has the columns which the task needs.
    pub fn new(input: Arc<dyn ExecutionPlan>, task: Task) -> Result<Self> {
        let schema = input.schema();
        let by = col(task.by(), &schema)?;
        let time = col(Column::Time.name(), &schema)?;
        let id = col("id", &schema)?;
        let order = [Arc::clone(&by), time, id].map(|column| {
            PhysicalSortRequirement::new(column, Some(SortOptions::new(false, false)))
        });
        let order = LexRequirement::new(order).ok_or_else(|| {
            DataFusionError::Internal("an order of three columns is none".to_owned())
        })?;
        let prepared = Arc::new(Prepared::new(task, &schema)?);
        let equal = EquivalenceProperties::new(Arc::clone(&prepared.schema));
        let equal = equal.extend(input.properties().eq_properties.clone())?;
        let properties = PlanProperties::new(
            equal,
            input.properties().partitioning.clone(),
            EmissionType::Incremental,
            input.properties().boundedness,
        );
        Ok(Self {
            input,
            prepared,
            account: by,
            order,
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }

    /// What it measures.
    pub fn task(&self) -> &Task {
        &self.prepared.task
    }
}

impl DisplayAs for WindowExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schema = self.input.schema();
        let added = &self.prepared.schema.fields()[schema.fields().len()..];
        let names: Vec<&str> = added.iter().map(|field| field.name().as_str()).collect();
        let (by, names) = (self.task().by(), names.join(", "));
        write!(f, "WindowExec: by={by}, stats=[{names}]")
    }
}

impl ExecutionPlan for WindowExec {
    fn name(&self) -> &'static str {
        "WindowExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        visit(&self.account)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let [input] = <[_; 1]>::try_from(children)
            .map_err(|_| DataFusionError::Internal("a WindowExec has one input".to_owned()))?;
        Ok(Arc::new(Self::new(input, self.task().clone())?))
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        let by = vec![Arc::clone(&self.account)];
        InputDistributionRequirements::new(vec![Distribution::KeyPartitioned(by)])
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        vec![Some(OrderingRequirements::new(self.order.clone()))]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let consumer = MemoryConsumer::new(format!("WindowExec[{partition}]"));
        let memory = consumer.register(context.memory_pool());
        Ok(Box::pin(Measured {
            input: self.input.execute(partition, context)?,
            schema: self.schema(),
            measuring: Measuring::new(Arc::clone(&self.prepared), memory),
            ready: VecDeque::new(),
            ended: false,
            metrics: BaselineMetrics::new(&self.metrics, partition),
        }))
    }
}

/// The answer as it streams.
struct Measured {
    input: SendableRecordBatchStream,
    schema: SchemaRef,
    measuring: Measuring,
    ready: VecDeque<RecordBatch>,
    ended: bool,
    metrics: BaselineMetrics,
}

impl Measured {
    fn measure(&mut self, batch: Option<RecordBatch>) -> Result<()> {
        let _timer = self.metrics.elapsed_compute().timer();
        let measured = match batch {
            Some(batch) => self.measuring.take(batch)?,
            None => self.measuring.finish()?,
        };
        self.ready.extend(measured);
        Ok(())
    }

    fn poll_measured(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<RecordBatch>>> {
        loop {
            if let Some(batch) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(batch)));
            }
            if self.ended {
                return Poll::Ready(None);
            }
            let next = ready!(self.input.poll_next_unpin(context)).transpose();
            self.ended = !matches!(next, Ok(Some(_)));
            if let Err(error) = next.and_then(|batch| self.measure(batch)) {
                self.ended = true;
                return Poll::Ready(Some(Err(error)));
            }
        }
    }
}

impl Stream for Measured {
    type Item = Result<RecordBatch>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let measured = self.get_mut();
        let polled = measured.poll_measured(context);
        measured.metrics.record_poll(polled)
    }
}

impl RecordBatchStream for Measured {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}
