//! The macro that turns a table of faults into an enum.

/// Declares an enum of faults with `ALL`, `as_str`, `applies`, `status`, `Display` and `FromStr`.
///
/// A row is a doc comment and `Variant = ("name-in-kebab-case", applies, status),`.
macro_rules! fault_table {
    ($(#[$enum_attribute:meta])* $enum:ident { $($(#[doc = $doc:literal])+ $variant:ident = ($name:literal, $applies:literal, $status:expr),)+ }) => {
        $(#[$enum_attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $enum {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl $enum {
            /// Every fault.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name in kebab-case.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// Returns whether the server carries out the request despite the fault.
            #[must_use]
            pub const fn applies(self) -> bool {
                match self {
                    $(Self::$variant => $applies,)+
                }
            }

            /// Returns the status that the client receives, or `None` if it receives none.
            #[must_use]
            pub const fn status(self) -> Option<u16> {
                match self {
                    $(Self::$variant => $status,)+
                }
            }
        }

        impl std::fmt::Display for $enum {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $enum {
            type Err = super::UnknownFault;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let fault = Self::ALL.iter().find(|fault| fault.as_str() == text);
                fault.copied().ok_or_else(|| super::UnknownFault::new(text, Self::ALL))
            }
        }
    };
}

pub(super) use fault_table;
