"""Wrong on purpose: `closed_forms.py` without the residual part r = phi2 * (V' delta) of the hidden block.

With it go t_res, gn.res, res.res, and all that they add to gradients. `hsr conform` must not let this pass.
"""

import numpy as np

from closed_forms import ClosedForms, answer
from protocol import serve


class ForgetsResidual(ClosedForms):
    def residual(self):
        return np.zeros_like(self.phi2), np.zeros_like(self.u)


if __name__ == "__main__":
    serve(lambda case: answer(case, ForgetsResidual), name="closed forms that forget the residual part")
