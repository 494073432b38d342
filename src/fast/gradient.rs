//! From adjoints to gradients: the workers' sums gathered, and gradients added up with shares.

use super::contrast::expand;
use super::error::{FastError, check_buffer};
use super::forward::inputs;
use super::objective::GradientShares;
use super::product::{Then, add_rows, product, view};
use super::share::{Array, Rows, share};
use super::weights::{add_through_diagonals, add_through_pairs, add_to_classes};
use super::worker::{ByDiagonals, Worker};
use super::workspace::Workspace;
use crate::model::{Batch, Shape};
use crate::terms::bound::Moment;

impl Workspace {
    /// The workers' gradients by `V` as one for each moment.
    pub(super) fn gather_by_v(&mut self) {
        let Workspace { sizes, weights, workers, by_v, .. } = self;
        for moment in Moment::ALL {
            let sum = &mut by_v[moment];
            sum.fill(0.0);
            for worker in workers.iter() {
                sum.iter_mut().zip(&worker.by_v[moment]).for_each(|(sum, own)| *sum += own);
            }
        }
        for worker in workers.iter() {
            let ByDiagonals { trace, squared } = &worker.by_diagonals;
            add_through_diagonals(&mut by_v.hidden_trace, trace, sizes, &weights.v);
            add_through_diagonals(&mut by_v.hidden_squared, squared, sizes, &weights.v);
            if !worker.by_pairs.is_empty() {
                add_through_pairs(&mut by_v.hidden_squared, &worker.by_pairs, sizes, &weights.v);
            }
        }
    }

    /// Computes the sum of the gradients of loss and moments with these shares; order `W, b, V, c`, row-major.
    ///
    /// It is the gradient at the point of the last call of [`differentiate`](Workspace::differentiate), whose batch is
    /// given again.
    ///
    /// # Errors
    /// [`FastError`] where there was no such call, for a batch of another shape, or a buffer of another length than
    /// `D`; the buffer is then unchanged.
    pub fn gradient(
        &mut self,
        batch: &Batch<f64>,
        shares: &GradientShares,
        out: &mut [f64],
    ) -> Result<(), FastError> {
        let expected = self.plan.shape;
        let found =
            Shape { samples: batch.samples(), inputs: batch.x.ncols(), classes: batch.y.ncols(), ..expected };
        if found != expected {
            return Err(FastError::Shape { expected, found });
        }
        check_buffer(&expected, out)?;
        if !self.differentiated {
            return Err(FastError::NotDifferentiated);
        }
        self.combine(batch, shares, out);
        Ok(())
    }

    fn combine(&mut self, batch: &Batch<f64>, shares: &GradientShares, out: &mut [f64]) {
        let Workspace {
            plan, sizes, forward, adjoints, workers, by_v, combined_a, combined_o, column, ..
        } = self;
        let (n, d, h, c) = (sizes.samples, sizes.inputs, sizes.hidden, sizes.contrasts);
        let mean = shares.loss / n as f64;
        for (index, a) in combined_a.iter_mut().enumerate() {
            let moments = shares.moments.zip(adjoints.a.each_ref()).map(|(share, a)| share * a[index]);
            *a = mean * forward.phi1[index] * forward.u[index] + moments.into_values().sum::<f64>();
        }
        for (index, o) in combined_o.iter_mut().enumerate() {
            let moments = shares.moments.zip(adjoints.o.each_ref()).map(|(share, o)| share * o[index]);
            *o = mean * forward.delta[index] + moments.into_values().sum::<f64>();
        }
        out.fill(0.0);
        let [by_w, by_b, by_v_out, by_c] = plan.shape.groups_mut(out);
        let (a, o) = (view(combined_a, n, h), view(combined_o, n, c));
        let x = inputs(batch, 0, n);
        let rows = Array { start: 0, width: d, data: by_w };
        share(rows, h.div_ceil(plan.threads), workers, &|rows: Array, _: &mut Worker| {
            let columns = a.transpose().subrows(rows.start, rows.count());
            product(rows.data, Then::Set, 1.0, columns, x);
        });
        if sizes.bias == 1 {
            add_rows(by_b, combined_a);
            column.fill(0.0);
            add_rows(&mut column[..c], combined_o);
            expand(|k, value| by_c[k] = value, &column[..c]);
        }
        // What the workers summed is gathered: the room of one of them is free.
        let sum = &mut workers[0].by_v.hidden_trace;
        product(sum, Then::Set, 1.0, o.transpose(), view(&forward.z, n, h));
        for (share, own) in shares.moments.zip(by_v.each_ref()).into_values() {
            sum.iter_mut().zip(own).for_each(|(sum, own)| *sum += share * own);
        }
        add_to_classes(by_v_out, sum, sizes, column);
    }
}
