//! The faults of the token endpoint.

use super::table::fault_table;

fault_table! {
    /// A fault that replaces the response to a request for an access token.
    ///
    /// One that [applies](Self::applies) issues a token that works, if the credentials are valid. As text, it is its name in kebab-case, such as `invalid-client`.
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
        /// 200 with an HTML page, as a captive portal shows.
        HtmlOk = ("html-ok", false, Some(200)),
        /// 400 `INVALID_DATA`, in the API's format.
        ApiError400 = ("api-error-400", false, Some(400)),
        /// 401 `invalid_client`, whose description says that the authentication method is not supported.
        UnsupportedAuthenticationMethod = ("unsupported-authentication-method", false, Some(401)),
        /// 401 `invalid_client`, whose description quotes the `Authorization` header and the body.
        EchoCredentials = ("echo-credentials", false, Some(401)),
        /// 200 with the `token_type` `mac`.
        OtherTokenType = ("other-token-type", false, Some(200)),
        /// 200 with a token that works, and `expires_in` as a string.
        ExpiresInString = ("expires-in-string", true, Some(200)),
        /// 200 with a token that works, and `expires_in` as a number with a fraction.
        ExpiresInFloat = ("expires-in-float", true, Some(200)),
        /// 200 with a token that works, without `token_type`.
        NoTokenType = ("no-token-type", true, Some(200)),
        /// 200 with a token that works, and `scope` as an array.
        ScopeArray = ("scope-array", true, Some(200)),
        /// 200 with a token that works, in JSON that starts with a byte order mark.
        ByteOrderMark = ("byte-order-mark", true, Some(200)),
        /// 200 with a token that works, as `text/plain`.
        PlainText = ("plain-text", true, Some(200)),
        /// 201 with a token that works.
        Created201 = ("created-201", true, Some(201)),
    }
}
