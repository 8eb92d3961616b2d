//! The faults of the operations on a user.

use super::table::fault_table;

fault_table! {
    /// A fault that replaces the 200 of a valid request for any [`Operation`](crate::Operation).
    ///
    /// Each says what the client receives and whether the operation is *applied*: whether an unlock really happens, no matter what
    /// the client makes of the response. Many come in pairs that the client can't tell apart. As text, a fault is its name in
    /// kebab-case, such as `reset-after`.
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
        /// 200 with an explicit `null` for every property but `status`, or but `id` and `username` of a user. Applied.
        Nulls = ("nulls", true, Some(200)),
        /// 200 with all headers and half of the body, then closes the connection (TCP FIN). Not applied.
        ResetMidBodyBefore = ("reset-mid-body-before", false, Some(200)),
        /// 200 with all headers and half of the body, then nothing; the connection stays open until the client closes it. Not
        /// applied.
        StallMidBodyBefore = ("stall-mid-body-before", false, Some(200)),
        /// 503 with a line of plain text, without `Retry-After`. Applied.
        UnavailableAfter = ("unavailable-after", true, Some(503)),
        /// 503 with a line of plain text and `Retry-After: 1`. Applied.
        UnavailableAfterRetryAfter = ("unavailable-after-retry-after", true, Some(503)),
        /// 504 with an HTML page. Not applied.
        GatewayTimeout504Before = ("gateway-timeout-504-before", false, Some(504)),
        /// 200 with the first half of the JSON and a `Content-Length` that matches the half. Not applied.
        TruncatedJsonBefore = ("truncated-json-before", false, Some(200)),
        /// 200 with an HTML page, as `text/html`. Not applied.
        HtmlOkBefore = ("html-ok-before", false, Some(200)),
        /// 200 with `[]`, as JSON. Not applied.
        OtherJsonBefore = ("other-json-before", false, Some(200)),
        /// 200 with an error in the API's format. Applied.
        ErrorOk = ("error-ok", true, Some(200)),
        /// 200 with an error in the API's format. Not applied.
        ErrorOkBefore = ("error-ok-before", false, Some(200)),
        /// 202 without a body. Applied.
        Accepted202 = ("accepted-202", true, Some(202)),
        /// 202 without a body. Not applied.
        Accepted202Before = ("accepted-202-before", false, Some(202)),
        /// 206 with the right JSON. Applied.
        PartialContent206 = ("partial-content-206", true, Some(206)),
        /// 206 with JSON that claims the user is unlocked. Not applied.
        PartialContent206Before = ("partial-content-206-before", false, Some(206)),
        /// 200 with JSON that says the user is still locked out. Applied.
        StillLockedOut = ("still-locked-out", true, Some(200)),
        /// 200 with JSON that says the user is still locked out. Not applied.
        StillLockedOutBefore = ("still-locked-out-before", false, Some(200)),
        /// 200 with the JSON of another user, who is not locked out. Applied.
        OtherUser = ("other-user", true, Some(200)),
        /// 200 with the JSON of another user, who is not locked out. Not applied.
        OtherUserBefore = ("other-user-before", false, Some(200)),
        /// 200 with JSON that names another environment, and a user who is not locked out. Applied.
        OtherEnvironment = ("other-environment", true, Some(200)),
        /// 200 with JSON that names another environment, and a user who is not locked out. Not applied.
        OtherEnvironmentBefore = ("other-environment-before", false, Some(200)),
        /// The response to the previous request on the connection. From then on, every request on this connection gets the response
        /// to the one before. Without a previous request it is [`Self::OtherUser`]'s response. Applied.
        MixedUpConnection = ("mixed-up-connection", true, Some(200)),
        /// The same as [`Self::MixedUpConnection`]. Not applied.
        MixedUpConnectionBefore = ("mixed-up-connection-before", false, Some(200)),
        /// 401 `ACCESS_FAILED`, as for an access token that has expired. Applied.
        Unauthorized401After = ("unauthorized-401-after", true, Some(401)),
        /// 401 `ACCESS_FAILED`, as for an access token that has expired. Not applied.
        Unauthorized401 = ("unauthorized-401", false, Some(401)),
        /// 408 with an HTML page. Applied.
        RequestTimeout408After = ("request-timeout-408-after", true, Some(408)),
        /// 408 with an HTML page. Not applied.
        RequestTimeout408 = ("request-timeout-408", false, Some(408)),
        /// 204. Applied.
        NoContent204 = ("no-content-204", true, Some(204)),
        /// 201 with the right JSON. Applied.
        Created201 = ("created-201", true, Some(201)),
        /// 403 in the gateway's format, with a `message` that quotes the `Authorization` header. Not applied.
        EchoAuthorization = ("echo-authorization", false, Some(403)),
        /// 400 `INVALID_DATA` that quotes the `Authorization` header in every property and in `Correlation-Id`: verbatim,
        /// percent-encoded and in Base64. Not applied.
        EchoEverywhere = ("echo-everywhere", false, Some(400)),
        /// 429 with a date in `Retry-After`, 2 seconds after the response's `Date`, which is an hour ahead. Not applied.
        RateLimitedClockAhead = ("rate-limited-clock-ahead", false, Some(429)),
        /// 429 with a date in `Retry-After`, 2 seconds after the response's `Date`, which is an hour behind. Not applied.
        RateLimitedClockBehind = ("rate-limited-clock-behind", false, Some(429)),
        /// 429 with a date in `Retry-After`, 2 seconds from now, and no `Date`. Not applied.
        RateLimitedWithoutDate = ("rate-limited-without-date", false, Some(429)),
        /// 429 with `Retry-After: 1.5`. Not applied.
        RateLimitedFraction = ("rate-limited-fraction", false, Some(429)),
        /// 429 with `Retry-After: 2, 1`. Not applied.
        RateLimitedList = ("rate-limited-list", false, Some(429)),
        /// 429 with two headers: `Retry-After: 1` and `Retry-After: 2`. Not applied.
        RateLimitedTwice = ("rate-limited-twice", false, Some(429)),
        /// 429 with `Retry-After: soon`. Not applied.
        RateLimitedSoon = ("rate-limited-soon", false, Some(429)),
        /// 200 with a page of users that is empty but has a `next`, which leads to the missing users. Right JSON for other operations.
        /// Applied.
        EmptyPage = ("empty-page", true, Some(200)),
        /// 200 with a page of users whose `next` has the cursor of the request, so that following it never ends. Right JSON for
        /// other operations. Applied.
        RepeatedCursor = ("repeated-cursor", true, Some(200)),
        /// 429 with `Retry-After: 31536000`, a year. Not applied.
        RateLimitedYear = ("rate-limited-year", false, Some(429)),
        /// 403 with an HTML page. Applied.
        FirewallForbiddenAfter = ("firewall-forbidden-after", true, Some(403)),
        /// 403 with an HTML page. Not applied.
        FirewallForbidden = ("firewall-forbidden", false, Some(403)),
    }
}
