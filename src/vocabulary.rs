//! Names and the values that belong to them, from one list.

/// Writes an enum of names and a struct with a value for each of them.
///
/// A line `field: Variant` gives the field, the variant, and the name, which is spelled as the field is: these three
/// cannot disagree. Whatever is said of all values is written once, with `map`, `zip` or `iter`, and never as an array
/// whose order has to be remembered.
macro_rules! vocabulary {
    (
        $(#[$about_names:meta])*
        pub enum $Name:ident;
        $(#[$about_values:meta])*
        pub struct $Values:ident {
            $($(#[$about:meta])* $field:ident: $Variant:ident,)+
        }
    ) => {
        $(#[$about_names])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $Name {
            $($(#[$about])* $Variant,)+
        }

        impl $Name {
            /// All of them, in the order of the fields.
            pub const ALL: [$Name; [$($Name::$Variant),+].len()] = [$($Name::$Variant),+];

            /// The name, spelled as the field is.
            pub const fn name(self) -> &'static str {
                match self {
                    $($Name::$Variant => stringify!($field),)+
                }
            }

            /// The one of this name, if there is one.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|known| known.name() == name)
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        $(#[$about_values])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $Values<T> {
            $($(#[$about])* pub $field: T,)+
        }

        impl<T> $Values<T> {
            /// The value that a function gives for each name.
            pub fn from_fn(mut f: impl FnMut($Name) -> T) -> Self {
                $Values { $($field: f($Name::$Variant),)+ }
            }

            /// The value that a function gives for each name.
            ///
            /// # Errors
            /// The first error of the function.
            pub fn try_from_fn<E>(mut f: impl FnMut($Name) -> Result<T, E>) -> Result<Self, E> {
                Ok($Values { $($field: f($Name::$Variant)?,)+ })
            }

            /// A function of each value.
            pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> $Values<U> {
                $Values { $($field: f(self.$field),)+ }
            }

            /// Pairs of values of the same name.
            pub fn zip<U>(self, other: $Values<U>) -> $Values<(T, U)> {
                $Values { $($field: (self.$field, other.$field),)+ }
            }

            /// References to the values.
            pub fn each_ref(&self) -> $Values<&T> {
                $Values { $($field: &self.$field,)+ }
            }

            /// References through which the values can be changed.
            pub fn each_mut(&mut self) -> $Values<&mut T> {
                $Values { $($field: &mut self.$field,)+ }
            }

            /// Each name with its value.
            pub fn iter(&self) -> impl Iterator<Item = ($Name, &T)> {
                $Name::ALL.into_iter().map(|name| (name, &self[name]))
            }

            /// The values without their names.
            pub fn into_values(self) -> impl Iterator<Item = T> {
                [$(self.$field),+].into_iter()
            }
        }

        impl<T> std::ops::Index<$Name> for $Values<T> {
            type Output = T;

            fn index(&self, name: $Name) -> &T {
                match name {
                    $($Name::$Variant => &self.$field,)+
                }
            }
        }

        impl<T> std::ops::IndexMut<$Name> for $Values<T> {
            fn index_mut(&mut self, name: $Name) -> &mut T {
                match name {
                    $($Name::$Variant => &mut self.$field,)+
                }
            }
        }
    };
}

pub(crate) use vocabulary;
