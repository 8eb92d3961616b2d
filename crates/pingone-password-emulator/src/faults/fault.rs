//! The faults of the operations on a user.

use super::table::fault_table;

fault_table! {
    /// A fault that replaces the 200 of a valid request.
    ///
    /// Each says what the client receives and whether the operation is *applied*: whether an unlock really happens, no matter what
    /// the client makes of the response. As text, a fault is its name in kebab-case, such as `reset-after`.
    Fault {
        /// Resets the connection (TCP RST) without a response. Not applied.
        ResetBefore = ("reset-before", false, None),
        /// Resets the connection (TCP RST) without a response. Applied.
        ResetAfter = ("reset-after", true, None),
        /// 200 with all headers and half of the body that `Content-Length` announces, then closes the connection (TCP FIN, so that
        /// the half arrives). Applied.
        ResetMidBody = ("reset-mid-body", true, Some(200)),
        /// Never responds; the connection stays open until the client closes it. Not applied.
        StallBeforeResponse = ("stall-before-response", false, None),
        /// Never responds; the connection stays open until the client closes it. Applied.
        StallAfter = ("stall-after", true, None),
        /// 200 with all headers and half of the body, then nothing; the connection stays open until the client closes it. Applied.
        StallMidBody = ("stall-mid-body", true, Some(200)),
        /// 500 `UNEXPECTED_ERROR`. Not applied.
        InternalError500 = ("internal-error-500", false, Some(500)),
        /// 500 `UNEXPECTED_ERROR`. Applied.
        InternalError500After = ("internal-error-500-after", true, Some(500)),
        /// 502 with an HTML page. Not applied.
        BadGateway = ("bad-gateway", false, Some(502)),
        /// 502 with an HTML page. Applied.
        BadGatewayAfter = ("bad-gateway-after", true, Some(502)),
        /// 503 with a line of plain text, without `Retry-After`. Not applied.
        Unavailable = ("unavailable", false, Some(503)),
        /// 503 with a line of plain text and `Retry-After: 1`. Not applied.
        UnavailableRetryAfter = ("unavailable-retry-after", false, Some(503)),
        /// 504 with an HTML page. Applied.
        GatewayTimeout504 = ("gateway-timeout-504", true, Some(504)),
        /// 429 `REQUEST_LIMITED` with `Retry-After: 1`, without an `id` in the error. Not applied.
        RateLimited = ("rate-limited", false, Some(429)),
        /// 200 with `Content-Length: 0` and no `Content-Type`. Applied.
        EmptyOk = ("empty-ok", true, Some(200)),
        /// 200 with the first half of the JSON and a `Content-Length` that matches the half. Applied.
        TruncatedJson = ("truncated-json", true, Some(200)),
        /// 200 with an HTML page, as `text/html`. Applied.
        HtmlOk = ("html-ok", true, Some(200)),
        /// 200 with the right JSON, as `text/plain`. Applied.
        WrongContentType = ("wrong-content-type", true, Some(200)),
        /// 200 with `[]`, as JSON. Applied.
        OtherJson = ("other-json", true, Some(200)),
        /// 200 with `Content-Encoding: gzip`: 64 KiB that inflate to 64 MiB of spaces and the right JSON. Applied.
        GzipBomb = ("gzip-bomb", true, Some(200)),
        /// 200, chunked, without end: 64 KiB of spaces every 10 ms. Applied.
        EndlessBody = ("endless-body", true, Some(200)),
        /// 200 with the right JSON and 128 headers of 1 KiB each. Applied.
        OversizedHeaders = ("oversized-headers", true, Some(200)),
        /// 302 to [`Builder::redirect_target`](crate::Builder::redirect_target). Not applied.
        Redirect = ("redirect", false, Some(302)),
        /// 200 with the right JSON, two different `Content-Type` and two different `Correlation-Id`. Applied.
        DuplicateHeaders = ("duplicate-headers", true, Some(200)),
        /// 200 with the right JSON, without `Content-Type` and `Correlation-Id`. Applied.
        NoHeaders = ("no-headers", true, Some(200)),
        /// 200 with the status `SOMETHING_NEW`. Applied.
        UnknownStatus = ("unknown-status", true, Some(200)),
        /// 200 with an explicit `null` for every property but `status`. Applied.
        Nulls = ("nulls", true, Some(200)),
    }
}
