//! The kinds of change that this tool tells apart.

/// What has changed. [`rules`](super::rules) says what each of them means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    // The document.
    DocumentText,
    DocumentVersion,
    UnusedComponent,
    ServerAdded,
    ServerRemoved,
    ServerDefaultChanged,
    ServerValueAdded,
    ServerValueRemoved,
    SecurityAlternativeAdded,
    SecurityChanged,
    SecuritySchemeAdded,
    SecuritySchemeRemoved,
    SecuritySchemeChanged,

    // Operations.
    OperationAdded,
    OperationRemoved,
    OperationRenamed,
    OperationRespelled,
    MethodChanged,
    PathChanged,
    MediaTypeChanged,
    MediaTypeRespelled,
    OperationDeprecated,
    IdempotenceChanged,
    StateCheckChanged,
    OutputChanged,
    OperationText,

    // Parameters.
    ParameterAdded,
    OptionalParameterAdded,
    ParameterRemoved,
    ParameterRenamed,
    ParameterRespelled,
    ParametersReordered,
    ParameterBecameRequired,
    ParameterBecameOptional,
    ParameterEncodingChanged,
    ParameterDeprecated,

    // Request bodies.
    BodyAdded,
    BodyRemoved,
    BodyBecameRequired,
    BodyBecameOptional,

    // Responses.
    SuccessAdded,
    SuccessRemoved,
    ErrorAdded,
    ErrorRemoved,
    ResponseMediaTypeAdded,
    ResponseMediaTypeRemoved,
    ResponseBodyAdded,
    ResponseBodyRemoved,
    HeaderAdded,
    HeaderRemoved,
    HeaderChanged,

    // Types.
    TypeAdded,
    TypeRemoved,
    TypeRenamed,
    TypeBecameRequest,
    TypeBecameResponse,
    TypeLeftRequests,
    TypeLeftResponses,
    TypeSplit,
    PropertyAdded,
    RequiredPropertyAdded,
    PropertyRemoved,
    PropertyBecameRequired,
    PropertyBecameOptional,
    PropertyDeprecated,
    ReadOnlyChanged,
    WriteOnlyChanged,

    // Values.
    ValueChanged,
    ValueNarrowed,
    ValueWidened,
    ValueRewritten,
    SecretAdded,
    SecretRemoved,
    FormatTightened,
    FormatLoosened,
    FormatRespelled,
    ConstraintTightened,
    ConstraintLoosened,
    EnumAdded,
    EnumRemoved,
    EnumValueAdded,
    EnumValueRemoved,
    EnumReordered,
    NullAllowed,
    NullForbidden,
    OptionalNullAllowed,
    OptionalNullForbidden,
    DefaultChanged,

    /// A part of a document that this tool knows nothing of.
    Unknown,
}

/// Which way a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Direction {
    /// From the client to the server.
    Request,
    /// From the server to the client.
    Response,
    /// Both ways.
    Both,
}

/// Which ways the values of one type go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Directions {
    /// Whether a client sends it.
    pub(super) request: bool,
    /// Whether a server sends it.
    pub(super) response: bool,
}

impl Directions {
    pub(super) const REQUEST: Self = Self { request: true, response: false };
    pub(super) const RESPONSE: Self = Self { request: false, response: true };

    /// Whether values go this way.
    pub(super) fn contain(self, direction: Direction) -> bool {
        match direction {
            Direction::Request => self.request,
            Direction::Response => self.response,
            Direction::Both => self.request && self.response,
        }
    }
}
