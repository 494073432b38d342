//! The functions of the language, and what may be known of a matrix.

/// The functions of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::claims) enum Function {
    /// Exponential.
    Exp,
    /// Natural logarithm.
    Ln,
    /// Square root.
    Sqrt,
    /// Hyperbolic tangent.
    Tanh,
    /// `1/(1 + exp(-x))`.
    Sigmoid,
    /// `ln(1 + exp(x))`.
    Softplus,
    /// Sine.
    Sin,
    /// Cosine.
    Cos,
    /// The activation's derivative of this order, 0 to 3; any smooth function.
    Phi(u8),
    /// `x*sigmoid(x)`.
    Silu,
    /// `x*normal_cdf(x)`.
    Gelu,
    /// The error function.
    Erf,
    /// The standard normal distribution function.
    NormalCdf,
    /// Its density.
    NormalPdf,
    /// `ln(1 + x)`.
    Log1p,
    /// `exp(x) - 1`.
    Expm1,
    /// `max(x, 0)`.
    Relu,
    /// The absolute value.
    Abs,
    /// -1, 0 or 1.
    Sign,
    /// The larger of two numbers.
    Max,
    /// The smaller of two numbers.
    Min,
    /// `clip(x, low, high)`: the nearest number from `low` to `high`.
    Clip,
}

impl Function {
    /// The functions with their names.
    pub(in crate::claims) const ALL: [(&'static str, Function); 25] = [
        ("exp", Function::Exp),
        ("ln", Function::Ln),
        ("sqrt", Function::Sqrt),
        ("tanh", Function::Tanh),
        ("sigmoid", Function::Sigmoid),
        ("softplus", Function::Softplus),
        ("sin", Function::Sin),
        ("cos", Function::Cos),
        ("phi", Function::Phi(0)),
        ("phi1", Function::Phi(1)),
        ("phi2", Function::Phi(2)),
        ("phi3", Function::Phi(3)),
        ("silu", Function::Silu),
        ("gelu", Function::Gelu),
        ("erf", Function::Erf),
        ("normal_cdf", Function::NormalCdf),
        ("normal_pdf", Function::NormalPdf),
        ("log1p", Function::Log1p),
        ("expm1", Function::Expm1),
        ("relu", Function::Relu),
        ("abs", Function::Abs),
        ("sign", Function::Sign),
        ("max", Function::Max),
        ("min", Function::Min),
        ("clip", Function::Clip),
    ];

    /// The name as it is written.
    pub(in crate::claims) fn name(self) -> &'static str {
        Function::ALL.into_iter().find(|(_, function)| *function == self).map_or("phi", |(name, _)| name)
    }

    /// How many arguments it has.
    pub(in crate::claims) fn arguments(self) -> usize {
        match self {
            Function::Max | Function::Min => 2,
            Function::Clip => 3,
            _ => 1,
        }
    }

    /// Whether it has a kink, at which it has no derivative.
    pub(in crate::claims) fn has_a_kink(self) -> bool {
        use Function::{Abs, Clip, Max, Min, Relu, Sign};
        matches!(self, Relu | Abs | Sign | Max | Min | Clip)
    }
}

/// What is known of the entries of a free matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::claims) enum Structure {
    /// `A[i,j] = A[j,i]`.
    Symmetric,
    /// `A[i,j] = -A[j,i]`.
    Antisymmetric,
    /// Zero beside the diagonal.
    Diagonal,
    /// Zero above the diagonal.
    Lower,
    /// Zero below the diagonal.
    Upper,
    /// Its transposed matrix is its inverse.
    Orthogonal,
    /// Symmetric and positive definite.
    Positive,
}

impl Structure {
    /// Whether the entry at this row and column is always zero.
    pub(in crate::claims) fn is_zero(self, row: usize, column: usize) -> bool {
        match self {
            Structure::Diagonal => row != column,
            Structure::Lower => row < column,
            Structure::Upper => row > column,
            Structure::Antisymmetric => row == column,
            Structure::Symmetric | Structure::Orthogonal | Structure::Positive => false,
        }
    }

    /// Whether an entry beside the diagonal has a mirror image that follows it, and then whether that is its negative.
    pub(in crate::claims) fn mirrored(self) -> Option<bool> {
        match self {
            Structure::Symmetric | Structure::Positive => Some(false),
            Structure::Antisymmetric => Some(true),
            Structure::Diagonal | Structure::Lower | Structure::Upper | Structure::Orthogonal => None,
        }
    }

    /// The structures with the words for them.
    pub(in crate::claims) const ALL: [(&'static str, Structure); 7] = [
        ("symmetric", Structure::Symmetric),
        ("antisymmetric", Structure::Antisymmetric),
        ("diagonal", Structure::Diagonal),
        ("triangular", Structure::Lower),
        ("upper", Structure::Upper),
        ("orthogonal", Structure::Orthogonal),
        ("positive", Structure::Positive),
    ];
}
