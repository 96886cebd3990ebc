//! The windows in a logical plan, and how they become the operator.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::{DFSchema, DFSchemaRef};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::context::QueryPlanner;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{
    Expr, LogicalPlan, UserDefinedLogicalNode, UserDefinedLogicalNodeCore,
};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{DefaultPhysicalPlanner, ExtensionPlanner, PhysicalPlanner};

use crate::measuring::answer_fields;
use crate::operator::WindowExec;
use crate::task::Task;

/// A [`Task`] over an input that has the columns which it needs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WindowNode {
    input: LogicalPlan,
    task: Task,
    schema: DFSchemaRef,
}

impl WindowNode {
    /// The input's columns, and the answers behind them.
    pub fn new(input: LogicalPlan, task: Task) -> Result<Self> {
        let kinds = task.kinds(&task.request()?);
        let added = answer_fields(&kinds).map(|field| (None, Arc::new(field)));
        let given = input.schema().iter();
        let given = given.map(|(table, field)| (table.cloned(), Arc::clone(field)));
        let metadata = input.schema().metadata().clone();
        let schema = DFSchema::new_with_metadata(given.chain(added).collect(), metadata)?;
        Ok(Self {
            input,
            task,
            schema: Arc::new(schema),
        })
    }

    /// What is measured.
    pub const fn task(&self) -> &Task {
        &self.task
    }
}

impl PartialOrd for WindowNode {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let tasks = self.task.cmp(&other.task);
        if tasks.is_eq() {
            self.input.partial_cmp(&other.input)
        } else {
            Some(tasks)
        }
    }
}

impl UserDefinedLogicalNodeCore for WindowNode {
    fn name(&self) -> &'static str {
        "Window"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Window: by={}", self.task.by())
    }

    fn with_exprs_and_inputs(&self, _: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        let [input] = <[_; 1]>::try_from(inputs)
            .map_err(|_| DataFusionError::Internal("a Window has one input".to_owned()))?;
        Self::new(input, self.task.clone())
    }
}

/// A planner that knows [`WindowNode`] beside everything that DataFusion does.
#[derive(Debug, Clone, Copy, Default)]
pub struct WindowPlanner;

#[async_trait]
impl QueryPlanner for WindowPlanner {
    async fn create_physical_plan(
        &self,
        plan: &LogicalPlan,
        session: &dyn Session,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        DefaultPhysicalPlanner::with_extension_planners(vec![Arc::new(*self)])
            .create_physical_plan(plan, session)
            .await
    }
}

#[async_trait]
impl ExtensionPlanner for WindowPlanner {
    async fn plan_extension(
        &self,
        _: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _: &[&LogicalPlan],
        inputs: &[Arc<dyn ExecutionPlan>],
        _: &dyn Session,
        _: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let Some(node) = node.as_any().downcast_ref::<WindowNode>() else {
            return Ok(None);
        };
        let [input] = inputs else {
            let what = "a Window has one input".to_owned();
            return Err(DataFusionError::Internal(what));
        };
        let operator = WindowExec::new(Arc::clone(input), node.task.clone())?;
        Ok(Some(Arc::new(operator)))
    }
}
