//! The module `hsr._hsr`: the border between Python and the library.
//!
//! Here arrays become matrices, errors become exceptions, and a computation leaves the interpreter free and can be interrupted. The
//! package around it, in `hsr/`, takes whatever Python has, gives it the right types, and says by name which argument is wrong; so what
//! arrives here are arrays of `float64` and text.

mod answers;
mod arrays;
mod claims;
mod conform;
mod datasets;
mod errors;
mod network;
mod points;
mod running;
mod spectra;
mod sums;

use pyo3::prelude::*;

#[pymodule]
#[pyo3(name = "_hsr")]
fn border(module: &Bound<PyModule>) -> PyResult<()> {
    running::remember_process();
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<network::Network>()?;
    module.add_class::<claims::CheckReport>()?;
    module.add_function(wrap_pyfunction!(answers::bound, module)?)?;
    module.add_function(wrap_pyfunction!(answers::oracle, module)?)?;
    module.add_function(wrap_pyfunction!(sums::partial, module)?)?;
    module.add_function(wrap_pyfunction!(sums::bound_of_sums, module)?)?;
    module.add_function(wrap_pyfunction!(sums::pair_cover, module)?)?;
    module.add_function(wrap_pyfunction!(spectra::hessian, module)?)?;
    module.add_function(wrap_pyfunction!(spectra::spectrum, module)?)?;
    module.add_function(wrap_pyfunction!(claims::check, module)?)?;
    module.add_function(wrap_pyfunction!(conform::conform, module)?)?;
    module.add_function(wrap_pyfunction!(datasets::data_set, module)?)?;
    module.add_function(wrap_pyfunction!(datasets::names, module)?)?;
    module.add_function(wrap_pyfunction!(running::panic_on_purpose, module)?)?;
    Ok(())
}
