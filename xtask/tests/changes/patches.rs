//! Small changes of the base document, one for each kind of change.

/// The document that is changed.
pub(crate) const BASE: &str = include_str!("base.yaml");

/// A change of the base document: texts, and what takes their place.
pub(crate) struct Patch {
    pub(crate) name: &'static str,
    replacements: &'static [(&'static str, &'static str)],
}

impl Patch {
    /// The changed document.
    pub(crate) fn apply(&self) -> String {
        self.replacements.iter().fold(BASE.to_owned(), |document, (from, to)| {
            let found = document.matches(from).count();
            assert_eq!(found, 1, "{}: {from:?} stands {found} times in the document", self.name);
            document.replace(from, to)
        })
    }
}

macro_rules! patches {
    ($($name:ident: $(($from:expr, $to:expr)),+;)*) => {
        pub(crate) const PATCHES: &[Patch] =
            &[$(Patch { name: stringify!($name), replacements: &[$(($from, $to)),+] }),*];
    };
}

const UNLOCK: &str = "application/vnd.example.password.unlock+json: {}";
const ADDED: &str = "
  /environments/{environmentId}/users/{userId}/password#check+json:
    parameters: [{ $ref: '#/components/parameters/environmentId' }, { $ref: '#/components/parameters/userId' }]
    post:
      operationId: checkPassword
      x-idempotent: true
      requestBody:
        required: true
        content: { application/vnd.example.password.check+json: { schema: { $ref: '#/components/schemas/Check' } } }
      responses: { '204': { description: It is the password. } }

components:
  securitySchemes:";
const CHECK: &str = "
    Check: { type: object, required: [value], properties: { value: { type: string, format: password } } }
    Expand:";
const DELETE: &str = "
    delete:
      operationId: deleteNote
      x-idempotent: true
      responses:
        '204': { description: Gone. }
        '404': { $ref: '#/components/responses/Error' }
";
const FIRST: &str = "/environments/{environmentId}/users/{userId}/password:";
const STATE: &str = "      required: [status]\n";

