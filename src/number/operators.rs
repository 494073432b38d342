//! The operator traits of a number type, from its four methods `plus`, `minus`, `times`, `over`.
//!
//! A macro, since Rust has no blanket implementation of a foreign operator trait for a family of local types.

macro_rules! operators {
    ([$($generics:tt)*] $type:ty) => {
        operators!(@one [$($generics)*] $type, Add, add, AddAssign, add_assign, plus);
        operators!(@one [$($generics)*] $type, Sub, sub, SubAssign, sub_assign, minus);
        operators!(@one [$($generics)*] $type, Mul, mul, MulAssign, mul_assign, times);
        operators!(@one [$($generics)*] $type, Div, div, DivAssign, div_assign, over);
        impl<$($generics)*> std::ops::Neg for $type {
            type Output = Self;
            #[inline]
            fn neg(self) -> Self {
                <Self as num_traits::Zero>::zero().minus(&self)
            }
        }
        impl<$($generics)*> num_traits::Zero for $type {
            #[inline]
            fn zero() -> Self {
                <Self as $crate::number::Number>::integer(0)
            }
            #[inline]
            fn is_zero(&self) -> bool {
                *self == Self::zero()
            }
        }
        impl<$($generics)*> num_traits::One for $type {
            #[inline]
            fn one() -> Self {
                <Self as $crate::number::Number>::integer(1)
            }
        }
    };
    (@one [$($generics:tt)*] $type:ty, $op:ident, $method:ident, $assign:ident, $assign_method:ident, $by:ident) => {
        impl<$($generics)*> std::ops::$op for $type {
            type Output = Self;
            #[inline]
            fn $method(self, other: Self) -> Self {
                self.$by(&other)
            }
        }
        impl<$($generics)*> std::ops::$assign for $type {
            #[inline]
            fn $assign_method(&mut self, other: Self) {
                *self = self.$by(&other);
            }
        }
    };
}
pub(super) use operators;
