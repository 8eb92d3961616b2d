//! The trait of the operations as values.
//!
//! It is generated, although it is the same for every document, because it stands between two generated modules: its
//! implementations are above it, the client and the table of operations below.

use syn::{Item, parse_quote};

pub(super) fn request() -> Vec<Item> {
    let file: syn::File = parse_quote! {
        /// An operation of the OpenAPI document as a value: everything that a request contains, except for the environment.
        pub trait Request: Clone + ::std::fmt::Debug + Send + Sync + 'static {
            /// The method, path and media type.
            const OPERATION: &'static super::operations::Operation;

            /// The body of a success response.
            type Body: ::serde::de::DeserializeOwned + crate::Inspect + Send;

            /// The result of the operation.
            type Output: Send;

            /// The read that shows whether the operation was applied. An operation without one names itself.
            type StateCheck: Request;

            /// Returns the read that shows whether the operation was applied, if the document names one.
            fn state_check(&self) -> ::std::option::Option<Self::StateCheck> {
                ::std::option::Option::None
            }

            /// Returns the user in the path, if the path contains one.
            fn user_id(&self) -> ::std::option::Option<crate::UserId> {
                ::std::option::Option::None
            }

            /// Decodes the body of a response. Returns none if it isn't of the type, or if the document has none.
            fn decode(response: &crate::RawResponse) -> ::std::option::Option<Self::Body> {
                _ = response;
                ::std::option::Option::None
            }

            /// Returns the result of a success with this body, if there was one that could be decoded. Returns none if the
            /// operation requires a body.
            fn output(body: ::std::option::Option<Self::Body>) -> ::std::option::Option<Self::Output>;

            /// Sends the request once. Returns the body of the response, if the document allows a response without one.
            fn send<'a>(
                &'a self,
                client: &'a super::Client,
                environment_id: &'a crate::EnvironmentId,
            ) -> impl Future<Output = ::std::result::Result<::std::option::Option<Self::Body>, super::Error>> + Send + 'a;
        }
    };
    file.items
}