patches! {
    // The document.
    openapi_version: ("openapi: 3.0.3", "openapi: 3.0.4");
    title: ("title: Base,", "title: Other,");
    document_version: ("version: 0.3.0", "version: 0.4.0");
    document_extension: ("tags: [{ name: Users }]", "tags: [{ name: Users }]\nx-audience: everyone");
    tag_removed: ("tags: [{ name: Users }]\n", "");
    server_added: ("security: [{ accessToken: [] }]", "  - { url: 'https://api.example.org' }\nsecurity: [{ accessToken: [] }]");
    server_added_in_front: ("servers:\n", "servers:\n  - { url: 'https://api.example.org' }\n");
    server_replaced: ("url: https://api.example.com/{version}\n", "url: https://api.example.org/{version}\n");
    server_default: ("default: v1,", "default: v2,");
    server_value_added: ("enum: [v1, v2]", "enum: [v1, v2, v3]");
    server_value_removed: ("enum: [v1, v2]", "enum: [v1]");
    server_of_an_operation: ("      operationId: unlock\n", "      operationId: unlock\n      servers: [{ url: 'https://other.example.com' }]\n");
    security_removed: ("security: [{ accessToken: [] }]\n", "");
    security_alternative: ("security: [{ accessToken: [] }]", "security: [{ accessToken: [] }, { key: [] }]"),
        ("  securitySchemes:\n", "  securitySchemes:\n    key: { type: apiKey, in: header, name: Key }\n");
    security_of_an_operation: ("      operationId: unlock\n", "      operationId: unlock\n      security: []\n");
    security_scheme: ("scheme: bearer", "scheme: basic");
    unused_component: ("never: { type: string }", "never: { type: integer }");
    unused_component_added: ("    Unused: {", "    Unused2: { type: object, properties: { a: { type: string } } }\n    Unused: {");

    // Operations.
    operation_added: ("\ncomponents:\n  securitySchemes:", ADDED), ("\n    Expand:", CHECK);
    operation_removed: (DELETE, "");
    operation_renamed: ("operationId: unlock", "operationId: unlockPassword");
    operation_respelled: ("operationId: deleteNote", "operationId: delete_note");
    operation_replaced: ("operationId: unlock", "operationId: openLock"), ("unlock+json:\n", "open+json:\n"), (UNLOCK, "application/vnd.example.password.open+json: {}");
    method: ("    post:\n      operationId: unlock", "    put:\n      operationId: unlock");
    path: ("{userId}/note:", "{userId}/notes:");
    path_parameter_renamed: (FIRST, "/environments/{environmentId}/users/{id}/password:"),
        ("    parameters: [{ $ref: '#/components/parameters/environmentId' }, { $ref: '#/components/parameters/userId' }]\n    get:",
         "    parameters: [{ $ref: '#/components/parameters/environmentId' }, { name: id, in: path, required: true, schema: { type: string, format: uuid } }]\n    get:");
    media_type: (UNLOCK, "application/vnd.example.password.open+json: {}"), ("unlock+json:\n", "open+json:\n");
    media_type_in_another_case: (UNLOCK, "application/vnd.example.password.Unlock+json: {}"), ("#unlock+json:\n", "#Unlock+json:\n");
    idempotent: ("operationId: unlock\n      x-idempotent: false", "operationId: unlock\n      x-idempotent: true");
    not_idempotent: ("operationId: deleteNote\n      x-idempotent: true", "operationId: deleteNote\n      x-idempotent: false");
    state_check: ("      operationId: writeNote\n      x-idempotent: true\n", "      operationId: writeNote\n      x-idempotent: false\n      x-state-check: { operationId: readNote, property: status, notApplied: LOCKED_OUT }\n"),
        ("    put:\n      operationId: writeNote\n", "    get:\n      operationId: readNote\n      x-idempotent: true\n      responses:\n        '200': { $ref: '#/components/responses/State' }\n        4XX: { $ref: '#/components/responses/Error' }\n    put:\n      operationId: writeNote\n");
    operation_extension: ("      operationId: unlock\n", "      operationId: unlock\n      x-unheard-of: 1\n");
    operation_deprecated: ("      operationId: deleteNote\n", "      operationId: deleteNote\n      deprecated: true\n");
    operation_description: ("description: Reads the state.", "description: Reads the state of a password.");
    operation_callbacks: ("      operationId: unlock\n", "      operationId: unlock\n      callbacks: { done: { '{$url}': { post: { responses: { '200': { description: Done. } } } } } }\n");

    // Parameters.
    parameter_added: ("{ name: limit, in: query,", "{ name: filter, in: query, schema: { type: string } }\n        - { name: limit, in: query,");
    required_parameter_added: ("{ name: limit, in: query,", "{ name: filter, in: query, required: true, schema: { type: string } }\n        - { name: limit, in: query,");
    parameter_removed: ("        - { name: limit, in: query, schema: { type: integer } }\n", "");
    parameter_became_required: ("name: limit, in: query,", "name: limit, in: query, required: true,");
    parameter_became_optional: ("name: since, in: query, required: true,", "name: since, in: query,");
    parameter_type: ("name: limit, in: query, schema: { type: integer }", "name: limit, in: query, schema: { type: string }");
    parameter_limit: ("name: since, in: query, required: true, schema: { type: string }", "name: since, in: query, required: true, schema: { type: string, maxLength: 10 }");
    parameter_default: ("name: limit, in: query, schema: { type: integer }", "name: limit, in: query, schema: { type: integer, default: 20 }");
    parameter_value_added: ("enum: [policy, user]", "enum: [policy, user, device]");
    parameter_value_removed: ("enum: [policy, user]", "enum: [policy]");
    parameter_style: ("name: limit, in: query,", "name: limit, in: query, allowReserved: true,");
    parameter_style_spelled_out: ("name: limit, in: query,", "name: limit, in: query, required: false, style: form, explode: true,");
    parameter_description: ("description: What to include.", "description: A related resource to include.");
    parameters_reordered: ("        - { name: since, in: query, required: true, schema: { type: string } }\n        - { name: before, in: query, required: true, schema: { type: string } }\n",
        "        - { name: before, in: query, required: true, schema: { type: string } }\n        - { name: since, in: query, required: true, schema: { type: string } }\n");
    optional_parameters_reordered: ("        - { name: since, in: query, required: true, schema: { type: string } }\n", ""),
        ("        - { name: limit, in: query, schema: { type: integer } }\n", "        - { name: since, in: query, required: true, schema: { type: string } }\n        - { name: limit, in: query, schema: { type: integer } }\n");
    parameter_deprecated: ("name: limit, in: query,", "name: limit, in: query, deprecated: true,");
    header_parameter_respelled: ("name: X-Audit,", "name: x-audit,");
    header_parameter_became_required: ("name: X-Audit, in: header,", "name: X-Audit, in: header, required: true,");

    // Request bodies.
    body_added: (UNLOCK, "application/vnd.example.password.unlock+json: { schema: { $ref: '#/components/schemas/Note' } }"),
        ("        description: Nothing.", "        required: true");
    body_removed: ("        required: true\n        description: The new password.\n", ""),
        ("application/vnd.example.password.set+json:\n            schema: { $ref: '#/components/schemas/NewPassword' }", "application/vnd.example.password.set+json: {}");
    body_of_another_type: ("schema: { $ref: '#/components/schemas/NewPassword' }", "schema: { $ref: '#/components/schemas/Note' }");
    body_description: ("description: The new password.", "description: The password from now on.");
    request_property_added: ("hint: { type: string, maxLength: 20 }", "hint: { type: string, maxLength: 20 }\n        reason: { type: string }");
    required_request_property_added: ("      required: [value]\n", "      required: [value, reason]\n"),
        ("hint: { type: string, maxLength: 20 }", "hint: { type: string, maxLength: 20 }\n        reason: { type: string }");
    request_property_removed: ("        hint: { type: string, maxLength: 20 }\n", "");
    request_property_became_required: ("      required: [value]\n", "      required: [value, hint]\n");
    request_property_became_optional: ("      required: [value]\n", "");
    request_limit_tightened: ("maxLength: 20", "maxLength: 10");
    request_limit_loosened: ("maxLength: 20", "maxLength: 30");
    request_pattern: ("maxLength: 20", "maxLength: 20, pattern: '^[a-z]*$'");
    request_format: ("maxLength: 20", "maxLength: 20, format: email");
    request_default: ("default: false", "default: true");
    request_value_added: ("enum: [PLAIN, HASHED]", "enum: [PLAIN, HASHED, SALTED]");
    request_value_removed: ("enum: [PLAIN, HASHED]", "enum: [PLAIN]");
    request_null_allowed: ("maxLength: 20", "maxLength: 20, nullable: true");
    read_only: ("maxLength: 20", "maxLength: 20, readOnly: true");
    no_longer_secret: ("format: password, description: The password.", "description: The password.");
    secret: ("maxLength: 20", "format: password");

    // Responses.
    success_added: ("        '204': { description: Gone. }\n", "        '204': { description: Gone. }\n        '202': { description: Later. }\n");
    success_replaced: ("'204': { description: Gone. }", "'200': { description: Gone. }");
    error_added: ("'404': { $ref: '#/components/responses/Error' }", "'404': { $ref: '#/components/responses/Error' }\n        '409': { $ref: '#/components/responses/Error' }");
    error_removed: ("        '404': { $ref: '#/components/responses/Error' }\n", "");
    default_response: ("'404': { $ref: '#/components/responses/Error' }", "default: { $ref: '#/components/responses/Error' }");
    response_body_removed: ("          content: { application/json: { schema: { $ref: '#/components/schemas/Note' } } }\n        4XX", "        4XX");
    response_of_another_type: ("          content: { application/json: { schema: { $ref: '#/components/schemas/Note' } } }\n        4XX",
        "          content: { application/json: { schema: { $ref: '#/components/schemas/State' } } }\n        4XX");
    response_media_type_added: ("        application/json: { schema: { $ref: '#/components/schemas/State' } }", "        application/json: { schema: { $ref: '#/components/schemas/State' } }\n        application/vnd.example+json: { schema: { $ref: '#/components/schemas/State' } }");
    response_media_type_removed: ("        application/json: { schema: { $ref: '#/components/schemas/State' } }\n", "");
    response_description: ("description: Refused.", "description: Refused or failed.");
    header_added: ("headers: { Correlation-Id: { schema: { type: string } } }", "headers: { Correlation-Id: { schema: { type: string } }, Date: { schema: { type: string } } }");
    header_removed: ("      headers: { Correlation-Id: { schema: { type: string } } }\n", "");
    header_type: ("description: When to come back., schema: { type: string }", "description: When to come back., schema: { type: integer }");
    header_description: ("description: When to come back.", "description: Seconds to wait.");
    example: ("label: VIP", "label: Boss");

    // Types.
    property_added: ("        label: { type: string }\n", "        label: { type: string }\n        level: { type: integer }\n");
    required_property_added: ("        lockout:\n          type: object\n", "        lockout:\n          type: object\n          required: [level]\n"),
        ("            attempts: { type: integer }\n", "            attempts: { type: integer }\n            level: { type: integer }\n"), ("attempts: 6", "attempts: 6, level: 1");
    property_removed: ("        label: { type: string }\n", "");
    property_renamed: ("        until: {", "        unlockIn: {"), ("        until: 240", "        unlockIn: 240");
    property_became_required: ("ApiError: { type: object, properties", "ApiError: { type: object, required: [code], properties");
    property_became_optional: (STATE, "");
    property_deprecated: ("        label: { type: string }\n", "        label: { type: string, deprecated: true }\n");
    property_description: ("description: Seconds until the unlock.", "description: Seconds until the unlock by itself.");
    property_write_only: ("        label: { type: string }\n", "        label: { type: string, writeOnly: true }\n");
    property_of_a_nested_object_removed: ("            attempts: { type: integer }\n", ""), ("reason: FAILURES, attempts: 6", "reason: FAILURES");
    type_renamed: ("    Link: {", "    Anchor: {"), ("$ref: '#/components/schemas/Link'", "$ref: '#/components/schemas/Anchor'");
    type_of_both_directions: ("        text: { type: string, minLength: 1 }\n", "        text: { type: string, minLength: 1 }\n        title: { type: string }\n");
    type_of_both_directions_requires: ("      required: [text]\n", "      required: [text, author]\n");
    type_split: ("        author: { type: string }\n", "        author: { type: string }\n        id: { type: string, readOnly: true }\n");
    type_used_in_requests_too: ("hint: { type: string, maxLength: 20 }", "hint: { type: string, maxLength: 20 }\n        of: { $ref: '#/components/schemas/Reference' }");
    type_no_longer_used_in_responses: ("          content: { application/json: { schema: { $ref: '#/components/schemas/Note' } } }\n        4XX",
        "          content: { application/json: { schema: { $ref: '#/components/schemas/Link' } } }\n        4XX");
    schema_extension: ("        label: { type: string }\n", "        label: { type: string, x-unheard-of: 1 }\n");
    composition: ("        label: { type: string }\n", "        label: { oneOf: [{ type: string }, { type: integer }] }\n");
    undeclared_required: ("required: [href]", "required: [href, rel]");

    // Values.
    integer_to_string: ("until: { type: integer, format: int64,", "until: { type: string,"), ("        until: 240", "        until: '240'");
    integer_to_number: ("until: { type: integer, format: int64,", "until: { type: number,");
    number_to_integer: ("share: { type: number }", "share: { type: integer }"), ("share: 0.5", "share: 1");
    integer_to_anything: ("until: { type: integer, format: int64,", "until: {");
    string_to_uuid: ("label: { type: string }", "label: { type: string, format: uuid }"), ("        label: VIP\n", "");
    uuid_to_string: ("    Reference: { type: object, required: [id], properties: { id: { type: string, format: uuid } } }",
        "    Reference: { type: object, required: [id], properties: { id: { type: string } } }");
    date_time_to_date: ("changedAt: { type: string, format: date-time }", "changedAt: { type: string, format: date }"), ("'2026-03-02T08:15:00.125Z'", "'2026-03-02'");
    int64_to_int32: ("until: { type: integer, format: int64,", "until: { type: integer, format: int32,");
    int64_left_out: ("until: { type: integer, format: int64,", "until: { type: integer,");
    format_without_a_type: ("        label: { type: string }\n", "        label: { type: string, format: email }\n");
    limit_of_a_response: ("maxItems: 5", "maxItems: 4");
    items: ("items: { type: string }, maxItems", "items: { type: integer }, maxItems"), ("tags: [a, b]", "tags: [1, 2]");
    map_values: ("additionalProperties: { $ref: '#/components/schemas/Link' }", "additionalProperties: { type: string }"),
        ("{ self: { href: 'https://api.example.com/v1' } }", "{ self: 'https://api.example.com/v1' }");
    map_to_object: ("additionalProperties: { $ref: '#/components/schemas/Link' }", "properties: { self: { $ref: '#/components/schemas/Link' } }");
    enum_value_added: ("enum: [OK, LOCKED_OUT, EXPIRED]", "enum: [OK, LOCKED_OUT, EXPIRED, EXTERNAL]");
    enum_value_removed: ("enum: [OK, LOCKED_OUT, EXPIRED]", "enum: [OK, LOCKED_OUT]");
    enum_reordered: ("enum: [OK, LOCKED_OUT, EXPIRED]", "enum: [OK, EXPIRED, LOCKED_OUT]");
    enum_added: ("        label: { type: string }\n", "        label: { type: string, enum: [VIP] }\n");
    enum_removed: ("reason: { type: string, enum: [FAILURES, ADMINISTRATOR] }", "reason: { type: string }");
    null_allowed: ("properties: { href: { type: string } }", "properties: { href: { type: string, nullable: true } }");
    integer_enum: ("share: { type: number }", "share: { type: number, enum: [0.5, 1] }");
    optional_null_allowed: ("        label: { type: string }\n", "        label: { type: string, nullable: true }\n");
    default_of_a_response: ("        label: { type: string }\n", "        label: { type: string, default: none }\n");
    inline_to_component: ("    Unused: {", "    Lockout: { type: object, properties: { reason: { type: string, enum: [FAILURES, ADMINISTRATOR] }, attempts: { type: integer } } }\n    Unused: {"),
        ("        lockout:\n          type: object\n          properties:\n            reason: { type: string, enum: [FAILURES, ADMINISTRATOR] }\n            attempts: { type: integer }\n", "        lockout: { $ref: '#/components/schemas/Lockout' }\n");
    description_of_a_reference: ("description: Who approved it.", "description: Who approved the state.");
}

/// The patch of this name.
pub(crate) fn patch(name: &str) -> &'static Patch {
    PATCHES.iter().find(|patch| patch.name == name).unwrap_or_else(|| panic!("there is no patch {name}"))
}
