//! How much memory a plan takes, known before any of it is taken.

use super::plan::{Plan, Route};
use super::sizes::{LANES, Sizes, packed};
use crate::budget::numbers;
use crate::terms::bound::Moment;

/// As many gradients as there are moments.
const MOMENTS: usize = Moment::ALL.len();

/// Numbers of 8 bytes, by sizes that are multiplied; as many as there can be where that overflows.
struct Sum(u64);

impl Sum {
    fn add(&mut self, sizes: &[usize]) -> &mut Self {
        self.0 = self.0.saturating_add(numbers(sizes));
        self
    }

    fn add_if(&mut self, wanted: bool, sizes: &[usize]) -> &mut Self {
        if wanted { self.add(sizes) } else { self }
    }
}

impl Plan {
    /// The bytes that the buffers of a [`Workspace`](super::Workspace) take.
    pub fn bytes(&self) -> u64 {
        bytes(&Sizes::of(&self.shape), self)
    }
}

fn bytes(sizes: &Sizes, plan: &Plan) -> u64 {
    let (n, h, c, ch) = (sizes.samples, sizes.hidden, sizes.contrasts, sizes.coupling());
    let (s, p) = (packed(c), packed(h));
    let mut all = Sum(0);
    // The forward pass, what is kept, and the way back.
    all.add(&[n, 6 * h + sizes.classes + c + s + 3]).add(&[MOMENTS + 1, n, h + c]);
    all.add_if(plan.keep, &[n, p]).add_if(plan.keep_couplings, &[3, n, ch]);
    all.add(&[MOMENTS + 1, ch]).add(&[s, h]).add_if(plan.route != Route::Class, &[s, p]);
    let sums = sums(sizes, plan);
    let each = worker(sizes, plan).saturating_add(sums);
    all.0.saturating_add(sums).saturating_add(each.saturating_mul(plan.threads as u64))
}

fn sums(sizes: &Sizes, plan: &Plan) -> u64 {
    let (dt, ht, ch) = (sizes.inputs + sizes.bias, sizes.hidden + sizes.bias, sizes.coupling());
    let parameter = plan.route == Route::Parameter;
    let mut all = Sum(0);
    all.add_if(plan.by_inputs, &[2, dt, ch]);
    all.add_if(parameter, &[packed(dt), sizes.packed_hidden()]);
    all.add_if(parameter, &[packed(ht), sizes.packed_contrasts()]).add_if(parameter, &[dt, ht, ch]);
    all.0
}

/// The bytes of one worker, its sums left out.
fn worker(sizes: &Sizes, plan: &Plan) -> u64 {
    let (tile, chunk, route) = (plan.tile, plan.chunk, plan.route);
    let (h, c, ch) = (sizes.hidden, sizes.contrasts, sizes.coupling());
    let (s, p) = (packed(c), packed(h));
    let (dt, ht) = (sizes.inputs + sizes.bias, h + sizes.bias);
    let (by_classes, by_pairs) = (route == Route::Class, route != Route::Parameter);
    let mut all = Sum(0);
    all.add(&[MOMENTS, ch]).add(&[2, s, h]).add(&[sizes.classes, c + 3]).add(&[ht]);
    all.add(&[tile, s + c + 3 * h]).add(&[tile, 2 * h]);
    all.add_if(!by_pairs, &[tile, packed(dt) + packed(ht) + dt * ht + dt]);
    all.add(&[tile.max(chunk), c, c]).add(&[tile.max(chunk), ch]);
    all.add(&[7, tile, ch]).add(&[tile, 2 * h + s]);
    all.add_if(by_pairs, &[5, tile, chunk]).add_if(by_pairs && !plan.keep_couplings, &[3, chunk, ch]);
    all.add_if(route == Route::Hidden && !plan.keep, &[chunk, p]);
    all.add_if(!by_classes, &[s, p]).add_if(!by_classes, &[2, tile, p]);
    all.add_if(by_classes, &[2, tile, s, h]).add_if(by_classes, &[tile + 1, s, chunk]);
    all.add_if(by_classes, &[4 * LANES, c, c]).add_if(by_classes, &[2 * tile + chunk, 2, h]);
    all.0
}
