//! Every rule that a document has to keep, shown by a document that breaks it.

const GOOD: &str = "\
openapi: 3.0.3
info: { title: Test, version: 1.0.0 }
paths:
  /environments/{environmentId}/users/{userId}/password:
    parameters:
      [{ name: userId, in: path, required: true, schema: { type: string, format: uuid } }, { $ref: '#/components/parameters/environment' }]
    get:
      operationId: readPassword
      x-idempotent: true
      responses:
        '200':
          description: It is so.
          content:
            application/hal+json: { schema: { $ref: '#/components/schemas/State' } }
            application/json: { schema: { $ref: '#/components/schemas/State' } }
        4XX:
          description: Refused.
          content:
            application/json: { schema: { $ref: '#/components/schemas/Error' } }
  /environments/{environmentId}/users/{userId}/password#unlock+json:
    parameters:
      [{ name: userId, in: path, required: true, schema: { type: string, format: uuid } }, { $ref: '#/components/parameters/environment' }]
    post:
      operationId: unlockPassword
      x-idempotent: false
      requestBody:
        content:
          application/vnd.pingidentity.password.unlock+json: {}
      responses:
        '200': { description: Done. }
components:
  parameters: { environment: { name: environmentId, in: path, required: true, schema: { type: string, format: uuid } } }
  schemas:
    State: { type: object, properties: { status: { type: string } } }
    Error: { type: object, properties: { code: { type: string } } }
";

