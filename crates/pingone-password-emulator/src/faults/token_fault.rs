//! The faults of the token endpoint.

use super::table::fault_table;

fault_table! {
    /// A fault that replaces the response to a request for an access token.
    ///
    /// As text, it is its name in kebab-case, such as `invalid-client`.
    TokenFault {
        /// 500 `UNEXPECTED_ERROR`, in the API's format.
        InternalError500 = ("internal-error-500", false, Some(500)),
        /// Resets the connection (TCP RST) without a response.
        Reset = ("reset", false, None),
        /// Never responds; the connection stays open until the client closes it.
        Stall = ("stall", false, None),
        /// 401 `invalid_client`, whatever the credentials.
        InvalidClient = ("invalid-client", false, Some(401)),
        /// 502 with an HTML page.
        BadGateway = ("bad-gateway", false, Some(502)),
        /// 200 with JSON that ends inside the access token.
        MalformedJson = ("malformed-json", false, Some(200)),
    }
}
