//! The table: a row for each kind of change, and for each way that values go where that matters.
//!
//! In a reason, `{item}` is the Rust item, `{from}` and `{to}` are what it was and what it is.

use Direction::{Both, Request, Response};
#[allow(clippy::enum_glob_use, reason = "the table has a row for nearly every kind")]
use Kind::*;
use Verdict::{Breaking, Compatible};

use super::{Rule, UNKNOWN, docs, rule};
use crate::changes::kind::{Direction, Kind};
use crate::changes::verdict::Verdict;

/// The table.
#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    // The document.
    docs(DocumentText, "text for readers"),
    docs(DocumentVersion, "the document's own version"),
    docs(UnusedComponent, "no operation uses it, so nothing is generated from it"),
    rule(ServerAdded)
        .wire(Compatible, "running clients keep their server"),
    rule(ServerRemoved)
        .wire(Breaking, "a running client may call this server"),
    rule(ServerDefaultChanged)
        .wire(Breaking, "a running client keeps calling the former default"),
    rule(ServerValueAdded)
        .wire(Compatible, "running clients keep their server"),
    rule(ServerValueRemoved)
        .wire(Breaking, "a running client may call this server"),
    rule(SecurityAlternativeAdded)
        .wire(Compatible, "what was sent is still accepted"),
    rule(SecurityChanged)
        .wire(Breaking, "what a running client authenticates with may be refused"),
    rule(SecuritySchemeAdded)
        .wire(Compatible, "what was sent is still accepted"),
    rule(SecuritySchemeRemoved)
        .wire(Breaking, "what a running client authenticates with may be refused"),
    rule(SecuritySchemeChanged)
        .wire(Breaking, "what a running client authenticates with may be refused"),

    // Operations.
    rule(OperationAdded)
        .wire(Compatible, "no running client sends it")
        .rust(Compatible, "`{item}` is new"),
    rule(OperationRemoved)
        .wire(Breaking, "a running client may still send it")
        .rust(Breaking, "`{item}` is gone"),
    rule(OperationRenamed)
        .wire(Compatible, "the request is the same")
        .rust(Breaking, "`{from}` is now `{to}`, and so are the types named after it"),
    rule(OperationRespelled)
        .wire(Compatible, "the request is the same")
        .rust(Compatible, "`{item}` keeps its name"),
    rule(MethodChanged)
        .wire(Breaking, "a running client sends the former method")
        .rust(Compatible, "the method is inside `{item}`"),
    rule(PathChanged)
        .wire(Breaking, "a running client sends the former path")
        .rust(Compatible, "the path is inside `{item}`"),
    rule(MediaTypeChanged)
        .wire(Breaking, "a running client sends the former `Content-Type`")
        .rust(Compatible, "the media type is inside `{item}`"),
    rule(MediaTypeRespelled)
        .wire(Compatible, "media types are compared without regard to case")
        .rust(Compatible, "the media type is inside `{item}`"),
    rule(OperationDeprecated)
        .rust(Compatible, "at most a warning of the compiler"),
    rule(IdempotenceChanged)
        .wire(Breaking, "retries of a running client follow the former value")
        .rust(Breaking, "`{item}` is retried by another rule: `is_idempotent` is now `{to}`"),
    rule(StateCheckChanged)
        .wire(Breaking, "a running client checks the state by the former rule")
        .rust(Breaking, "an unknown outcome of `{item}` is settled in another way"),
    rule(OutputChanged)
        .rust(Breaking, "the output of `{item}` is now `{to}`, not `{from}`"),
    docs(OperationText, "text for readers"),

    // Parameters.
    rule(ParameterAdded)
        .wire(Breaking, "a running client doesn't send it")
        .rust(Breaking, "`{item}` has to be given"),
    rule(OptionalParameterAdded)
        .wire(Compatible, "it may be absent")
        .rust(Compatible, "`{item}` is optional"),
    rule(ParameterRemoved)
        .wire(Breaking, "a running client may still send it")
        .rust(Breaking, "`{item}` is gone"),
    rule(ParameterRenamed)
        .wire(Compatible, "its name isn't sent")
        .rust(Breaking, "`{from}` is now `{to}`"),
    rule(ParameterRespelled)
        .wire(Compatible, "the name means the same on the wire")
        .rust(Compatible, "`{item}` keeps its name"),
    rule(ParametersReordered)
        .wire(Compatible, "parameters have no order")
        .rust(Breaking, "the constructor of `{item}` takes its arguments in another order"),
    rule(ParameterBecameRequired)
        .wire(Breaking, "a running client may leave it out")
        .rust(Breaking, "`{item}` has to be given"),
    rule(ParameterBecameOptional)
        .wire(Compatible, "it may still be sent")
        .rust(Breaking, "`{item}` is now an `Option`, and no longer an argument of the constructor"),
    rule(ParameterEncodingChanged)
        .wire(Breaking, "a running client writes the value in the former way"),
    rule(ParameterDeprecated)
        .rust(Compatible, "at most a warning of the compiler"),

    // Request bodies.
    rule(BodyAdded)
        .wire(Breaking, "a running client sends no body")
        .rust(Breaking, "`{item}` has to be given"),
    rule(BodyRemoved)
        .wire(Breaking, "a running client still sends a body")
        .rust(Breaking, "`{item}` is gone"),
    rule(BodyBecameRequired)
        .wire(Breaking, "a running client may leave it out")
        .rust(Breaking, "`{item}` has to be given"),
    rule(BodyBecameOptional)
        .wire(Compatible, "it may still be sent")
        .rust(Breaking, "`{item}` is now an `Option`"),

    // Responses.
    rule(SuccessAdded)
        .wire(Breaking, "a running client takes it for an unexpected response"),
    rule(SuccessRemoved)
        .wire(Compatible, "one response less to expect"),
    rule(ErrorAdded)
        .wire(Compatible, "any status but a success is an error already"),
    rule(ErrorRemoved)
        .wire(Compatible, "one response less to expect"),
    rule(ResponseMediaTypeAdded)
        .wire(Compatible, "a running client doesn't ask for it"),
    rule(ResponseMediaTypeRemoved)
        .wire(Breaking, "a running client asks for it in `Accept`"),
    rule(ResponseBodyAdded)
        .wire(Compatible, "a running client ignores the body"),
    rule(ResponseBodyRemoved)
        .wire(Breaking, "a running client expects a body"),
    rule(HeaderAdded)
        .wire(Compatible, "unknown headers are ignored"),
    rule(HeaderRemoved)
        .wire(Breaking, "a running client may read it")
        .rust(Compatible, "headers have no types"),
    rule(HeaderChanged)
        .wire(Breaking, "a running client may read it in the former way")
        .rust(Compatible, "headers have no types"),

    // Types.
    rule(TypeAdded)
        .rust(Compatible, "`{item}` is new"),
    rule(TypeRemoved)
        .rust(Breaking, "`{item}` is gone"),
    rule(TypeRenamed)
        .wire(Compatible, "names of types aren't sent")
        .rust(Breaking, "`{item}` is now `{to}`, not `{from}`"),
    rule(TypeBecameRequest)
        .wire(Compatible, "no running client sends it")
        .rust(Compatible, "`{item}` can be made as well"),
    rule(TypeBecameResponse)
        .rust(Breaking, "an enum is open now and loses `Copy`: `{item}`, or one inside"),
    rule(TypeLeftRequests)
        .rust(Breaking, "`{item}` can't be made any more"),
    rule(TypeLeftResponses)
        .rust(Breaking, "an enum is closed now and loses `Unrecognized`: `{item}`, or one inside")
        .schema(Breaking, "unknown values of an enum are not of the type"),
    rule(TypeSplit)
        .rust(Breaking, "requests take `{to}`, not `{from}`"),
    rule(PropertyAdded)
        .wire(Compatible, "it may be absent, and unknown properties are ignored")
        .rust(Compatible, "`{item}` is optional")
        .schema(Compatible, "it may be absent"),
    rule(RequiredPropertyAdded).when(Request)
        .wire(Breaking, "a running client doesn't send it")
        .rust(Breaking, "the constructor takes `{item}`")
        .schema(Breaking, "a stored value doesn't have it"),
    rule(RequiredPropertyAdded).when(Response)
        .wire(Compatible, "unknown properties are ignored")
        .rust(Compatible, "`{item}` is new")
        .schema(Breaking, "a stored value doesn't have it"),
    rule(PropertyRemoved).when(Request)
        .wire(Breaking, "a running client may still send it")
        .rust(Breaking, "`{item}` is gone")
        .schema(Compatible, "a stored value stays in `extra`"),
    rule(PropertyRemoved).when(Response)
        .wire(Breaking, "a running client no longer receives it")
        .rust(Breaking, "`{item}` is gone")
        .schema(Compatible, "a stored value stays in `extra`"),
    rule(PropertyBecameRequired).when(Request)
        .wire(Breaking, "a running client may leave it out")
        .rust(Breaking, "`{item}` is no longer an `Option`, and the constructor takes it")
        .schema(Breaking, "a stored value may not have it"),
    rule(PropertyBecameRequired).when(Response)
        .wire(Compatible, "it is only more often there")
        .rust(Breaking, "`{item}` is no longer an `Option`")
        .schema(Breaking, "a stored value may not have it"),
    rule(PropertyBecameOptional).when(Request)
        .wire(Compatible, "it may still be sent")
        .rust(Breaking, "`{item}` is now an `Option`, and the constructor doesn't take it")
        .schema(Compatible, "a stored value has it"),
    rule(PropertyBecameOptional).when(Response)
        .wire(Breaking, "a running client can't decode a response without it")
        .rust(Breaking, "`{item}` is now an `Option`")
        .schema(Compatible, "a stored value has it"),
    rule(PropertyDeprecated)
        .rust(Compatible, "at most a warning of the compiler"),
    rule(ReadOnlyChanged).when(Request)
        .wire(Breaking, "whether a client may send it has changed")
        .rust(Breaking, "whether `{item}` can be set has changed"),
    rule(ReadOnlyChanged).when(Response)
        .wire(Compatible, "it is received as before"),
    rule(WriteOnlyChanged).when(Request)
        .wire(Compatible, "it is sent as before"),
    rule(WriteOnlyChanged).when(Response)
        .wire(Breaking, "whether a running client receives it has changed")
        .rust(Breaking, "whether `{item}` is ever there has changed"),

    // Values.
    rule(ValueChanged)
        .wire(Breaking, "neither side understands the other's values")
        .rust(Breaking, "`{item}` is now `{to}`, not `{from}`")
        .schema(Breaking, "a stored value is of the former type"),
    rule(ValueNarrowed).when(Request)
        .wire(Breaking, "a running client may send what is no longer allowed")
        .rust(Breaking, "`{item}` is now `{to}`, not `{from}`")
        .schema(Breaking, "a stored value may be of the former type"),
    rule(ValueNarrowed).when(Response)
        .wire(Compatible, "a running client can decode each value")
        .rust(Breaking, "`{item}` is now `{to}`, not `{from}`")
        .schema(Breaking, "a stored value may be of the former type"),
    rule(ValueWidened).when(Request)
        .wire(Compatible, "what a running client sends is still allowed")
        .rust(Breaking, "`{item}` is now `{to}`, not `{from}`")
        .schema(Compatible, "the new type takes each stored value"),
    rule(ValueWidened).when(Response)
        .wire(Breaking, "a running client can't decode each value")
        .rust(Breaking, "`{item}` is now `{to}`, not `{from}`")
        .schema(Compatible, "the new type takes each stored value"),
    rule(ValueRewritten)
        .wire(Compatible, "the JSON is the same")
        .rust(Breaking, "`{item}` is now `{to}`, not `{from}`")
        .schema(Compatible, "the JSON is the same"),
    rule(SecretAdded)
        .wire(Compatible, "the JSON is the same")
        .rust(Breaking, "`{item}` is now `Secret`, not `{from}`")
        .schema(Compatible, "the JSON is the same"),
    rule(SecretRemoved)
        .wire(Compatible, "the JSON is the same")
        .rust(Breaking, "`{item}` is now `{to}`, not `Secret`: it is no longer redacted")
        .schema(Compatible, "the JSON is the same"),
    rule(FormatTightened).when(Request)
        .wire(Breaking, "a running client may send what is no longer allowed")
        .rust(Compatible, "the type stays `{to}`"),
    rule(FormatTightened).when(Response)
        .wire(Compatible, "formats are not checked in responses")
        .rust(Compatible, "the type stays `{to}`"),
    rule(FormatLoosened)
        .wire(Compatible, "each value that was allowed still is")
        .rust(Compatible, "the type stays `{to}`"),
    rule(FormatRespelled)
        .wire(Compatible, "the values are the same")
        .rust(Compatible, "the type stays `{to}`"),
    rule(ConstraintTightened).when(Request)
        .wire(Breaking, "a running client may send what is no longer allowed")
        .rust(Compatible, "limits are the server's to check"),
    rule(ConstraintTightened).when(Response)
        .wire(Compatible, "limits are not checked in responses"),
    rule(ConstraintLoosened)
        .wire(Compatible, "each value that was allowed still is, and responses are not checked"),
    rule(EnumAdded).when(Request)
        .wire(Breaking, "a running client may send another value")
        .rust(Breaking, "`{item}` is now `{to}`, not `{from}`")
        .schema(Breaking, "a stored value may be another one"),
    rule(EnumAdded).when(Response)
        .wire(Compatible, "a running client takes any value")
        .rust(Breaking, "`{item}` is now `{to}`, not `{from}`")
        .schema(Compatible, "the enum takes unknown values"),
    rule(EnumAdded).when(Both)
        .wire(Breaking, "a running client may send another value")
        .rust(Breaking, "`{item}` is now `{to}`, not `{from}`")
        .schema(Compatible, "the enum takes unknown values"),
    rule(EnumRemoved)
        .wire(Compatible, "enums of responses take unknown values, and what was sent is still allowed")
        .rust(Breaking, "`{item}` is now `{to}`, not `{from}`")
        .schema(Compatible, "the new type takes each stored value"),
    rule(EnumValueAdded)
        .wire(Compatible, "enums of responses take unknown values, and what was sent is still allowed")
        .rust(Compatible, "`{item}` is a new variant of a `#[non_exhaustive]` enum"),
    rule(EnumValueRemoved).when(Request)
        .wire(Breaking, "a running client may still send it")
        .rust(Breaking, "the variant `{item}` is gone")
        .schema(Breaking, "a stored value may be this one"),
    rule(EnumValueRemoved).when(Response)
        .wire(Compatible, "one value less to expect")
        .rust(Breaking, "the variant `{item}` is gone")
        .schema(Compatible, "a stored value becomes `Unrecognized`"),
    rule(EnumValueRemoved).when(Both)
        .wire(Breaking, "a running client may still send it")
        .rust(Breaking, "the variant `{item}` is gone")
        .schema(Compatible, "a stored value becomes `Unrecognized`"),
    rule(EnumReordered)
        .wire(Compatible, "the values are the same")
        .rust(Breaking, "`{item}` is ordered otherwise: `<` and `sort` follow the order in the document")
        .schema(Compatible, "the values are the same"),
    rule(NullAllowed).when(Request)
        .wire(Compatible, "what a running client sends is still allowed")
        .rust(Breaking, "`{item}` is now an `Option`"),
    rule(NullAllowed).when(Response)
        .wire(Breaking, "a running client can't decode null")
        .rust(Breaking, "`{item}` is now an `Option`"),
    rule(NullForbidden).when(Request)
        .wire(Breaking, "a running client may send null")
        .rust(Breaking, "`{item}` is no longer an `Option`")
        .schema(Breaking, "a stored value may be null"),
    rule(NullForbidden).when(Response)
        .wire(Compatible, "one value less to expect")
        .rust(Breaking, "`{item}` is no longer an `Option`")
        .schema(Breaking, "a stored value may be null"),
    rule(OptionalNullAllowed)
        .wire(Compatible, "null is read as absent")
        .rust(Compatible, "`{item}` is an `Option` already"),
    rule(OptionalNullForbidden).when(Request)
        .wire(Breaking, "a running client may send null")
        .rust(Compatible, "`{item}` stays an `Option`"),
    rule(OptionalNullForbidden).when(Response)
        .wire(Compatible, "null is read as absent")
        .rust(Compatible, "`{item}` stays an `Option`"),
    rule(DefaultChanged).when(Request)
        .wire(Breaking, "a running client that leaves it out asks for another value")
        .rust(Breaking, "leaving out `{item}` means another value"),
    rule(DefaultChanged).when(Response)
        .wire(Compatible, "absent is read as absent")
        .rust(Compatible, "absent stays absent"),

    UNKNOWN,
];