/// What is said of the good document after these replacements.
fn said(replacements: &[(&str, &str)]) -> String {
    let mut document = GOOD.to_owned();
    for (from, to) in replacements {
        assert!(document.contains(from), "the document has no {from:?}");
        document = document.replacen(from, to, 1);
    }
    match xtask::generate(&document) {
        Ok(files) => format!("{} files", files.len()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_good_document_is_generated_from() {
    assert_eq!(said(&[]), "7 files");
}

macro_rules! rules {
    ($($name:ident: [$(($from:expr, $to:expr)),+ $(,)?])+) => {$(
        #[test]
        fn $name() {
            let changes = [$(format!("{}  →  {}", $from, $to)),+].join("\n");
            insta::with_settings!({ omit_expression => true, description => changes, snapshot_path => "rules", prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(stringify!($name), said(&[$(($from, $to)),+]));
            });
        }
    )+};
}

const UNLOCK: &str = "          application/vnd.pingidentity.password.unlock+json: {}\n";
const WRITE: &str = "      x-idempotent: false\n";
const CHECKED: &str = "      x-idempotent: false\n      x-state-check: { operationId: readPassword, property: status, notApplied: LOCKED }\n";
const UUID: &str = "schema: { type: string, format: uuid }";
const STATE: &str = "{ type: object, properties: { status: { type: string } } }";

rules! {
    // The text.
    not_yaml: [("paths:", "paths: [")]
    duplicate_key: [("    get:\n", "    get: {}\n    get:\n")]
    two_documents: [("components:", "---\ncomponents:")]
    a_tag: [("title: Test", "title: !title Test")]
    not_openapi: [("description: It is so.", "descriptions: It is so.")]

    // The document.
    openapi_3_1: [("openapi: 3.0.3", "openapi: 3.1.0")]
    openapi_missing: [("openapi: 3.0.3\n", "")]
    version_not_ascii: [("version: 1.0.0", "version: 1.0.0-β")]
    version_missing: [(", version: 1.0.0", "")]
    reference_to_nothing: [("'#/components/schemas/Error'", "'#/components/schemas/Eror'")]
    reference_to_elsewhere: [("'#/components/schemas/Error'", "'other.yaml#/Error'")]
    reference_to_itself: [("{ type: object, properties: { code: { type: string } } }", "{ $ref: '#/components/schemas/Error' }")]

    // Operations.
    operation_id_missing: [("      operationId: readPassword\n", "")]
    operation_id_twice: [("operationId: unlockPassword", "operationId: readPassword")]
    operation_ids_with_one_method_name: [("operationId: unlockPassword", "operationId: read_password")]
    operation_id_no_name: [("operationId: unlockPassword", "operationId: 2fa")]
    idempotence_missing: [("      x-idempotent: false\n", "")]
    idempotence_no_boolean: [("x-idempotent: false", "x-idempotent: sometimes")]
    state_check_by_an_unknown_operation: [(WRITE, "      x-idempotent: false\n      x-state-check: { operationId: readState, property: status, notApplied: LOCKED }\n")]
    state_check_by_a_write: [(WRITE, "      x-idempotent: false\n      x-state-check: { operationId: unlockPassword, property: status, notApplied: LOCKED }\n")]
    state_check_of_another_user: [(WRITE, CHECKED), ("{userId}/password#unlock+json:\n    parameters:\n      [{ name: userId,", "{otherId}/password#unlock+json:\n    parameters:\n      [{ name: otherId,")]
    state_check_of_a_value_that_is_never_read: [(WRITE, CHECKED)]
    state_check_without_a_value: [(WRITE, "      x-idempotent: false\n      x-state-check: readPassword\n")]
    state_check_of_an_idempotent_write: [(WRITE, "      x-idempotent: true\n      x-state-check: { operationId: readPassword, property: status, notApplied: LOCKED }\n"), (STATE, "{ type: object, properties: { status: { type: string, enum: [OK, LOCKED] } } }")]
    state_check_by_a_read_that_requires_more: [(WRITE, CHECKED), (STATE, "{ type: object, properties: { status: { type: string, enum: [OK, LOCKED] } } }"), ("      operationId: readPassword\n", "      operationId: readPassword\n      parameters: [{ name: since, in: query, required: true, schema: { type: string } }]\n")]
    state_check_of_a_nested_property: [(WRITE, "      x-idempotent: false\n      x-state-check: { operationId: readPassword, property: account.status, notApplied: LOCKED }\n"), (STATE, "{ type: object, properties: { account: { type: object, properties: { status: { type: string, enum: [OK, LOCKED] } } } } }")]
    state_check_that_holds: [(WRITE, CHECKED), (STATE, "{ type: object, properties: { status: { type: string, enum: [OK, LOCKED] } } }")]
    method_that_is_neither: [("    get:\n", "    head:\n")]
    path_in_another_order: [("/environments/{environmentId}/users/{userId}/password:", "/users/{userId}/environments/{environmentId}/password:")]
    get_that_is_not_idempotent: [("x-idempotent: true", "x-idempotent: false")]
    nothing_tells_them_apart: [("password#unlock+json:", "password#other:"), (UNLOCK, "          application/json: {}\n"),
        ("components:", "  /environments/{userId}/users/{environmentId}/password:\n    post:\n      operationId: more\n      x-idempotent: false\n      parameters: [{ name: userId, in: path, required: true, schema: { type: string, format: uuid } }, { $ref: '#/components/parameters/environment' }]\n      requestBody: { content: { application/json: {} } }\n      responses: { '200': { description: Done. } }\ncomponents:")]

    // Parameters.
    path_parameter_not_declared: [("[{ name: userId,", "[{ name: user,")]
    path_parameter_no_uuid: [(UUID, "schema: { type: string }")]
    path_without_an_environment: [("  /environments/{environmentId}/users", "  /users")]
    header_parameter_reserved: [("      responses:\n        '200': { description: Done. }", "      parameters: [{ name: Content-Type, in: header, schema: { type: string } }]\n      responses:\n        '200': { description: Done. }")]
    secret_parameter: [("    get:\n", "    get:\n      parameters: [{ name: otp, in: query, schema: { type: string, format: password } }]\n")]

    // Request bodies.
    two_media_types: [(UNLOCK, "          application/vnd.pingidentity.password.unlock+json: {}\n          application/vnd.pingidentity.password.check+json: {}\n")]
    no_media_type: [("        content:\n          application/vnd.pingidentity.password.unlock+json: {}\n", "        content: {}\n")]
    not_a_media_type: [("application/vnd.pingidentity.password.unlock+json", "unlock+json")]
    a_range_of_media_types: [("password#unlock+json:", "password:#"), ("application/vnd.pingidentity.password.unlock+json", "'*/*'"), ("password:#", "password#*:")]
    fragment_of_another_media_type: [("password#unlock+json", "password#check+json")]
    fragment_without_a_body: [("      requestBody:\n        content:\n          application/vnd.pingidentity.password.unlock+json: {}\n", "")]
    optional_body: [("unlock+json: {}", "unlock+json: { schema: { $ref: '#/components/schemas/State' } }")]
    required_body_without_schema: [("      requestBody:\n", "      requestBody:\n        required: true\n")]
    body_that_is_not_json: [("      requestBody:\n", "      requestBody:\n        required: true\n"), ("password#unlock+json:", "password:#"),
        ("application/vnd.pingidentity.password.unlock+json: {}", "text/csv: { schema: { type: string } }"), ("password:#", "password#csv:")]

    // Responses.
    default_response: [("'200': { description: Done. }", "'200': { description: Done. }\n        default: { description: Whatever. }")]
    no_success: [("'200': { description: Done. }", "4XX: { description: Never. }")]
    neither_success_nor_error: [("'200': { description: Done. }", "'200': { description: Done. }\n        '302': { description: Elsewhere. }")]
    two_success_types: [("'200': { description: Done. }", "'200': { description: Done. }\n        '201': { description: Made., content: { application/json: { schema: { $ref: '#/components/schemas/State' } } } }")]
    two_error_types: [("        4XX:\n", "        5XX: { description: Failed., content: { application/json: { schema: { $ref: '#/components/schemas/State' } } } }\n        4XX:\n")]
    response_that_is_not_json: [("'200': { description: Done. }", "'200': { description: Done., content: { text/html: { schema: { type: string } } } }")]
    response_without_schema: [("'200': { description: Done. }", "'200': { description: Done., content: { application/json: {} } }")]
    response_with_two_schemas: [("application/json: { schema: { $ref: '#/components/schemas/State' } }", "application/json: { schema: { $ref: '#/components/schemas/Error' } }")]

    // Schemas.
    schema_without_a_type_name: [("    State: {", "    passwordState: {"), ("schemas/State'", "schemas/passwordState'"), ("schemas/State'", "schemas/passwordState'")]
    schema_that_is_closed: [(STATE, "{ type: object, additionalProperties: false, properties: { status: { type: string } } }")]
    inline_schema_that_is_closed: [("'200': { description: Done. }", "'200': { description: Done., content: { application/json: { schema: { type: object, additionalProperties: false, properties: { a: { type: string } } } } } }")]
    inline_type_with_a_taken_name: [(STATE, "{ type: object, properties: { error: { type: object, properties: { a: { type: string } } } } }"),
        ("    Error:", "    StateError: { type: object, properties: { state: { $ref: '#/components/schemas/State' } } }\n    Error:"),
        ("properties: { code: { type: string } }", "properties: { code: { $ref: '#/components/schemas/StateError' } }")]
    value_with_a_taken_name: [("status: { type: string }", "status: { type: string, enum: [OK, UNRECOGNIZED] }")]

    // Nothing is silently ignored.
    unknown_key_of_a_schema: [("status: { type: string }", "status: { type: string, fromat: uuid }")]
    unknown_key_of_an_operation: [("operationId: unlockPassword", "operationID: unlockPassword")]
    key_of_another_version: [("status: { type: string }", "status: { type: string, const: OK }")]
    required_misspelt: [(STATE, "{ type: object, required: [satus], properties: { status: { type: string } } }")]
    swagger_2: [("openapi: 3.0.3", "swagger: '2.0'")]
    siblings_of_a_reference: [("{ $ref: '#/components/schemas/State' }", "{ $ref: '#/components/schemas/State', nullable: true }")]
    merge_key: [("    get:\n", "    get:\n      <<: { deprecated: true }\n")]
    merge_key_among_properties: [("status: { type: string }", "<<: { a: { type: string } }, status: { type: string }")]
    servers_of_a_path: [("    get:\n", "    servers: [{ url: 'https://auth.example.com' }]\n    get:\n")]
    security_of_an_operation: [("operationId: unlockPassword", "operationId: unlockPassword\n      security: []")]
    security_without_a_bearer_token: [("components:\n", "security: [{ key: [] }]\ncomponents:\n  securitySchemes: { key: { type: apiKey, in: header, name: X-Key } }\n")]
    list_with_commas: [("    get:\n", "    get:\n      parameters: [{ name: ids, in: query, explode: false, schema: { type: array, items: { type: string } } }]\n")]
    style_of_a_parameter: [("    get:\n", "    get:\n      parameters: [{ name: f, in: query, style: deepObject, schema: { type: object } }]\n")]
    content_of_a_parameter: [("    get:\n", "    get:\n      parameters: [{ name: f, in: query, content: { application/json: { schema: { type: object } } } }]\n")]
    cookie: [("    get:\n", "    get:\n      parameters: [{ name: sid, in: cookie, schema: { type: string } }]\n")]
    header_of_the_client: [("    get:\n", "    get:\n      parameters: [{ name: Content-Length, in: header, schema: { type: integer } }]\n")]
    header_with_a_space: [("    get:\n", "    get:\n      parameters: [{ name: X Y, in: header, schema: { type: string } }]\n")]
    discriminator_without_one_of: [(STATE, "{ type: object, discriminator: { propertyName: type }, properties: { type: { type: string } } }")]
    secret_in_one_of: [(STATE, "{ oneOf: [{ type: string, format: password }, { type: integer }] }")]
    not_of_a_schema: [("status: { type: string }", "status: { not: { type: string } }")]
    members_of_all_of_that_differ: [("status: { type: string }", "status: { allOf: [{ type: string }, { type: integer }] }")]
    enum_of_another_type: [("status: { type: string }", "status: { type: string, enum: [1.0, true] }")]
    type_misspelt: [("status: { type: string }", "status: { type: sting }")]

    // Secrets.
    secret_by_its_name: [("status: { type: string }", "newPassword: { type: string }")]
    no_secret_in_spite_of_its_name: [("status: { type: string }", "newPassword: { type: string, x-secret: false }")]
    secret_of_another_type: [("status: { type: string }", "pin: { type: integer, format: password }")]

    // Names.
    operation_named_like_a_method_of_the_client: [("operationId: unlockPassword", "operationId: inner")]
    environment_in_another_spelling: [("{environmentId}/users/{userId}/password#", "{environmentID}/users/{userId}/password#")]

    // Paths and bodies.
    pattern_that_allows_another_resource: [("/password#unlock+json:", "/{name}#unlock+json:"), ("    post:\n", "    post:\n      parameters: [{ name: name, in: path, required: true, schema: { type: string, pattern: '^[a-z.]+$' } }]\n")]
    pattern_that_excludes_other_resources: [("/password#unlock+json:", "/{name}#unlock+json:"), ("    post:\n", "    post:\n      parameters: [{ name: name, in: path, required: true, schema: { type: string, pattern: '^[a-z]+$' } }]\n")]
    longer_fragment: [("password#unlock+json:", "password#password.unlock+json:")]
    half_a_word_as_a_fragment: [("password#unlock+json:", "password#lock+json:")]
    xml: [("password#unlock+json:", "password:#"), ("      requestBody:\n", "      requestBody:\n        required: true\n"), ("application/vnd.pingidentity.password.unlock+json: {}", "application/vnd.x.y+xml: { schema: { type: object } }"), ("password:#", "password#y+xml:")]
    two_required_properties_of_a_response: [(STATE, "{ type: object, required: [status, id], properties: { status: { type: string }, id: { type: string } } }")]

    // All at once.
    everything_at_once: [("operationId: readPassword", "operationId: unlockPassword"), (UUID, "schema: { type: string }"), (UNLOCK, "          a/b: {}\n          c/d: {}\n"),
        ("'200': { description: Done. }", "default: { description: Whatever. }")]
}
