//! How the operator travels to a worker.

use std::sync::Arc;

use datafusion::error::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};

use crate::operator::WindowExec;
use crate::task::Task;

/// Writes a [`WindowExec`] as its [`Task`], and reads it back.
#[derive(Debug, Clone, Copy, Default)]
pub struct WindowCodec;

impl PhysicalExtensionCodec for WindowCodec {
    fn try_decode(
        &self,
        bytes: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        _: &TaskContext,
        _: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let [input] = inputs else {
            let what = format!("a WindowExec has one input, not {}", inputs.len());
            return Err(DataFusionError::Internal(what));
        };
        let task = Task::from_bytes(bytes)?;
        Ok(Arc::new(WindowExec::new(Arc::clone(input), task)?))
    }

    fn try_encode(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        bytes: &mut Vec<u8>,
        _: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        let Some(window) = plan.downcast_ref::<WindowExec>() else {
            let what = format!("{} is no WindowExec", plan.name());
            return Err(DataFusionError::Internal(what));
        };
        bytes.extend(window.task().to_bytes()?);
        Ok(())
    }
}
